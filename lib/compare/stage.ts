import { setTimeout as pause } from 'node:timers/promises';
import { Auditor } from './audit.ts';
import { Chance } from './chance.ts';
import { Histogram } from './histogram.ts';
import { GUESTS, MEMBER, MEMBERS } from './server-config.ts';
import type { ServerProcess } from './server-process.ts';
import { Session, type LineFactory, type Usage } from './session.ts';
import { TRANSPORTS, type Place, type TransportKey } from './transports.ts';
import { WeatherProxy } from './weather/proxy.ts';
import type { Weather } from './weather/weather.ts';

/** What one transport is measured with. */
export interface StageOptions {
  readonly server: ServerProcess;
  readonly transport: TransportKey;
  readonly weather: Weather;
  readonly seed: number;
  readonly sessions: number;
  /** Sessions that survive the loss of their connection (XEP-0198 where the transport has nothing of its own). */
  readonly managed?: boolean;
}

/** One for each listener of the server. */
interface Proxies {
  readonly http: WeatherProxy;
  readonly https: WeatherProxy | undefined;
  readonly tcp: WeatherProxy;
}

/** Counters at one moment. */
export interface Reading extends Usage {
  readonly at: number;
  readonly up: number;
  readonly down: number;
  readonly cpu: number | undefined;
}

/** A message that came, and how long it took, in milliseconds. */
export interface Arrived {
  readonly channel: number;
  readonly latency: number;
  readonly sentAt: number;
}

const LOGINS_AT_ONCE = 25;
const MOST_FAULTS = 5;
const DRAIN_MS = 15_000;
const POLL_MS = 5;

/** One transport with its clients behind the weather, and somebody who sends to them from beside the server. */
export class Stage {
  readonly proxies: readonly WeatherProxy[];
  readonly sessions: Session[] = [];
  readonly auditor = new Auditor();
  readonly faults: string[] = [];
  readonly chance: Chance;
  /** Latencies of messages that were sent since `latenciesFrom`, in microseconds. */
  readonly latencies = new Histogram();
  latenciesFrom = Infinity;
  latenciesUntil = Infinity;
  /** Told about each message that comes for the first time. */
  onMessage: (message: Arrived) => void = () => {};
  /** Told everything that anybody hears. */
  onText: (text: string) => void = () => {};
  /** Channels whose latency counts. */
  measures: (channel: number) => boolean = () => true;
  /** One message goes to all: each client has a channel of its own. */
  isBroadcast = false;
  readonly #options: StageOptions;
  readonly #proxies: Proxies;
  readonly #managed: boolean;
  #sender: Session | undefined;

  private constructor(options: StageOptions, proxies: Proxies) {
    this.#options = options;
    this.#managed = options.managed ?? false;
    this.#proxies = proxies;
    this.proxies = [proxies.http, proxies.tcp, ...(proxies.https ? [proxies.https] : [])];
    this.chance = new Chance(options.seed);
  }

  /** Logs everybody in. @throws Error when somebody cannot */
  static async open(options: StageOptions): Promise<Stage> {
    const { server, weather, seed, sessions, transport } = options;
    if (options.managed) await server.addMember();
    const open = (url: string): Promise<WeatherProxy> =>
      WeatherProxy.open({ port: Number(new URL(url).port), weather, seed });
    const { http, https, tcp } = server.addresses;
    const stage = new Stage(options, {
      http: await open(http),
      https: https === undefined ? undefined : await open(https),
      tcp: await open(tcp),
    });
    try {
      await stage.#hire();
      await stage.#fill(sessions, TRANSPORTS[transport].connect(stage.place));
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  /** The server behind the weather. */
  get place(): Place {
    const { http, https, tcp } = this.#proxies;
    return {
      httpUrl: `http://127.0.0.1:${http.port}`,
      httpsUrl: https && `https://127.0.0.1:${https.port}`,
      tcpUrl: `tcp://127.0.0.1:${tcp.port}`,
      domain: this.#managed ? MEMBERS : GUESTS,
    };
  }

  /** Sends messages to a client, from beside the server. */
  sendTo(client: number, count = 1): void {
    const to = this.sessions[client]?.jid ?? '';
    this.#sender?.send(this.messages(to, client, count));
  }

  /** Messages of a channel, to be sent now; `at` when they say that they were sent at another time. */
  messages(to: string, channel: number, count: number, at = performance.now()): readonly string[] {
    return Array.from({ length: count }, () => {
      const body = this.auditor.next(channel, at);
      return `<message xmlns='jabber:client' type='chat' to='${to}'><body>${body}</body></message>`;
    });
  }

  /** The one who sends from beside the server. */
  get sender(): Session {
    if (!this.#sender) throw new Error('nobody is there to send');
    return this.#sender;
  }

  read(): Reading {
    const usages = this.sessions.map(({ usage }) => usage);
    const sum = (of: (usage: Usage) => number): number => usages.reduce((total, usage) => total + of(usage), 0);
    const traffics = this.proxies.map(({ traffic }) => traffic);
    return {
      at: performance.now(),
      requests: sum(({ requests }) => requests),
      bodyUp: sum(({ bodyUp }) => bodyUp),
      bodyDown: sum(({ bodyDown }) => bodyDown),
      up: traffics.reduce((total, { up }) => total + up, 0),
      down: traffics.reduce((total, { down }) => total + down, 0),
      cpu: this.#options.server.process.cpu,
    };
  }

  /** Counters at a moment to come. */
  async readAt(instant: number): Promise<Reading> {
    await pause(Math.max(0, instant - performance.now()));
    return this.read();
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.proxies.reduce((sum, { traffic }) => sum + traffic.open, 0);
  }

  /** Waits for what is on its way. What does not come is lost. */
  async drain(patience = DRAIN_MS): Promise<void> {
    const end = performance.now() + patience;
    while (this.auditor.pending > 0 && performance.now() < end && this.faults.length === 0) await pause(POLL_MS);
  }

  async close(): Promise<void> {
    for (const session of [...this.sessions, this.#sender]) session?.close();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }

  /** A client that is not logged in yet. */
  client(factory: LineFactory, index: number): Session {
    return new Session(factory, {
      credentials: this.#managed ? MEMBER : { is: 'anonymous' },
      managed: this.#managed,
      heard: (text) => this.#heard(text, this.isBroadcast ? index : undefined),
      failed: (reason) => this.fault(reason),
    });
  }

  fault(reason: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(reason);
  }

  #heard(text: string, receiver?: number): void {
    this.onText(text);
    const now = performance.now();
    for (const { channel, sentAt, isFirst } of this.auditor.read(text, receiver)) {
      if (!isFirst) continue;
      const isMeasured = sentAt >= this.latenciesFrom && sentAt < this.latenciesUntil && this.measures(channel);
      if (isMeasured) this.latencies.add((now - sentAt) * 1000);
      this.onMessage({ channel, latency: now - sentAt, sentAt });
    }
  }

  async #hire(): Promise<void> {
    const domain = this.#managed ? MEMBERS : GUESTS;
    const connect = TRANSPORTS.tcp.connect({ httpUrl: '', tcpUrl: this.#options.server.addresses.tcp, domain });
    this.#sender = new Session(connect, {
      credentials: this.#managed ? MEMBER : { is: 'anonymous' },
      managed: false,
      // What it says to all comes back to it, too.
      heard: (text) => (this.isBroadcast ? this.onText(text) : this.#heard(text)),
      failed: (reason) => this.fault(`the sender: ${reason}`),
    });
    await this.#sender.login();
  }

  async #fill(count: number, factory: LineFactory): Promise<void> {
    const waiting = Array.from({ length: count }, (_, index) => this.client(factory, index));
    this.sessions.push(...waiting);
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await next.login();
    };
    await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, worker));
  }
}
