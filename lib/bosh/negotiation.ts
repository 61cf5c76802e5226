import { seconds, type Duration } from '../base/time.ts';
import type { Body, Version } from './body.ts';
import type { BoshPolicy } from './policy.ts';
import { SCRIPT_CONTENT_TYPE, type Syntax } from './script-syntax.ts';

/** What both sides agreed on at creation. These values are the values used, everywhere. */
export interface Terms {
  /** Longest time a request is held, seconds. */
  readonly wait: number;
  /** Most requests held at once. */
  readonly hold: number;
  /** Most requests a client may have open. */
  readonly requests: number;
  /** Shortest polling interval, seconds. */
  readonly polling: number;
  /** Longest silence of the client, seconds. */
  readonly inactivity: number;
  /** Longest pause, seconds. */
  readonly maxPause: number;
  readonly ver: string;
  /** Nothing is ever held: the client polls. @spec XEP-0124 §12 B-12-01 */
  readonly isPolling: boolean;
  /** We acknowledge requests. @spec XEP-0124 §9.1 */
  readonly acksRequests: boolean;
  /** The client acknowledges responses, so that the absence of `ack` means something. @spec XEP-0124 §9.2 */
  readonly acksResponses: boolean;
  /** Content codings that requests may have. @spec XEP-0124 §7.2 B-7.2-12 */
  readonly accept: readonly string[];
  /** Charsets that requests may have. @spec XEP-0124 §7.2 B-7.2-18 */
  readonly charsets: readonly string[];
  /** Streams that may be open at once. @spec XEP-0124 §16.2 B-16.2-01 */
  readonly maxStreams: number;
  /** How all requests and responses are written. @spec XEP-0252 §2.1 J-2.1-02 */
  readonly syntax: Syntax;
  /** Content-Type of every response. @spec XEP-0124 §7.1 B-7.1-13 B-7.1-14 */
  readonly contentType: string;
  /** The client sent no `ver`: it understands HTTP status codes. @spec XEP-0124 §17.1 B-17.1-02 */
  readonly legacy: boolean;
}

const DEFAULT_CONTENT_TYPE = 'text/xml; charset=utf-8';

/** The version of XEP-0124 that this connection manager implements. */
const OUR_VERSION: Version = { major: 1, minor: 11 };
/** Request-acks mean something to clients from here on. D-41 */
const FIRST_VERSION_WITH_ACKS: Version = { major: 1, minor: 6 };

/** The Content-Type where the client asked for none. @spec XEP-0124 §7.1 B-7.1-14 */
export function contentTypeOf(syntax: Syntax): string {
  return syntax === 'script' ? SCRIPT_CONTENT_TYPE : DEFAULT_CONTENT_TYPE;
}

const DEFAULT_WAIT = 60;
const DEFAULT_HOLD = 1;
const MAX_REQUESTS = 16;

/**
 * Turns a creation request and our policy into terms.
 *
 * @spec XEP-0124 §7.2 B-7.2-02 B-7.2-04 B-7.2-05 B-7.2-07 B-7.2-08 B-7.2-09 B-7.2-10
 */
export function negotiate(request: Body, policy: BoshPolicy, syntax: Syntax = 'pure'): Terms {
  const wait = Math.min(request.wait ?? DEFAULT_WAIT, policy.maxWait);
  const requestedHold = request.hold ?? DEFAULT_HOLD;
  const hold = Math.min(requestedHold, policy.maxHold);
  const ver = request.ver ?? OUR_VERSION;
  const isPolling = wait === 0 || hold === 0;
  return {
    wait,
    hold,
    requests: Math.max(hold + 1, Math.min(requestedHold + 1, MAX_REQUESTS)),
    polling: policy.polling,
    inactivity: isPolling ? policy.pollingInactivity : policy.inactivity,
    maxPause: policy.maxPause,
    ver: format(lower(ver, OUR_VERSION)),
    isPolling,
    acksRequests: policy.ack && !isBefore(ver, FIRST_VERSION_WITH_ACKS),
    acksResponses: request.ack === 1,
    accept: policy.accept,
    charsets: policy.charsets,
    // In script syntax a request holds a stretch of the one stream that there is.
    maxStreams: syntax === 'script' ? 1 : policy.maxStreams,
    syntax,
    contentType: request.content ?? contentTypeOf(syntax),
    // A script does not see HTTP statuses.
    legacy: request.ver === undefined && syntax === 'pure',
  };
}

/** How many requests may be held under these terms. D-08 */
export function heldAtMost(terms: Terms): number {
  return terms.wait === 0 ? 0 : terms.hold;
}

/** The wait of one request. */
export function waitOf(terms: Terms): Duration {
  return seconds(terms.wait);
}

function isBefore(a: Version, b: Version): boolean {
  return a.major < b.major || (a.major === b.major && a.minor < b.minor);
}

function lower(a: Version, b: Version): Version {
  return isBefore(a, b) ? a : b;
}

function format(version: Version): string {
  return `${version.major}.${version.minor}`;
}
