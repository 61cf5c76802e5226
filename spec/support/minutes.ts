import { seconds, type Duration } from '../../lib/base/time.ts';

export function minutes(count: number): Duration {
  return seconds(count * 60);
}
