import type { Duration, Instant } from '../base/time.ts';
import type { Tombstone } from './tombstone.ts';

interface Grave {
  readonly tombstone: Tombstone;
  readonly until: Instant;
}

/** The tombstones of sessions that ended a short while ago. D-18 */
export class Graveyard {
  readonly #keep: Duration;
  readonly #most: number;
  /** In the order of burial, so the oldest come first. */
  readonly #graves = new Map<string, Grave>();

  /** @param most how many are kept at a time; the oldest make room */
  constructor(keep: Duration, most: number) {
    this.#keep = keep;
    this.#most = most;
  }

  find(sid: string): Tombstone | undefined {
    return this.#graves.get(sid)?.tombstone;
  }

  bury(sid: string, tombstone: Tombstone, now: Instant): void {
    for (const [old, grave] of this.#graves) {
      if (grave.until > now && this.#graves.size < this.#most) break;
      this.#graves.delete(old);
    }
    if (this.#most > 0) this.#graves.set(sid, { tombstone, until: now + this.#keep });
  }
}
