import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EpochMillis } from '../base/time.ts';

/** The permission to upload one file. @spec XEP-0363 §4 */
export interface UploadSlot {
  /** Where the file is: cannot be guessed. */
  readonly id: string;
  /** The bare JID of who asked for it. */
  readonly account: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** As declared; undefined when it was not. */
  readonly type?: string | undefined;
  /** The upload must have begun before that. */
  readonly until: EpochMillis;
  /** The file is removed then; undefined for never. */
  readonly expiresAt?: EpochMillis | undefined;
}

/** Makes a slot something that a client can show, and nobody can change. */
export function signSlot(slot: UploadSlot, key: Uint8Array): string {
  const payload = Buffer.from(JSON.stringify(slot)).toString('base64url');
  return `${payload}.${signatureOf(payload, key).toString('base64url')}`;
}

/** The slot that was signed; undefined for anything else, and when its time is over. */
export function readSlot(token: string, key: Uint8Array, now: EpochMillis): UploadSlot | undefined {
  const [payload = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(payload, key);
  if (rest.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const slot = JSON.parse(Buffer.from(payload, 'base64url').toString()) as UploadSlot; // we signed it
  return slot.until > now ? slot : undefined;
}

/** The path of a file, below the one of all uploads. @spec XEP-0363 §4 */
export function slotPath({ id, name }: Pick<UploadSlot, 'id' | 'name'>): string {
  return `${id}/${encodeURIComponent(name)}`;
}

function signatureOf(payload: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(payload).digest();
}
