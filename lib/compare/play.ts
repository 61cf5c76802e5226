import { setTimeout as pause } from 'node:timers/promises';
import type { Arrival } from './arrivals.ts';
import { Histogram } from './histogram.ts';

/**
 * Lets everything happen when it is due, whether or not what was before has been answered (an open loop).
 *
 * @param start when, in milliseconds of the one clock
 * @param act called for each arrival
 * @param isOver ends it before its time
 * @returns how late they were, in microseconds
 */
export async function play(
  arrivals: readonly Arrival[],
  start: number,
  act: (arrival: Arrival) => void,
  isOver: () => boolean = () => false,
): Promise<Histogram> {
  const lags = new Histogram();
  for (const arrival of arrivals) {
    const due = start + arrival.at;
    for (let now = performance.now(); now < due; now = performance.now()) await pause(due - now);
    if (isOver()) break;
    lags.add((performance.now() - due) * 1000);
    act(arrival);
  }
  return lags;
}
