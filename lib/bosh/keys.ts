import { createHash } from 'node:crypto';
import type { Body } from './body.ts';

/**
 * Proof that each request comes from where the one before came from: its `key` hashes to the key of
 * that one, so that who reads along cannot send the next.
 *
 * @spec XEP-0124 §15.3 B-15.3-02 B-15.3-03
 * @spec XEP-0124 §15.4 B-15.4-03 B-15.4-04 D-42
 */
export class KeySequence {
  /** What the next key must hash to, in lower case; undefined while the session has no keys. */
  #expected: string | undefined;

  /** Takes the keys of the next request in rid order. @returns false when they are not the right ones */
  accept({ key, newKey }: Pick<Body, 'key' | 'newKey'>): boolean {
    if (this.#expected !== undefined && (key === undefined || sha1(key) !== this.#expected)) return false;
    const next = newKey ?? (this.#expected === undefined ? undefined : key);
    this.#expected = next?.toLowerCase();
    return true;
  }
}

/** What a copy of a request must have in common with the original. @spec XEP-0124 §15.4 D-13 */
export function proofOf({ key, newKey }: Pick<Body, 'key' | 'newKey'>): string {
  return key === undefined && newKey === undefined ? '' : `${key ?? ''} ${newKey ?? ''}`;
}

/** The hash of the characters as they were sent, in lower case. */
function sha1(key: string): string {
  return createHash('sha1').update(key).digest('hex');
}
