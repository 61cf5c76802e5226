import { setTimeout as pause } from 'node:timers/promises';
import { Channel, WINDOW } from './channel.ts';
import type { ChatClient } from './chat-client.ts';
import type { DeliveryLog } from './delivery-log.ts';

const DRAIN_MS = 10_000;
const POLL_MS = 5;

/** Messages that cause messages, until somebody stops it. */
export interface Traffic {
  start(): void;
  /** Sends nothing new, and waits for what is on its way. What does not come is a fault. */
  stop(): Promise<void>;
}

/** Pairs that answer each message with a message: one in each request, one on its way in each pair. */
export function pingPong(clients: readonly ChatClient[], log: DeliveryLog): Traffic {
  const serves: (() => void)[] = [];
  const channels: Channel[] = [];
  let isOn = false;
  for (const [one, other] of pairsOf(clients)) {
    const ping = new Channel(one, other, log);
    const pong = new Channel(other, one, log);
    const reply = (incoming: Channel, outgoing: Channel) => (body: string) => {
      if (incoming.receive(body) > 0 && isOn) outgoing.send();
    };
    other.onAnswer = reply(ping, pong);
    one.onAnswer = reply(pong, ping);
    channels.push(ping, pong);
    serves.push(() => ping.send());
  }
  return {
    start() {
      isOn = true;
      for (const serve of serves) serve();
    },
    async stop() {
      isOn = false;
      await drained(channels, log);
    },
  };
}

/** One of each pair sends as fast as it may, `batch` messages in a request; the other one only listens. */
export function flood(clients: readonly ChatClient[], batch: number, log: DeliveryLog): Traffic {
  const pumps: (() => void)[] = [];
  const channels: Channel[] = [];
  let isOn = false;
  for (const [sender, receiver] of pairsOf(clients)) {
    const channel = new Channel(sender, receiver, log);
    /** Requests that the server may answer now: those with messages, but the held one. */
    let free = 1;
    const pump = () => {
      if (!isOn || free === 0 || channel.pending + batch > WINDOW) return;
      free -= 1;
      channel.send(batch);
    };
    sender.onAnswer = () => {
      free += 1;
      pump();
    };
    receiver.onAnswer = (body) => {
      if (channel.receive(body) > 0) pump();
    };
    channels.push(channel);
    pumps.push(pump);
  }
  return {
    start() {
      isOn = true;
      for (const pump of pumps) pump();
    },
    async stop() {
      isOn = false;
      await drained(channels, log);
    },
  };
}

function pairsOf(clients: readonly ChatClient[]): [ChatClient, ChatClient][] {
  const pairs: [ChatClient, ChatClient][] = [];
  for (let index = 0; index + 1 < clients.length; index += 2) {
    const [one, other] = clients.slice(index, index + 2);
    if (one && other) pairs.push([one, other]);
  }
  return pairs;
}

/** Waits until everything has come. What has not by then is a fault. */
export async function drained(channels: readonly Channel[], log: DeliveryLog, patience = DRAIN_MS): Promise<void> {
  const end = performance.now() + patience;
  const pending = () => channels.reduce((sum, channel) => sum + channel.pending, 0);
  while (pending() > 0 && performance.now() < end) await pause(POLL_MS);
  if (pending() > 0) log.fault(`${pending()} messages did not come`);
}
