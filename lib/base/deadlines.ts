import type { Instant } from './time.ts';

/** Something with a next moment at which it wants to be looked at. */
export interface Timed {
  /** When to look at the latest; undefined for never. May change at any time. */
  readonly deadline: Instant | undefined;
}

interface Entry<T extends Timed> {
  readonly at: Instant;
  readonly owner: T;
}

/**
 * The deadlines of many owners in one binary heap, so that a process needs one timer for all.
 *
 * Most deadlines only ever move later (a new request extends them), so an owner keeps its old place
 * until that comes up, and is then put back where it belongs. Only a deadline that moved earlier
 * takes a second place. This makes `update` nearly free on the path of every request.
 */
export class Deadlines<T extends Timed> {
  #heap: Entry<T>[] = [];
  readonly #placed = new Map<T, Instant>();

  /** Tells that the owner's deadline may have changed. */
  update(owner: T): void {
    const deadline = owner.deadline;
    if (deadline === undefined) return;
    const placed = this.#placed.get(owner);
    if (placed !== undefined && placed <= deadline) return;
    this.#placed.set(owner, deadline);
    this.#insert({ at: deadline, owner });
  }

  /** Forgets an owner. Its entries disappear when they come up. */
  remove(owner: T): void {
    this.#placed.delete(owner);
  }

  /** When to call `due` next; never later than the earliest deadline, sometimes earlier. */
  get next(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  /** Takes out the owners whose deadline has come. The caller updates them afterwards. */
  due(now: Instant): T[] {
    const due: T[] = [];
    for (let top = this.#heap[0]; top && top.at <= now; top = this.#heap[0]) {
      this.#removeTop();
      const { owner, at } = top;
      if (this.#placed.get(owner) !== at) continue;
      this.#placed.delete(owner);
      const deadline = owner.deadline;
      if (deadline !== undefined && deadline <= now) due.push(owner);
      else this.update(owner);
    }
    return due;
  }

  #insert(entry: Entry<T>): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= entry.at) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const leftEntry = heap[left];
      if (!leftEntry) break;
      const rightEntry = heap[right];
      const [child, entry] = rightEntry && rightEntry.at < leftEntry.at ? [right, rightEntry] : [left, leftEntry];
      if (entry.at >= last.at) break;
      heap[index] = entry;
      index = child;
    }
    heap[index] = last;
  }
}
