import type { TransportName } from '../../client/index.ts';
import { Lane, type Credentials } from './lane.ts';
import { isShort, transportsOf, type Settings } from './settings.ts';

/** A moment at which every lane sent a message, and what became of them. */
export interface Tick {
  readonly number: number;
  /** Milliseconds since the page was opened. */
  readonly at: number;
  /** Milliseconds by lane, of those that have arrived. */
  readonly latencies: Record<string, number>;
}

const MOST_TICKS = 6000;
/** Messages that a burst sends at once. */
export const BURST = 20;
/** Moves of a tour, and milliseconds between them. */
const TOUR = { moves: 20, pause: 200 };
/** With six connections, these and the session that moves are what there is room for. */
const FIRST: ReadonlySet<TransportName> = new Set(['websocket', 'bosh', 'sse']);

/** All lanes, and the moments at which they send. */
export class Lab {
  readonly settings: Settings;
  /** Whether the browser has too few connections for all lanes at once. */
  readonly isShort: boolean;
  readonly transports: readonly TransportName[];
  lanes: readonly Lane[] = [];
  moved: Lane | undefined;
  ticks: Tick[] = [];
  /** Messages per second and lane, on average. */
  rate = 2;
  isPaused = false;
  /** Moves of a tour that are still to come. */
  tour = 0;
  #number = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #steps = new Map<string, number>();

  constructor(settings: Settings) {
    this.settings = settings;
    this.isShort = isShort(settings);
    this.transports = transportsOf(settings);
  }

  start(credentials?: Credentials): void {
    const common = { settings: this.settings, credentials, onArrival: this.#arrived };
    this.lanes = this.transports.map((transport) => new Lane({ ...common, id: transport, transport }));
    const [transport = 'bosh'] = this.transports;
    this.moved = new Lane({ ...common, id: 'moved', transport });
    for (const lane of this.lanes) if (!this.isShort || FIRST.has(lane.transport)) void lane.start();
    void this.moved.start();
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.tour = 0;
    for (const lane of this.all) lane.stop();
    this.lanes = [];
    this.moved = undefined;
  }

  get all(): readonly Lane[] {
    return this.moved ? [...this.lanes, this.moved] : this.lanes;
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.#schedule();
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.#schedule();
  }

  burst(): void {
    for (let count = 0; count < BURST; count += 1) this.#tick();
  }

  reset(): void {
    this.ticks = [];
    for (const lane of this.all) lane.reset();
  }

  /** Moves the session again and again, each time along the way that it has gone least often. */
  async goOnTour(): Promise<void> {
    const { moved } = this;
    if (!moved || this.tour > 0) return;
    for (this.tour = TOUR.moves; this.tour > 0; this.tour = Math.max(0, this.tour - 1)) {
      await moved.moveTo(this.#leastGone(moved.transport));
      await new Promise((resolve) => setTimeout(resolve, TOUR.pause));
    }
  }

  #leastGone(from: TransportName): TransportName {
    const others = this.transports.filter((name) => name !== from);
    const goneTo = (to: TransportName): number => this.#steps.get(`${from} ${to}`) ?? 0;
    const [to = from] = others.sort((one, other) => goneTo(one) - goneTo(other));
    this.#steps.set(`${from} ${to}`, goneTo(to) + 1);
    return to;
  }

  /** The pauses of a Poisson process: messages come at random, whether or not those before have arrived. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.isPaused || this.lanes.length === 0) return;
    const wait = (-Math.log(1 - Math.random()) / this.rate) * 1000;
    this.#timer = setTimeout(() => {
      this.#tick();
      this.#schedule();
    }, wait);
  }

  #tick(): void {
    this.#number += 1;
    this.ticks.push({ number: this.#number, at: performance.now(), latencies: {} });
    if (this.ticks.length > MOST_TICKS) this.ticks.shift();
    for (const lane of this.all) lane.send(this.#number);
  }

  readonly #arrived = (lane: Lane, number: number, latency: number): void => {
    const tick = this.ticks[number - (this.ticks[0]?.number ?? 0)];
    if (tick) tick.latencies[lane.id] = latency;
  };
}
