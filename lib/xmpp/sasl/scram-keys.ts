/** The hash functions of the SCRAM family that are on offer. */
export type ScramHash = 'sha-1' | 'sha-256' | 'sha-512';

/** What a server keeps instead of a password, for one hash function. @spec RFC 5802 §3 */
export interface ScramKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** The names that `node:crypto` gives to the hash functions, and their output in bytes. */
export const HASHES: Readonly<Record<ScramHash, { readonly digest: string; readonly bytes: number }>> = {
  'sha-1': { digest: 'sha1', bytes: 20 },
  'sha-256': { digest: 'sha256', bytes: 32 },
  'sha-512': { digest: 'sha512', bytes: 64 },
};
