import type { IncomingMessage } from 'node:http';
import { charsetOf, decode } from './charset.ts';
import { codingOf, unpack, unpackHead } from './content-coding.ts';

/** What came of reading one request body. */
export type ReadBytes =
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  /** Not in the coding that its headers say. */
  | { readonly is: 'undecodable' }
  /** Larger than the limit; `head` is its beginning, if that can be read. */
  | { readonly is: 'oversize'; readonly head: Buffer };

/** The same, where the body is text. */
export type ReadBody =
  | { readonly is: 'text'; readonly text: string }
  /** Not what its headers say, or not UTF-8. */
  | { readonly is: 'undecodable' }
  /** Larger than the limit; `head` is where the wrapper's attributes are, if they can be read. */
  | { readonly is: 'oversize'; readonly head: string };

/** The body must be here within this time of its head. H-09 */
const BODY_TIMEOUT_MS = 30_000;
/** As much of an oversize body as is searched for the sid. */
const HEAD_BYTES = 4096;
/** Bytes of an oversize body that are read and dropped, so that the client can still read the answer. */
const DROPPED_BYTES = 16 * 1024 * 1024;

/**
 * Reads a body as text. Of the Content-Type only the charset counts.
 *
 * @spec XEP-0124 §7.2 B-7.2-17
 */
export function readBody(request: IncomingMessage, limit: number, done: (body: ReadBody) => void): void {
  readBytes(request, limit, (body) => {
    if (body.is === 'undecodable') return done(body);
    if (body.is === 'oversize') return done({ is: 'oversize', head: body.head.toString('latin1') });
    const text = decode(body.bytes, charsetOf(request.headers['content-type']));
    done(text === undefined ? { is: 'undecodable' } : { is: 'text', text });
  });
}

/**
 * Reads a body of at most `limit` bytes, also when it is unpacked, and hands over the outcome, once. A
 * request that breaks off has no outcome.
 *
 * @param timeout milliseconds after which the connection of a request that has not ended is cut
 * @spec XEP-0124 §5 B-5-11
 * @spec XEP-0124 §7.2 B-7.2-13
 */
export function readBytes(
  request: IncomingMessage,
  limit: number,
  done: (body: ReadBytes) => void,
  timeout = BODY_TIMEOUT_MS,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
  const timer = setTimeout(() => request.destroy(), timeout);
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (isOver) {
      if (size > limit + DROPPED_BYTES) request.destroy();
      return;
    }
    chunks.push(chunk);
    if (size <= limit) return;
    isOver = true;
    done({ is: 'oversize', head: headOf(Buffer.concat(chunks), request) });
    chunks.length = 0;
  });
  request.on('close', () => clearTimeout(timer));
  request.on('end', () => {
    clearTimeout(timer);
    if (!isOver) done(unpacked(chunks, request, limit));
  });
  request.on('error', () => {
    // The connection broke while the body was on its way: nobody is left to answer.
  });
}

function unpacked(chunks: readonly Buffer[], request: IncomingMessage, limit: number): ReadBytes {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
  const coding = codingOf(request.headers['content-encoding']);
  const plain = coding === undefined ? bytes : unpack(bytes, coding, limit);
  if (plain === 'undecodable') return { is: 'undecodable' };
  if (plain === 'oversize') return { is: 'oversize', head: headOf(bytes, request) };
  return { is: 'bytes', bytes: plain };
}

/** The beginning of a body that is too large. H-08 */
function headOf(bytes: Buffer, { headers }: IncomingMessage): Buffer {
  const coding = codingOf(headers['content-encoding']);
  return (coding === undefined ? bytes : unpackHead(bytes, coding)).subarray(0, HEAD_BYTES);
}
