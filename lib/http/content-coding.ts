import { constants, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import Negotiator from 'negotiator';

/** Content codings that requests may have and answers get. @spec XEP-0124 §7.2 B-7.2-12 */
export const CODINGS = ['gzip', 'deflate'] as const;

type Coding = (typeof CODINGS)[number];

/** UTF-16 units of the shortest body that is worth it. D-48 */
export const MIN_PACKED = 1024;
/** Bytes of a packed request in which its head is looked for: they hold 1 MiB at most, as deflate has it. */
const HEAD_BYTES = 1024;
/** Chat is small and repetitive: more effort costs time and saves little. */
const EFFORT = { level: constants.Z_BEST_SPEED };

/**
 * The coding of a request. Clients write all kinds of things there, and mean nothing by it: what is no
 * coding of ours is taken for none.
 */
export function codingOf(contentEncoding: string | undefined): Coding | undefined {
  if (contentEncoding === undefined) return undefined;
  const name = contentEncoding.trim().toLowerCase().replace(/^x-/, '');
  return CODINGS.find((coding) => coding === name);
}

/**
 * Undoes the coding of a request.
 *
 * @param limit bytes; no more than these are unpacked, however many there would be
 * @spec XEP-0124 §7.2 B-7.2-13
 */
export function unpack(bytes: Buffer, coding: Coding, limit: number): Buffer | 'oversize' | 'undecodable' {
  return inflate(bytes, coding, { maxOutputLength: limit });
}

/** What the first bytes of a request contain; empty when they are not in this coding. */
export function unpackHead(bytes: Buffer, coding: Coding): Buffer {
  const head = inflate(bytes.subarray(0, HEAD_BYTES), coding, { finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.isBuffer(head) ? head : Buffer.alloc(0);
}

function inflate(bytes: Buffer, coding: Coding, options: ZlibOptions): Buffer | 'oversize' | 'undecodable' {
  try {
    if (coding === 'gzip') return gunzipSync(bytes, options);
    return isZlib(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
  } catch (error) {
    return error instanceof RangeError ? 'oversize' : 'undecodable';
  }
}

/**
 * Packs an answer with a coding that this request accepts; undefined when there is none, or nothing is
 * gained.
 *
 * @spec XEP-0124 §5 B-5-09
 */
export function pack(
  bytes: Buffer,
  acceptEncoding: string | undefined,
): { readonly coding: Coding; readonly bytes: Buffer } | undefined {
  if (acceptEncoding === undefined) return undefined;
  const accepted = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const best = accepted.encodings([...CODINGS, 'identity'])[0];
  const coding = CODINGS.find((known) => known === best);
  if (coding === undefined) return undefined;
  const packed = coding === 'gzip' ? gzipSync(bytes, EFFORT) : deflateSync(bytes, EFFORT);
  return packed.length < bytes.length ? { coding, bytes: packed } : undefined;
}

/** `deflate` means the zlib format; some clients send the bare stream. @spec RFC 9110 §8.4.1.2 */
function isZlib(bytes: Buffer): boolean {
  const head = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  return (head & 0x0f00) === 0x0800 && head % 31 === 0;
}
