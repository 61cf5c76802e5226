import type { Cancel, Clock } from './clock.ts';
import { Deadlines, type Timed } from './deadlines.ts';
import type { Instant } from './time.ts';

/** What has work to do now and then, for somebody at an address. */
export interface Worker extends Timed {
  readonly info: { readonly address: string };
}

/** Has work done: at the end of a turn for each that changed in it, and for each at its deadline. One timer for all. */
export class Turns<T extends Worker> {
  readonly #clock: Clock;
  readonly #work: (worker: T) => void;
  readonly #workers = new Set<T>();
  readonly #perAddress = new Map<string, number>();
  readonly #deadlines = new Deadlines<T>();
  readonly #changed = new Set<T>();
  #isPlanned = false;
  #isStopped = false;
  #timer: { readonly at: Instant; readonly cancel: Cancel } | undefined;

  /** @param work may add, change and end workers */
  constructor(clock: Clock, work: (worker: T) => void) {
    this.#clock = clock;
    this.#work = work;
  }

  get size(): number {
    return this.#workers.size;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#workers.values();
  }

  /** How many come from this address. */
  from(address: string): number {
    return this.#perAddress.get(address) ?? 0;
  }

  add(worker: T): void {
    this.#workers.add(worker);
    this.#count(worker, 1);
    this.changed(worker);
  }

  /** Its work must be done at the end of this turn. */
  changed(worker: T): void {
    this.#changed.add(worker);
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.afterTurn(() => this.#endTurn());
  }

  ended(worker: T): void {
    if (!this.#workers.delete(worker)) return;
    this.#count(worker, -1);
    this.#deadlines.remove(worker);
    this.#changed.delete(worker);
  }

  /** Forgets all deadlines; what changes is still done. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #count({ info }: T, change: 1 | -1): void {
    const count = this.from(info.address) + change;
    if (count > 0) this.#perAddress.set(info.address, count);
    else this.#perAddress.delete(info.address);
  }

  #endTurn(): void {
    this.#isPlanned = false;
    for (const worker of this.#changed) {
      this.#changed.delete(worker);
      this.#do(worker);
    }
    this.#arm();
  }

  #tick(): void {
    this.#timer = undefined;
    for (const worker of this.#deadlines.due(this.#clock.now())) this.#do(worker);
    this.#arm();
  }

  #do(worker: T): void {
    this.#work(worker);
    if (this.#workers.has(worker)) this.#deadlines.update(worker);
  }

  #arm(): void {
    const at = this.#deadlines.next;
    if (at === undefined || this.#isStopped || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.at(at, () => this.#tick()) };
  }
}
