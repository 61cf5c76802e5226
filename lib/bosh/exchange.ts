import type { Jid } from '../xmpp/jid.ts';
import type { ResponseReason } from './effects.ts';

/** Where a request came from, as far as the connection manager cares. */
export interface ExchangeOrigin {
  /** TLS to us or to a trusted proxy. */
  readonly secure: boolean;
  /** The client is on this machine. */
  readonly loopback: boolean;
  readonly address: string;
  /** Whom the requester vouches for; no request over HTTP has it. */
  readonly account?: Jid;
  /** The `Origin` of the page that sent it, if it is one. */
  readonly page?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** It may tell secrets of a login: it is not compressed. D-48 */
  readonly isPrivate?: boolean;
  /** Seconds after which the client may try again. */
  readonly retryAfter?: number;
}

/** Told what becomes of the exchanges it holds. */
export interface ExchangeHolder {
  /** The answer has been written. */
  flushed(exchange: Exchange): void;
  /** The connection broke, before the answer or while it was written. */
  lost(exchange: Exchange): void;
}

/** One HTTP request that waits for its one answer. The HTTP side implements it. */
export interface Exchange {
  readonly origin: ExchangeOrigin;
  /** Set by the session that took the request. */
  holder: ExchangeHolder | undefined;
  /** Answers, once; does nothing when the connection is gone. */
  respond(answer: Answer): void;
  /** Closes the connection without an answer. @spec XEP-0124 §19.1 B-19.1-06 D-43 */
  destroy(): void;
}

/** Told what happens, for metrics and logs. Every method is optional work; none may throw. */
export interface BoshObserver {
  created(): void;
  ended(why: string, condition: string | undefined): void;
  requested(): void;
  responded(reason: ResponseReason | 'refused', condition: string | undefined): void;
}

export const blindObserver: BoshObserver = { created() {}, ended() {}, requested() {}, responded() {} };
