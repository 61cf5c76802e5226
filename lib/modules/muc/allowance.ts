import { seconds, type Instant } from '../../base/time.ts';
import { BURST_SECONDS } from './limits.ts';

/** How much one client may still send: so much on average, and for some seconds at once. */
export class Allowance {
  readonly #perSecond: number;
  #left: number;
  #at: Instant;

  /** @param perSecond stanzas on average; 0 for any number */
  constructor(perSecond: number, now: Instant) {
    this.#perSecond = perSecond;
    this.#left = perSecond * BURST_SECONDS;
    this.#at = now;
  }

  /** Takes one. False when there is none left. */
  take(now: Instant): boolean {
    if (this.#perSecond === 0) return true;
    const earned = ((now - this.#at) / seconds(1)) * this.#perSecond;
    this.#left = Math.min(this.#left + earned, this.#perSecond * BURST_SECONDS);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
