/**
 * A bounded in-order queue: the next item is handled when the handling of the previous one is over.
 *
 * While no handler returns a promise, `push` handles its item before it returns; a promise parks
 * the items behind it, so that order is kept.
 */
export class Mailbox<T> {
  readonly #handle: (item: T) => void | Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #limit: number;
  #waiting: T[] = [];
  #busy = false;

  /**
   * @param limit most items that may wait behind a parked one
   * @param failed told what a handler threw; the mailbox goes on with the next item
   */
  constructor(limit: number, handle: (item: T) => void | Promise<void>, failed: (error: unknown) => void) {
    this.#limit = limit;
    this.#handle = handle;
    this.#failed = failed;
  }

  /** Items waiting behind the one being handled. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Takes an item; false when the limit is reached and the item was not taken. */
  push(item: T): boolean {
    if (this.#busy) {
      if (this.#waiting.length >= this.#limit) return false;
      this.#waiting.push(item);
      return true;
    }
    this.#run(item);
    return true;
  }

  /** Drops what waits; the item being handled runs to its end. */
  clear(): void {
    this.#waiting = [];
  }

  #run(first: T): void {
    let item: T | undefined = first;
    this.#busy = true;
    while (item !== undefined) {
      const pending = this.#attempt(item);
      if (pending) {
        void pending.then(
          () => this.#resume(),
          (error: unknown) => {
            this.#failed(error);
            this.#resume();
          },
        );
        return;
      }
      item = this.#waiting.shift();
    }
    this.#busy = false;
  }

  #attempt(item: T): Promise<void> | undefined {
    try {
      return this.#handle(item) ?? undefined;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #resume(): void {
    this.#busy = false;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#run(next);
  }
}
