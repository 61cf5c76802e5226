import { seconds, type Duration } from '../base/time.ts';
import type { StreamLimits } from '../xmpp/transport.ts';

/** What a connection manager grants, and its limits. The configuration fills it in. */
export interface BoshPolicy {
  /** Longest `wait` granted, in seconds; below the 60 s of common proxies. @spec XEP-0124 §7.2 B-7.2-04 */
  readonly maxWait: number;
  /** Largest `hold` granted, 0 to 5. @spec XEP-0124 §7.2 B-7.2-10 */
  readonly maxHold: number;
  /** Longest silence of a client, in seconds. @spec XEP-0124 §10 B-10-02 */
  readonly inactivity: number;
  /** The same for polling sessions. @spec XEP-0124 §12 B-12-03 */
  readonly pollingInactivity: number;
  /** Shortest interval between empty requests, in seconds. @spec XEP-0124 §11 B-11-05 */
  readonly polling: number;
  /** Longest pause granted, in seconds. @spec XEP-0124 §10 B-10-08 */
  readonly maxPause: number;
  /** Whether received requests are acknowledged. @spec XEP-0124 §9.1 B-9.1-03 */
  readonly ack: boolean;
  /** Content codings in which requests are taken. @spec XEP-0124 §7.2 B-7.2-12 */
  readonly accept: readonly string[];
  /** Charsets, beside UTF-8, in which requests are taken. @spec XEP-0124 §7.2 B-7.2-17 */
  readonly charsets: readonly string[];
  /** Streams one session may have open at once; 1 is not to offer it. @spec XEP-0124 §16.2 */
  readonly maxStreams: number;
  /** Where clients are sent that try to open a session. @spec XEP-0124 §17.2 B-17.2-08 */
  readonly seeOtherUri: string | undefined;
  /** Whether sessions may be in script syntax. @spec XEP-0252 §2.1 J-2.1-01 */
  readonly scriptSyntax: boolean;
  /** Judges overactivity to the letter, as §11 says it, instead of tolerating what real clients do. D-04, D-05 */
  readonly strict: boolean;
  readonly limits: BoshLimits;
}

export interface BoshLimits {
  /** Bytes of one request body once the client is authenticated. */
  readonly bodyBytes: number;
  /** Bytes of one request body before that. */
  readonly bodyBytesUnauthenticated: number;
  /** Bytes of payload put into one response; one larger stanza alone is allowed. D-49 */
  readonly responseBytes: number;
  /** Stanzas waiting for one client before its session is ended. */
  readonly queuedStanzas: number;
  /** Bytes (UTF-16 units) waiting for one client before its session is ended. */
  readonly queuedBytes: number;
  /** Responses kept for a client that acknowledges but has not yet. D-15 */
  readonly keptResponses: number;
  /** Bytes (UTF-16 units) of such responses. D-15 */
  readonly keptBytes: number;
  /** Copies of one request accepted, the first included. @spec XEP-0124 §14.3 B-14.3-06, D-16 */
  readonly copies: number;
  /** How long an early request waits for the missing ones before it is given back. D-10 */
  readonly gap: Duration;
  /** How long a request outside the window may be the late copy of an old one, before it ends the session. */
  readonly stray: Duration;
  /** How long the end of a session is remembered, to answer a repeated request. D-18 */
  readonly tombstone: Duration;
  /** How many ended sessions are remembered. D-18 */
  readonly tombstones: number;
}

export const DEFAULT_LIMITS: BoshLimits = {
  bodyBytes: 256 * 1024,
  bodyBytesUnauthenticated: 16 * 1024,
  responseBytes: 256 * 1024,
  queuedStanzas: 10_000,
  queuedBytes: 8 * 1024 * 1024,
  keptResponses: 64,
  keptBytes: 1024 * 1024,
  copies: 10,
  gap: seconds(10),
  stray: 100,
  tombstone: seconds(60),
  tombstones: 10_000,
};

export const DEFAULT_POLICY: BoshPolicy = {
  maxWait: 50,
  maxHold: 1,
  inactivity: 60,
  pollingInactivity: 120,
  polling: 5,
  maxPause: 120,
  ack: true,
  accept: ['gzip', 'deflate'],
  charsets: ['UTF-8', 'ISO-8859-1', 'US-ASCII'],
  maxStreams: 4,
  seeOtherUri: undefined,
  scriptSyntax: false,
  strict: false,
  limits: DEFAULT_LIMITS,
};

/** Bytes of a request body that are left for `<body>` itself. */
const WRAPPER_BYTES = 512;

/** What clients are told of the limits; how long they may be silent is said in the session's own terms. @spec XEP-0478 §3.1 */
export function streamLimits({ limits }: BoshPolicy): StreamLimits {
  return {
    maxBytes: limits.bodyBytes - WRAPPER_BYTES,
    maxBytesUnauthenticated: limits.bodyBytesUnauthenticated - WRAPPER_BYTES,
  };
}
