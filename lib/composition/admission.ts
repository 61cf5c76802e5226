import type { Clock } from '../base/clock.ts';
import { seconds, type Duration } from '../base/time.ts';
import type { Config } from '../config/schema.ts';
import { Counter } from '../core/auth-limiter.ts';

const MINUTE: Duration = seconds(60);

/** How many sessions one address may have and open, whatever carries them. H-09 */
export class Admission {
  readonly #most: number;
  readonly #perMinute: number;
  readonly #opened: Counter;
  readonly #carriers: ((address: string) => number)[] = [];

  constructor(clock: Clock, limits: Config['limits']) {
    this.#most = limits.sessions_per_address;
    this.#perMinute = limits.session_creations_per_minute;
    this.#opened = new Counter(clock, MINUTE);
  }

  /** Adds a carrier: how many sessions of an address it has. */
  include(count: (address: string) => number): void {
    this.#carriers.push(count);
  }

  /** Counts an attempt. @returns seconds to wait when the address may not open another session now */
  secondsToWait(address: string): number | undefined {
    if (this.#perMinute > 0) {
      if (this.#opened.count(address) >= this.#perMinute) return Math.ceil(this.#opened.remaining(address) / 1000);
      this.#opened.add(address);
    }
    if (this.#most === 0) return undefined;
    const sessions = this.#carriers.reduce((sum, count) => sum + count(address), 0);
    return sessions >= this.#most ? MINUTE / 1000 : undefined;
  }
}
