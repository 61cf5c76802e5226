import type { Cancel, Clock } from '../../lib/base/clock.ts';
import type { EpochMillis, Instant } from '../../lib/base/time.ts';

interface Task {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Virtual time for long runs: events in order of their instants, each a turn of its own. */
export class Timeline implements Clock {
  #now: Instant = 0;
  #order = 0;
  /** Sorted, the next one last. */
  readonly #tasks: Task[] = [];
  readonly #turn: (() => void)[] = [];

  now(): Instant {
    return this.#now;
  }

  date(): EpochMillis {
    return this.#now;
  }

  at(instant: Instant, run: () => void): Cancel {
    const task = { at: Math.max(instant, this.#now), order: this.#order++, run, isCancelled: false };
    let index = this.#tasks.length;
    while (index > 0 && (this.#tasks[index - 1]?.at ?? 0) <= task.at) index -= 1;
    this.#tasks.splice(index, 0, task);
    return () => void (task.isCancelled = true);
  }

  after(delay: number, run: () => void): void {
    this.at(this.#now + delay, run);
  }

  afterTurn(task: () => void): void {
    this.#turn.push(task);
  }

  /** Nothing that was to come will come. */
  clear(): void {
    this.#tasks.length = 0;
    this.#turn.length = 0;
  }

  /** Runs the next event and its turn. @returns false when there is none before `end` */
  step(end: Instant): boolean {
    const task = this.#tasks.pop();
    if (!task) return false;
    if (task.at > end) {
      this.#tasks.push(task);
      return false;
    }
    if (task.isCancelled) return true;
    this.#now = task.at;
    task.run();
    for (let next = this.#turn.shift(); next; next = this.#turn.shift()) next();
    return true;
  }
}
