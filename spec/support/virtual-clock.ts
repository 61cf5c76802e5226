import type { Cancel, Clock } from '../../lib/base/clock.ts';
import type { Duration, EpochMillis, Instant } from '../../lib/base/time.ts';

interface Task {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
}

/** Time that stands still until a spec moves it; tasks run in order of their instants. */
export class VirtualClock implements Clock {
  #now: Instant = 0;
  #order = 0;
  #tasks: Task[] = [];
  #turn: (() => void)[] = [];
  readonly #epoch: EpochMillis;

  /** @param epoch the date at instant 0; 2026-01-01T00:00:00Z unless told */
  constructor(epoch: EpochMillis = 1_767_225_600_000) {
    this.#epoch = epoch;
  }

  now(): Instant {
    return this.#now;
  }

  date(): EpochMillis {
    return this.#epoch + this.#now;
  }

  at(instant: Instant, run: () => void): Cancel {
    const task: Task = { at: Math.max(instant, this.#now), order: this.#order++, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  afterTurn(task: () => void): void {
    this.#turn.push(task);
  }

  /** Ends the present turn: runs what was put off, and what that puts off in turn. */
  endTurn(): void {
    for (let task = this.#turn.shift(); task; task = this.#turn.shift()) task();
  }

  /** Lets `duration` pass, running every task that comes due on the way at its own instant. */
  advance(duration: Duration): void {
    const end = this.#now + duration;
    this.endTurn();
    for (let task = this.#next(end); task; task = this.#next(end)) {
      this.#now = task.at;
      task.run();
      this.endTurn();
    }
    this.#now = end;
  }

  /** Tasks that have not run. */
  get pending(): number {
    return this.#tasks.length;
  }

  #next(end: Instant): Task | undefined {
    const due = this.#tasks.filter((task) => task.at <= end);
    due.sort((a, b) => a.at - b.at || a.order - b.order);
    const first = due[0];
    if (first) this.#tasks = this.#tasks.filter((task) => task !== first);
    return first;
  }
}
