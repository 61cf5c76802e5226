import { seconds, type Duration } from '../base/time.ts';
import type { NS_CLIENT, NS_COMPONENT } from '../xmpp/ns.ts';
import type { StreamLimits } from '../xmpp/transport.ts';
import type { OutflowLimits } from './outflow.ts';

/** What a TCP client, or a component, may do. The configuration fills it in. */
export interface TcpPolicy {
  /** The namespace of stanzas says who is on the other side. @spec RFC 6120 §4.8.2 */
  readonly content: typeof NS_CLIENT | typeof NS_COMPONENT;
  /** Bytes (UTF-16 units) of one element once the client is authenticated. */
  readonly maxStanza: number;
  /** Bytes (UTF-16 units) of one element before that. */
  readonly maxStanzaUnauthenticated: number;
  /** Silence after which the client is asked for a sign of life, and asked again; then it counts as gone. */
  readonly ping: Duration;
  /** Whether clients from elsewhere have to start TLS before they log in. @spec RFC 6120 §5.3.1 */
  readonly requireTls: boolean;
  readonly limits: TcpLimits;
}

export interface TcpLimits extends OutflowLimits {
  /** How long a client may read nothing while something waits for it. */
  readonly stalled: Duration;
  /** How long the goodbye may take. @spec RFC 6120 §4.4 */
  readonly closing: Duration;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = {
  socketBytes: 256 * 1024,
  queuedStanzas: 10_000,
  queuedBytes: 8 * 1024 * 1024,
  stalled: seconds(15),
  closing: seconds(5),
};

/** What the client is told of it. */
export function streamLimits({ maxStanza, maxStanzaUnauthenticated, ping }: TcpPolicy): StreamLimits {
  return { maxBytes: maxStanza, maxBytesUnauthenticated: maxStanzaUnauthenticated, idle: ping };
}

/** How a stream came to its end. `start-tls`: another one began behind TLS. */
export type TcpEnd =
  'client-closed' | 'server-closed' | 'connection-lost' | 'no-answer' | 'stalled' | 'queue-full' | 'start-tls';

/** Told what happens, for metrics and logs. None of these may throw. */
export interface TcpObserver {
  opened(): void;
  ended(why: TcpEnd): void;
}
