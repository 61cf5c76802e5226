import type { Cancel, Clock } from '../base/clock.ts';
import { Deadlines, type Timed } from '../base/deadlines.ts';
import type { Instant } from '../base/time.ts';
import type { TransportInfo } from '../xmpp/transport.ts';

/** A carrier with a connection or a client of its own. */
export interface LiveTransport extends Timed {
  readonly info: TransportInfo;
  /** Sends what waits, and does what has come due. */
  settle(): void;
}

/** What a carrier tells those that run it. */
export interface TransportOwner<T> {
  /** `settle` must run at the end of this turn. */
  changed(transport: T): void;
  ended(transport: T): void;
}

/** The carriers of one kind: `settle` once per turn for each that changed, and one timer for all. */
export class LiveTransports<T extends LiveTransport> implements TransportOwner<T> {
  readonly #clock: Clock;
  readonly #live = new Set<T>();
  readonly #perAddress = new Map<string, number>();
  readonly #deadlines = new Deadlines<T>();
  readonly #changed = new Set<T>();
  #timer: { readonly at: Instant; readonly cancel: Cancel } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#live.size;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#live.values();
  }

  /** How many come from this address. */
  from(address: string): number {
    return this.#perAddress.get(address) ?? 0;
  }

  add(transport: T): void {
    this.#live.add(transport);
    this.#count(transport, 1);
    this.changed(transport);
  }

  changed(transport: T): void {
    if (this.#changed.size === 0) this.#clock.afterTurn(() => this.#endTurn());
    this.#changed.add(transport);
  }

  ended(transport: T): void {
    if (!this.#live.delete(transport)) return;
    this.#count(transport, -1);
    this.#deadlines.remove(transport);
    this.#changed.delete(transport);
  }

  #count({ info }: T, change: 1 | -1): void {
    const count = this.from(info.address) + change;
    if (count > 0) this.#perAddress.set(info.address, count);
    else this.#perAddress.delete(info.address);
  }

  #endTurn(): void {
    for (const transport of this.#changed) {
      this.#changed.delete(transport);
      this.#settle(transport);
    }
    this.#arm();
  }

  #tick(): void {
    this.#timer = undefined;
    for (const transport of this.#deadlines.due(this.#clock.now())) this.#settle(transport);
    this.#arm();
  }

  #settle(transport: T): void {
    transport.settle();
    if (this.#live.has(transport)) this.#deadlines.update(transport);
  }

  #arm(): void {
    const at = this.#deadlines.next;
    if (at === undefined || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.at(at, () => this.#tick()) };
  }
}
