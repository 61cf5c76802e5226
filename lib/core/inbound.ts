import type { EpochMillis } from '../base/time.ts';
import type { Element } from '../xml/index.ts';
import { Jid } from '../xmpp/jid.ts';
import { isStanzaKind, Stanza } from '../xmpp/stanza.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import { StreamError } from '../xmpp/stream-error.ts';

/** What becomes of one element from a bound client. */
export type Checked =
  | { readonly verdict: 'accept'; readonly stanza: Stanza }
  | { readonly verdict: 'refuse'; readonly stanza: Stanza; readonly error: StanzaError }
  | { readonly verdict: 'end'; readonly error: StreamError };

const SUBSCRIPTION_TYPES: ReadonlySet<string> = new Set(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed']);
/** The types of presence that need no `to`, beside no type at all. */
const UNADDRESSED_TYPES: ReadonlySet<string> = new Set(['unavailable', 'error']);
/** @spec RFC 6121 §4.7.1 */
const PRESENCE_TYPES: ReadonlySet<string> = new Set([...SUBSCRIPTION_TYPES, ...UNADDRESSED_TYPES, 'probe']);
/** @spec RFC 6120 §8.2.3 */
const IQ_TYPES: ReadonlySet<string> = new Set(['get', 'set', 'result', 'error']);

/**
 * Checks an element from a client, and stamps it with the address it really comes from.
 *
 * @param sender the full JID of the client
 * @param at when it was received
 * @spec RFC 6120 §8.1
 */
export function checkInbound(element: Element, sender: Jid, at: EpochMillis): Checked {
  const kind = element.name;
  if (!isStanzaKind(kind)) return { verdict: 'end', error: new StreamError('unsupported-stanza-type') };
  if (!isOwnAddress(element.attrs['from'], sender)) return { verdict: 'end', error: new StreamError('invalid-from') };
  const from = kind === 'presence' && isSubscriptionType(element.attrs['type']) ? sender.bare : sender;
  const address = element.attrs['to'];
  const to = address === undefined ? undefined : Jid.parse(address);
  if (address !== undefined && !to) return refuseAddress(element, from, Jid.make(undefined, from.domain), at);
  // A message without `to` is treated as one to the sender's own account. RFC 6120 §10.3.1
  return checkContent(new Stanza(element, from, to ?? (kind === 'message' ? sender.bare : undefined), at));
}

/**
 * Checks an element from a component, which speaks for any address of its domain.
 *
 * @param server who refuses what is addressed to nobody
 * @spec XEP-0114 §3
 */
export function checkFromComponent(element: Element, domain: string, server: Jid, at: EpochMillis): Checked {
  if (!isStanzaKind(element.name)) return { verdict: 'end', error: new StreamError('unsupported-stanza-type') };
  const { from: sender, to: address } = element.attrs;
  if (sender === undefined || address === undefined) {
    return { verdict: 'end', error: new StreamError('improper-addressing', 'a stanza needs both from and to') };
  }
  const from = Jid.parse(sender);
  if (from?.domain !== domain) return { verdict: 'end', error: new StreamError('invalid-from') };
  const to = Jid.parse(address);
  return to ? checkContent(new Stanza(element, from, to, at)) : refuseAddress(element, from, server, at);
}

function checkContent(stanza: Stanza): Checked {
  const fault = stanza.kind === 'iq' ? iqFault(stanza) : stanza.kind === 'presence' ? presenceFault(stanza) : undefined;
  return fault ? { verdict: 'refuse', stanza, error: fault } : { verdict: 'accept', stanza };
}

/** Presence that manages a subscription comes from the account. @spec RFC 6120 §8.1.2.1 */
function isSubscriptionType(type: string | undefined): boolean {
  return type !== undefined && SUBSCRIPTION_TYPES.has(type);
}

/** None, the full JID of the client, or the bare JID of its account. @spec RFC 6120 §4.9.3.9 */
function isOwnAddress(address: string | undefined, sender: Jid): boolean {
  if (address === undefined) return true;
  const jid = Jid.parse(address);
  return jid !== undefined && (jid.equals(sender) || jid.equals(sender.bare));
}

/** The error cannot come from an address that is none, so it comes from the server. @spec RFC 6120 §8.3.1 */
function refuseAddress(element: Element, from: Jid, server: Jid | undefined, at: EpochMillis): Checked {
  const stanza = new Stanza(element, from, server, at);
  return { verdict: 'refuse', stanza, error: new StanzaError('jid-malformed') };
}

/** @spec RFC 6120 §8.2.3 */
function iqFault(iq: Stanza): StanzaError | undefined {
  const { type } = iq;
  if (iq.id === undefined) {
    // The answer repeats the id, and has an empty one where there is none. RFC 6120 §8.3.1
    iq.element.attrs['id'] = '';
    return badRequest('An IQ needs an id.');
  }
  if (type === undefined || !IQ_TYPES.has(type)) return badRequest('The type is none of get, set, result and error.');
  if (!iq.isRequest || iq.element.getChildElements().length === 1) return undefined;
  return badRequest('A request has exactly one child element.');
}

/** @spec RFC 6121 §4.7.1 */
function presenceFault(presence: Stanza): StanzaError | undefined {
  const { type } = presence;
  if (type === undefined) return undefined;
  if (!PRESENCE_TYPES.has(type)) return badRequest('There is no presence of this type.');
  if (presence.to || UNADDRESSED_TYPES.has(type)) return undefined;
  return badRequest('Presence of this type needs an address.');
}

function badRequest(text: string): StanzaError {
  return new StanzaError('bad-request', text);
}
