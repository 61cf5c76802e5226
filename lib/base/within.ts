import type { Clock } from './clock.ts';
import type { Instant } from './time.ts';

/** Waits for work, but not beyond `until`. False when it was not done by then. @throws what the work throws */
export function within(clock: Clock, until: Instant, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = clock.at(until, () => resolve(false));
    work.then(() => resolve(true), reject).finally(cancel);
  });
}
