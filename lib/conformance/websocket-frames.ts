import { randomBytes } from 'node:crypto';

/** One frame of RFC 6455 §5.2; `payload` is unmasked. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly isFinal: boolean;
  /** RSV1, RSV2, RSV3 as the number that they are together. */
  readonly reserved: number;
  readonly isMasked: boolean;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** The bytes of a frame. Clients mask; a check may leave that out. */
export function encodeFrame({ opcode, payload, isFinal, reserved, isMasked }: Frame): Buffer {
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const { length } = payload;
  const short = length < LENGTH_16 ? length : length < 65_536 ? LENGTH_16 : LENGTH_64;
  const head = Buffer.from([first, (isMasked ? 0x80 : 0) | short]);
  const extended = Buffer.alloc(short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0);
  if (short === LENGTH_16) extended.writeUInt16BE(length);
  else if (short === LENGTH_64) extended.writeBigUInt64BE(BigInt(length));
  if (!isMasked) return Buffer.concat([head, extended, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([head, extended, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

/** Takes the first frame off the bytes; undefined while it is not whole. */
export function decodeFrame(bytes: Buffer): { readonly frame: Frame; readonly rest: Buffer } | undefined {
  const [first = 0, second = 0] = bytes;
  if (bytes.length < 2) return undefined;
  const short = second & 0x7f;
  const isMasked = second >= 0x80;
  const extended = short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0;
  const start = 2 + extended + (isMasked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  const frame = { opcode: first & 0x0f, payload, isFinal: first >= 0x80, reserved: (first >> 4) & 7, isMasked };
  return { frame, rest: bytes.subarray(start + length) };
}
