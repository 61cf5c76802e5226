import { constants, type ServerHttp2Session } from 'node:http2';
import { seconds, type Duration } from '../base/time.ts';

export interface Http2Limits {
  /** A connection without anything going on is closed after so long. */
  readonly idle: Duration;
  /** Requests that one client may take back, before or while they are answered, within the window. */
  readonly resets: number;
  readonly resetWindow: Duration;
}

/** Requests that a client may have open at a time on one connection. */
export const MAX_STREAMS = 100;

export const DEFAULT_HTTP2_LIMITS: Omit<Http2Limits, 'idle'> = { resets: 200, resetWindow: seconds(10) };

const TOO_MANY_RESETS = new Error('too many requests were taken back');

/**
 * Bounds what one HTTP/2 connection may do: requests that are taken back as soon as they are made cost
 * the server much and the client nothing. (CVE-2023-44487)
 *
 * @spec RFC 9113 §10.5
 */
export function guardSession(session: ServerHttp2Session, { idle, resets, resetWindow }: Http2Limits): void {
  let since = performance.now();
  let count = 0;
  session.setTimeout(idle, () => session.close());
  session.on('stream', (stream) => {
    stream.once('close', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR) return;
      const now = performance.now();
      if (now - since > resetWindow) {
        since = now;
        count = 0;
      }
      count += 1;
      if (count > resets && !session.destroyed) session.destroy(TOO_MANY_RESETS, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  });
  // What breaks a connection is followed by its end.
  session.on('error', () => undefined);
}
