/** The one source of chance. Implementations outside specs must be cryptographically strong. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
}

/** RFC 4648 base32, lower case: safe in XML attributes, URLs, cookies and file names. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * An identifier that cannot be guessed, in lower-case base32.
 *
 * @param bits strength; 128 by default
 * @spec XEP-0124 §7.2 B-7.2-01
 */
export function opaqueId(random: Random, bits = 128): string {
  const length = Math.ceil(bits / 5);
  let id = '';
  for (const byte of random.bytes(length)) id += BASE32[byte & 31];
  return id;
}
