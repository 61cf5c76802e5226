import { xml, type Element } from '../xml/index.ts';
import { NS_BIND, NS_HANDOVER, NS_STREAM, NS_STREAM_LIMITS, NS_TLS } from './ns.ts';
import type { StreamLimits } from './transport.ts';

/**
 * What may be negotiated after authentication. `<session/>` is answered but not announced: it would
 * cost every client a round trip. TLS and compression belong to the carrier.
 *
 * @spec RFC 6120 §7.4
 * @spec XEP-0206 §2 X-2-04
 */
export function bindFeature(): Element {
  return xml('bind', { xmlns: NS_BIND });
}

/** @spec RFC 6120 §5.4.1 */
export function tlsFeature(isRequired: boolean): Element {
  return xml('starttls', { xmlns: NS_TLS }, ...(isRequired ? [xml('required')] : []));
}

/** What the client may send, and how long it may be silent. @spec XEP-0478 §3.1 */
export function limitsFeature({ maxBytes, maxBytesUnauthenticated, idle }: StreamLimits, isKnown: boolean): Element {
  const bytes = xml('max-bytes', {}, String(isKnown ? maxBytes : maxBytesUnauthenticated));
  const silence = idle === undefined ? [] : [xml('idle-seconds', {}, String(Math.floor(idle / 1000)))];
  return xml('limits', { xmlns: NS_STREAM_LIMITS }, bytes, ...silence);
}

/** A carrier on which a session can go on. */
export interface TransportLink {
  readonly name: string;
  /** A URL, or a path on the server that the client talks to. */
  readonly href: string;
}

/** Where else the session can go on, the best first; see docs/reference/protocol.md. */
export function handoverFeature(links: readonly TransportLink[]): Element {
  const transports = links.map(({ name, href }) => xml('transport', { name, href }));
  return xml('handover', { xmlns: NS_HANDOVER }, ...transports);
}

/** The prefix is literal: clients match it. @spec XEP-0206 §2 X-2-02 */
export function streamFeatures(...children: Element[]): Element {
  return xml('stream:features', { 'xmlns:stream': NS_STREAM }, ...children);
}
