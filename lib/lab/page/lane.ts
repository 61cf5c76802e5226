import { Client, xml, type ClientState, type Element, type Move, type TransportName } from '../../client/index.ts';
import { Histogram } from './histogram.ts';
import { endpointsOf, type Settings } from './settings.ts';
import { Tally } from './tally.ts';
import { WireLog } from './wire-log.ts';

const NS_LAB = 'urn:holdfast:lab:0';
/** Messages whose arrival the picture of the requests shows. */
const MOST_ARRIVALS = 300;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface LaneOptions {
  readonly id: string;
  readonly transport: TransportName;
  readonly settings: Settings;
  readonly credentials: Credentials | undefined;
  /** Which message arrived, and how many milliseconds it took. */
  readonly onArrival: (lane: Lane, tick: number, latency: number) => void;
}

/** One session that sends numbered and stamped messages to itself. */
export class Lane {
  readonly id: string;
  readonly wire: WireLog;
  tally = new Tally();
  latencies = new Histogram();
  moves: Move[] = [];
  arrivals: number[] = [];
  /** How often the session was gone, and a new one took its place. */
  resets = 0;
  problem: string | undefined;
  readonly #options: LaneOptions;
  #client: Client | undefined;
  #transport: TransportName;
  /** What the session counts of messages that were forgotten at a reset of the figures. */
  #ticks = new Map<number, number>();
  #epoch = 0;

  constructor(options: LaneOptions) {
    this.id = options.id;
    this.#options = options;
    this.#transport = options.transport;
    this.wire = new WireLog(() => this.transport);
  }

  get state(): ClientState {
    return this.#client?.state ?? 'offline';
  }

  /** The one that carries the session, or did last. */
  get transport(): TransportName {
    return this.#client?.transport ?? this.#transport;
  }

  /** What the session has counted: the ledger, as the client sees it. */
  get ledger(): { readonly taken: number; readonly unacknowledged: number; readonly jid: string } {
    const client = this.#client;
    return { taken: client?.taken ?? 0, unacknowledged: client?.unacknowledged ?? 0, jid: client?.jid ?? '' };
  }

  async start(): Promise<void> {
    if (this.#client) return;
    const { settings, transport, credentials } = this.#options;
    const client = new Client({
      domain: (credentials ? settings.domain : settings.guestDomain) ?? '',
      ...credentials,
      endpoints: endpointsOf(transport, settings),
      transports: [transport],
      automatic: false,
      fetch: this.wire.fetch,
      WebSocket: this.wire.WebSocket,
    });
    this.#client = client;
    this.#listen(client);
    this.problem = undefined;
    try {
      await client.start(transport);
    } catch (error) {
      if (this.#client === client) this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  stop(): void {
    this.#client?.stop();
    this.#client = undefined;
    this.tally.giveUp();
  }

  /** Sends one message. @param tick by which the arrival is told */
  send(tick: number): void {
    const client = this.#client;
    if (client?.jid === undefined || client.jid === '') return;
    const number = this.tally.send();
    const stamp = xml('m', {
      xmlns: NS_LAB,
      epoch: String(this.#epoch),
      n: String(number),
      at: performance.now().toFixed(1),
    });
    this.#ticks.set(number, tick);
    try {
      client.send(xml('message', { to: client.jid, type: 'headline' }, xml('body', {}, `Message ${number}`), stamp));
    } catch (error) {
      this.problem = String(error);
    }
  }

  async moveTo(transport: TransportName): Promise<void> {
    try {
      await this.#client?.moveTo(transport);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  cut(): void {
    this.#client?.cut();
  }

  /** Forgets the figures, and what is on the way. */
  reset(): void {
    this.tally = new Tally();
    this.latencies = new Histogram();
    this.moves = [];
    this.arrivals = [];
    this.resets = 0;
    this.#ticks.clear();
    this.#epoch += 1;
    this.wire.reset();
  }

  #listen(client: Client): void {
    client.on('stanza', (stanza) => this.#take(stanza));
    client.on('transport', (move) => {
      this.#transport = move.to;
      this.problem = undefined;
      if (move.from === undefined) this.wire.reset();
      else this.moves.push(move);
    });
    client.on('reset', () => {
      this.resets += 1;
      this.tally.giveUp();
    });
    client.on('ended', (reason) => this.#fail(reason));
  }

  #take(stanza: Element): void {
    const stamp = stanza.attrs['type'] === 'error' ? undefined : stanza.child('m', NS_LAB);
    if (!stamp || Number(stamp.attrs['epoch']) !== this.#epoch) return;
    const now = performance.now();
    const number = Number(stamp.attrs['n']);
    if (!this.tally.take(number)) return;
    const latency = now - Number(stamp.attrs['at']);
    this.latencies.add(latency);
    this.arrivals.push(now);
    if (this.arrivals.length > MOST_ARRIVALS) this.arrivals.shift();
    this.#options.onArrival(this, this.#ticks.get(number) ?? -1, latency);
    this.#ticks.delete(number);
  }

  #fail(problem: string): void {
    this.problem = problem;
    this.#client = undefined;
    this.tally.giveUp();
  }
}
