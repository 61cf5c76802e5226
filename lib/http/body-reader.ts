import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** What came of reading one request body. */
export type ReadBody =
  | { readonly is: 'text'; readonly text: string }
  /** Not UTF-8. */
  | { readonly is: 'undecodable' }
  /** Larger than the limit; `head` is where the wrapper's attributes are. */
  | { readonly is: 'oversize'; readonly head: string };

/** As much of an oversize body as is searched for the sid. */
const HEAD_BYTES = 4096;
/** Bytes of an oversize body that are read and dropped, so that the client can still read the answer. */
const DROPPED_BYTES = 16 * 1024 * 1024;

/**
 * Reads a body of at most `limit` bytes and hands over the outcome, once. A request that breaks off
 * has no outcome. Content-Type and Content-Encoding are not looked at.
 *
 * @spec XEP-0124 §5 B-5-11
 */
export function readBody(request: IncomingMessage, limit: number, done: (body: ReadBody) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
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
  request.on('end', () => {
    if (!isOver) done(decode(chunks));
  });
  request.on('error', () => {
    // The connection broke while the body was on its way: nobody is left to answer.
  });
}

function decode(chunks: readonly Buffer[]): ReadBody {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
  return isUtf8(bytes) ? { is: 'text', text: bytes.toString('utf8') } : { is: 'undecodable' };
}
