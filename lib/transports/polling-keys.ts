import { createHash } from 'node:crypto';
import type { PollingRequest } from './polling-request.ts';

/**
 * Proof that each request comes from where the one before came from: its key hashes to the key of that
 * one. A session that began without a key has none.
 *
 * @spec XEP-0025 §3.1.4 §4 P-3.1.4-01 P-4-01 P-4-02 PD-02
 */
export class PollingKeys {
  /** What the next key must hash to. */
  #expected: string | undefined;

  /** @param initial the key of the first request; a new key beside it means nothing. @spec XEP-0025 §3 P-3-07 */
  constructor(initial: string | undefined) {
    this.#expected = initial;
  }

  /** Whether the session has keys. */
  get areUsed(): boolean {
    return this.#expected !== undefined;
  }

  /** Takes the keys of the next request. @returns false when they are not the right ones */
  accept({ key, newKey }: Pick<PollingRequest, 'key' | 'newKey'>): boolean {
    if (this.#expected === undefined) return true;
    if (key === undefined || hash(key) !== this.#expected) return false;
    this.#expected = newKey ?? key;
    return true;
  }
}

function hash(key: string): string {
  return createHash('sha1').update(key).digest('base64');
}
