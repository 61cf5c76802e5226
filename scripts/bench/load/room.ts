import { setTimeout as pause } from 'node:timers/promises';
import type { ChatClient } from './chat-client.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { Traffic } from './traffic.ts';

const MARK = 'number:';
const SELF_PRESENCE = /status [^>]*code=['"]110['"]/;
const DRAIN_MS = 10_000;
const POLL_MS = 5;
/** What a new room is waiting for on servers that lock it. @spec XEP-0045 §10.1.2 */
const UNLOCK = "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>";

/** Everybody enters one room, the first one alone, because that makes it. */
export async function enter(clients: readonly ChatClient[], room: string): Promise<void> {
  for (const [index, client] of clients.entries()) {
    await new Promise<void>((resolve) => {
      client.onAnswer = (text) => {
        if (SELF_PRESENCE.test(text)) resolve();
      };
      client.send([
        `<presence xmlns='jabber:client' to='${room}/occupant-${index}'>` +
          "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>",
      ]);
    });
    client.onAnswer = () => {};
    if (index === 0) client.send([`<iq xmlns='jabber:client' type='set' id='unlock' to='${room}'>${UNLOCK}</iq>`]);
  }
}

/** The first one speaks as soon as all have got what was said before: one message, and a copy for each. */
export function roomTalk(clients: readonly ChatClient[], room: string, log: DeliveryLog): Traffic {
  const [speaker] = clients;
  let isOn = false;
  let said = 0;
  let saidAt = 0;
  let missing = 0;
  const say = () => {
    missing = clients.length;
    saidAt = performance.now();
    const body = `<body>${MARK}${said};</body>`;
    speaker?.send([`<message xmlns='jabber:client' type='groupchat' to='${room}' id='m${said}'>${body}</message>`]);
  };
  for (const client of clients) {
    let due = 0;
    client.onAnswer = (text) => {
      for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + MARK.length)) {
        const number = Number(text.slice(at + MARK.length, text.indexOf(';', at)));
        if (number !== due) log.fault(`message ${number} came where ${due} was due`);
        due = number + 1;
        log.deliver(performance.now() - saidAt);
        missing -= 1;
      }
      if (missing > 0 || !isOn || due <= said) return;
      said += 1;
      say();
    };
  }
  return {
    start() {
      isOn = true;
      say();
    },
    async stop() {
      isOn = false;
      const end = performance.now() + DRAIN_MS;
      while (missing > 0 && performance.now() < end) await pause(POLL_MS);
      if (missing > 0) log.fault(`${missing} messages did not come`);
    },
  };
}
