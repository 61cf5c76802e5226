import type { EpochMillis, Instant } from './time.ts';

/** Takes a scheduled task back. Harmless after the task has run. */
export type Cancel = () => void;

/** The one source of time and of "later". `lib/runtime` has the real one, specs a virtual one. */
export interface Clock {
  /** The present on the monotonic scale, in milliseconds. */
  now(): Instant;

  /** The present as the world writes it. */
  date(): EpochMillis;

  /** Runs `task` once, at `instant` or as soon after it as possible. */
  at(instant: Instant, task: () => void): Cancel;

  /** Runs `task` once, after everything that the present turn of the event loop still does. */
  afterTurn(task: () => void): void;
}
