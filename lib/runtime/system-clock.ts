import type { Cancel, Clock } from '../base/clock.ts';
import type { EpochMillis, Instant } from '../base/time.ts';

/** Real time. Timers do not keep the process alive: its listeners do. */
export const systemClock: Clock = {
  now(): Instant {
    return performance.now();
  },

  date(): EpochMillis {
    return Date.now();
  },

  at(instant: Instant, task: () => void): Cancel {
    const timer = setTimeout(task, Math.max(0, instant - performance.now()));
    timer.unref();
    return () => clearTimeout(timer);
  },

  afterTurn(task: () => void): void {
    setImmediate(task);
  },
};
