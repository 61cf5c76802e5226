import { createHash } from 'node:crypto';

/** A picture: its bytes, and what they are. */
export interface Image {
  readonly bytes: Uint8Array;
  /** A content type such as `image/png`. */
  readonly type: string;
}

/** How files of each type begin. `.` is any byte. */
const BEGINNINGS: readonly (readonly [type: string, bytes: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const IMAGE_TYPE = /^image\/[a-z0-9.+-]{1,64}$/;

/** Bytes that were written as base64, whatever white space is between; undefined when they were not. */
export function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/\s+/g, '');
  return BASE64.test(packed) ? Buffer.from(packed, 'base64') : undefined;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** What the bytes are, which counts for more than what is said of them. @spec XEP-0153 §5 */
export function typeOf(bytes: Uint8Array, said: string): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const known = BEGINNINGS.find(([, pattern]) => pattern.test(beginning));
  return known?.[0] ?? (IMAGE_TYPE.test(said) ? said : undefined);
}

/** The id of an avatar: in hexadecimal, lower case. @spec XEP-0084 §3.1 */
export function idOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}
