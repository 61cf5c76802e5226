import type { VirtualClock } from './virtual-clock.ts';

/** Milliseconds of real time: no work of a spec takes longer. */
const LIMIT = 10_000;

/**
 * Lets turns of the event loop end, for real and in virtual time, until the work is done.
 *
 * @param step milliseconds that pass in each turn
 */
export async function driven<T>(clock: VirtualClock, work: Promise<T>, step = 0): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  void work.then(over, over);
  const until = performance.now() + LIMIT;
  while (!isOver) {
    if (performance.now() > until) throw new Error('the work does not come to its end');
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(step);
  }
  return work;
}
