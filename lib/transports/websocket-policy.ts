import { seconds, type Duration } from '../base/time.ts';
import type { StreamLimits } from '../xmpp/transport.ts';
import type { OutflowLimits } from './outflow.ts';

/** What a WebSocket client may do. The configuration fills it in. */
export interface WebSocketPolicy {
  /** Bytes of one message once the client is authenticated. WH-03 */
  readonly maxMessage: number;
  /** Bytes of one message before that. */
  readonly maxMessageUnauthenticated: number;
  /** Silence after which the client is asked for a sign of life, and asked again; then it counts as gone. WD-05 */
  readonly ping: Duration;
  /** Refuses what old clients do: stanzas without a namespace. WD-03 */
  readonly strict: boolean;
  readonly limits: WebSocketLimits;
}

/** What waits for one client is limited, too. WH-06 */
export interface WebSocketLimits extends OutflowLimits {
  /** How long a client may read nothing while something waits for it. */
  readonly stalled: Duration;
  /** How long each half of the goodbye may take. W-3.6-02 */
  readonly closing: Duration;
  /** How long a stanza may be on its way before the client is asked whether it has arrived. */
  readonly proof: Duration;
  /** Stanzas on their way before the client is asked at once. */
  readonly unproven: number;
}

export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  socketBytes: 256 * 1024,
  queuedStanzas: 10_000,
  queuedBytes: 8 * 1024 * 1024,
  stalled: seconds(15),
  closing: seconds(5),
  proof: seconds(1),
  unproven: 256,
};

/** What clients are told of the limits. @spec XEP-0478 §3.1 */
export function streamLimits({ maxMessage, maxMessageUnauthenticated, ping }: WebSocketPolicy): StreamLimits {
  return { maxBytes: maxMessage, maxBytesUnauthenticated: maxMessageUnauthenticated, idle: ping };
}

/** How a connection came to its end. */
export type WebSocketEnd =
  'client-closed' | 'server-closed' | 'connection-lost' | 'no-pong' | 'stalled' | 'queue-full' | 'bad-message';

/** Told what happens, for metrics and logs. None of these may throw. */
export interface WebSocketObserver {
  opened(): void;
  ended(why: WebSocketEnd): void;
  /** A message of white space only. WD-02 */
  ignored(): void;
}

/** @spec RFC 6455 §7.4.1 */
export const CLOSE_CODE = {
  normal: 1000,
  goingAway: 1001,
  unsupportedData: 1003,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
} as const;
