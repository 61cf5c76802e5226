import type { Clock } from '../base/clock.ts';
import type { Duration, Instant } from '../base/time.ts';

export interface AuthLimits {
  /** Failures of one account within the window. */
  readonly perAccount: number;
  /** Failures from one address within the window. */
  readonly perAddress: number;
  readonly window: Duration;
}

/** Accounts and addresses that are remembered. */
const MAX_KEYS = 20_000;

/**
 * Counts events by key in fixed windows of injected time. Small on purpose: the libraries for this
 * read the wall clock and answer by promise, and the core does neither.
 */
export class Counter {
  readonly #clock: Clock;
  readonly #window: Duration;
  readonly #counts = new Map<string, { count: number; readonly until: Instant }>();

  constructor(clock: Clock, window: Duration) {
    this.#clock = clock;
    this.#window = window;
  }

  /** Events of this key in its present window. */
  count(key: string): number {
    const entry = this.#counts.get(key);
    return entry && entry.until > this.#clock.now() ? entry.count : 0;
  }

  /** Milliseconds until the key's window is over. */
  remaining(key: string): Duration {
    return Math.max(0, (this.#counts.get(key)?.until ?? 0) - this.#clock.now());
  }

  add(key: string): void {
    const now = this.#clock.now();
    const entry = this.#counts.get(key);
    if (entry && entry.until > now) {
      entry.count += 1;
      return;
    }
    this.#counts.delete(key);
    this.#makeRoom(now);
    this.#counts.set(key, { count: 1, until: now + this.#window });
  }

  /** Windows have one length, so the order of insertion is the order of their ends. */
  #makeRoom(now: Instant): void {
    for (const [key, entry] of this.#counts) {
      if (entry.until > now && this.#counts.size < MAX_KEYS) break;
      this.#counts.delete(key);
    }
  }
}

/**
 * Slows down guessing: after too many failures of an account or from an address, attempts are
 * refused for a while, right or wrong. Others notice nothing.
 *
 * @spec RFC 6120 §6.5.11
 */
export class AuthLimiter {
  readonly #limits: AuthLimits | undefined;
  readonly #accounts: Counter;
  readonly #addresses: Counter;

  /** @param limits undefined switches it off */
  constructor(clock: Clock, limits: AuthLimits | undefined) {
    this.#limits = limits;
    this.#accounts = new Counter(clock, limits?.window ?? 0);
    this.#addresses = new Counter(clock, limits?.window ?? 0);
  }

  isBlocked(account: string, address: string): boolean {
    if (!this.#limits) return false;
    const { perAccount, perAddress } = this.#limits;
    return this.#accounts.count(account) >= perAccount || this.#addresses.count(address) >= perAddress;
  }

  failed(account: string, address: string): void {
    if (!this.#limits) return;
    this.#accounts.add(account);
    this.#addresses.add(address);
  }
}
