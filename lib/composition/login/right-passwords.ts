import { createHmac } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Duration, Instant } from '../../base/time.ts';
import type { Jid } from '../../xmpp/jid.ts';

export interface RightPasswordsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long one is remembered; 0 for not at all. */
  readonly lifetime: Duration;
  /** How many are; the oldest makes room. */
  readonly most: number;
}

const KEY_BYTES = 32;

/** Passwords that were right a moment ago, as hashes that are of no use outside of this process. */
export class RightPasswords {
  readonly #options: RightPasswordsOptions;
  readonly #key: Uint8Array;
  /** In the order of the times until which they count. */
  readonly #known = new Map<string, Instant>();

  constructor(options: RightPasswordsOptions) {
    this.#options = options;
    this.#key = options.random.bytes(KEY_BYTES);
  }

  has(user: Jid, password: string): boolean {
    return (this.#known.get(this.#hash(user, password)) ?? 0) > this.#options.clock.now();
  }

  add(user: Jid, password: string): void {
    const { clock, lifetime, most } = this.#options;
    if (lifetime === 0) return;
    const hash = this.#hash(user, password);
    this.#known.delete(hash);
    for (const [old, until] of this.#known) {
      if (until > clock.now() && this.#known.size < most) break;
      this.#known.delete(old);
    }
    this.#known.set(hash, clock.now() + lifetime);
  }

  #hash(user: Jid, password: string): string {
    return createHmac('sha256', this.#key).update(`${user.bare.toString()}\0${password}`).digest('base64');
  }
}
