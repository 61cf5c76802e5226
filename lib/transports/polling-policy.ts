import { seconds, type Duration } from '../base/time.ts';
import type { StreamLimits } from '../xmpp/transport.ts';

/** What a client of XEP-0025 may do. The configuration fills it in. */
export interface PollingPolicy {
  /** Bytes (UTF-16 units) of one element once the client is authenticated. */
  readonly maxElement: number;
  /** Bytes (UTF-16 units) of one element before that. */
  readonly maxElementUnauthenticated: number;
  /** Silence after which a session ends. @spec XEP-0025 §3.1.4 P-3.1.4-03 */
  readonly inactivity: Duration;
  readonly limits: PollingLimits;
}

export interface PollingLimits {
  /** Bytes (UTF-16 units) of one answer, or one element if that is larger. */
  readonly answerBytes: number;
  /** Stanzas waiting for one client before its session is ended. */
  readonly queuedStanzas: number;
  /** Bytes (UTF-16 units) waiting for one client before its session is ended. */
  readonly queuedBytes: number;
  /** How long the last answer of a session is kept, for a client that did not get it. */
  readonly remembered: Duration;
}

export const DEFAULT_POLLING_LIMITS: PollingLimits = {
  answerBytes: 256 * 1024,
  queuedStanzas: 10_000,
  queuedBytes: 8 * 1024 * 1024,
  remembered: seconds(60),
};

/** What the client is told of it. */
export function streamLimits({ maxElement, maxElementUnauthenticated, inactivity }: PollingPolicy): StreamLimits {
  return { maxBytes: maxElement, maxBytesUnauthenticated: maxElementUnauthenticated, idle: inactivity };
}

/** How a session came to its end. */
export type PollingEnd = 'client-closed' | 'server-closed' | 'timed-out' | 'queue-full';

/** Told what happens, for metrics and logs. None of these may throw. */
export interface PollingObserver {
  opened(): void;
  ended(why: PollingEnd): void;
  /** A request was answered with an error. */
  refused(identifier: ErrorIdentifier): void;
}

/**
 * What the identifier of an answer says when it is an error.
 *
 * @spec XEP-0025 §3.1 P-3.1.1-01 P-3.1.2-01 P-3.1.3-01 P-3.1.4-01
 */
export const IDENTIFIER = {
  unknown: '0:0',
  serverError: '-1:0',
  badRequest: '-2:0',
  wrongKey: '-3:0',
} as const;

export type ErrorIdentifier = (typeof IDENTIFIER)[keyof typeof IDENTIFIER];
