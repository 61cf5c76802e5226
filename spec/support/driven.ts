import type { VirtualClock } from './virtual-clock.ts';

/** Lets turns of the event loop end, for real and in virtual time, until the work is done. */
export async function driven<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  void work.then(over, over);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.endTurn();
  }
  return work;
}
