import type { IncomingMessage } from 'node:http';
import { charsetOf, decode } from './charset.ts';
import { codingOf, unpack } from './content-coding.ts';

/** What came of reading one request body. */
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
 * Reads a body of at most `limit` bytes, also when it is unpacked, and hands over the outcome, once. A
 * request that breaks off has no outcome. Of the Content-Type only the charset counts.
 *
 * @spec XEP-0124 §5 B-5-11
 * @spec XEP-0124 §7.2 B-7.2-13 B-7.2-17
 */
export function readBody(request: IncomingMessage, limit: number, done: (body: ReadBody) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
  const timer = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS);
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (isOver) {
      if (size > limit + DROPPED_BYTES) request.destroy();
      return;
    }
    chunks.push(chunk);
    if (size <= limit) return;
    isOver = true;
    done({ is: 'oversize', head: Buffer.concat(chunks).toString('latin1', 0, HEAD_BYTES) });
    chunks.length = 0;
  });
  request.on('close', () => clearTimeout(timer));
  request.on('end', () => {
    clearTimeout(timer);
    if (!isOver) done(read(chunks, request, limit));
  });
  request.on('error', () => {
    // The connection broke while the body was on its way: nobody is left to answer.
  });
}

function read(chunks: readonly Buffer[], { headers }: IncomingMessage, limit: number): ReadBody {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
  const coding = codingOf(headers['content-encoding']);
  const plain = coding === undefined ? bytes : unpack(bytes, coding, limit);
  if (plain === 'undecodable') return { is: 'undecodable' };
  if (plain === 'oversize') return { is: 'oversize', head: '' };
  const text = decode(plain, charsetOf(headers['content-type']));
  return text === undefined ? { is: 'undecodable' } : { is: 'text', text };
}
