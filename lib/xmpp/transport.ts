import type { Duration } from '../base/time.ts';
import type { Element } from '../xml/index.ts';
import type { Jid } from './jid.ts';
import type { StreamError } from './stream-error.ts';

/**
 * The contract between what carries a stream (BOSH, WebSocket, …) and the stream itself.
 * It lives here because both sides need it and neither may import the other.
 */

/** One element for the client: its text, and the element for when it cannot be delivered. */
export interface Payload {
  readonly xml: string;
  readonly element: Element;
  /** Called at most once, when the client is known to have it; for who keeps a copy until then. */
  readonly arrived?: (() => void) | undefined;
  /** Its number: the session counts it and keeps it until the client acknowledges it, so the carrier need not. @spec XEP-0198 §4 */
  readonly counted?: number;
}

/** What a carrier takes from its client. @spec XEP-0478 §3.1 */
export interface StreamLimits {
  /** Bytes of one element of an authenticated client. */
  readonly maxBytes: number;
  /** The same before authentication. */
  readonly maxBytesUnauthenticated: number;
  /** Silence after which the client is asked for a sign of life. */
  readonly idle?: Duration;
}

/** What both ends of a TLS connection know of it, and nobody else can have in another one. @spec RFC 5056 §2.1 */
export interface ChannelBinding {
  /** As registered: `tls-exporter`, `tls-server-end-point`. */
  readonly type: string;
  readonly data: Uint8Array;
  /** Taken from clients that know nothing else, and not announced. */
  readonly isHidden?: true;
}

/** What a stream may know about its carrier. */
export interface TransportInfo {
  readonly name: 'bosh' | 'websocket' | 'sse' | 'http-stream' | 'long-poll' | 'poll' | 'xep-0025' | 'tcp';
  /** TLS to the client, or to a trusted proxy in front of us; decides whether PLAIN is offered. */
  readonly secure: boolean;
  /** The client is on this machine. */
  readonly loopback: boolean;
  /** The client's address, for limits and logs. */
  readonly address: string;
  /** How a login can be tied to the connection, the strongest first; none where it cannot. */
  readonly bindings?: readonly ChannelBinding[] | undefined;
  /** Addresses that a trusted certificate of the client names. */
  readonly certified?: readonly string[] | undefined;
  /** The `Origin` of the page that the client runs in, if it is one. */
  readonly page?: string | undefined;
  /** Told to the client, where the carrier has any. */
  readonly limits?: StreamLimits | undefined;
  /** Who the client is, where that is known before it says anything: it need not log in. */
  readonly account?: Jid | undefined;
}

/** The attributes of a stream header, whatever its syntax on the wire. @spec RFC 6120 §4.7 */
export interface StreamHeader {
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly id?: string | undefined;
  readonly version?: string | undefined;
  readonly lang?: string | undefined;
}

/** How a carrier came to its end: `</stream>` or its like, or a connection that broke or timed out. */
export type Closing = 'graceful' | 'lost';

/** TLS that the client may ask for. */
export interface StartTls {
  /** Without it the client may not log in. */
  readonly isRequired: boolean;
  /** Ends this carrier and its stream once what was sent has left; another one begins behind TLS. */
  begin(): void;
}

/** Towards the client. None of these throws, also after the end of the carrier. */
export interface Transport {
  readonly info: TransportInfo;
  /** How TLS is started on this carrier; undefined where it cannot be, or is there already. @spec RFC 6120 §5 */
  readonly startTls?: StartTls | undefined;
  /**
   * For a carrier that numbers stanzas itself, and acknowledges in words of its own: they are counted from
   * resource binding on, and the client is never asked. The session gets this id.
   */
  readonly numbering?: { readonly id: string } | undefined;
  /** The answering stream header; comes before anything else of each stream, also after a restart. */
  open(header: StreamHeader): void;
  /** Queues one element. */
  send(payload: Payload): void;
  /** Ends the stream, with an error if there is one; nothing is sent after it. */
  close(error?: StreamError): void;
}

/** From the client. None of these throws. */
export interface StreamInput {
  /** The client's stream header; again after a restart. */
  open(header: StreamHeader): void;
  /** One complete element that stands alone: its namespaces are declared on itself. */
  receive(element: Element): void;
  /**
   * The carrier has ended, also after `Transport.close`; called exactly once, and last.
   *
   * @param undelivered what was sent but never reached the client, or may not have, in order
   */
  closed(how: Closing, undelivered: readonly Payload[]): void;
}
