import { parse, serialize, xml, type Element } from '../xml/index.ts';
import { NS_CLIENT, NS_FRAMING, NS_HANDOVER, NS_SM } from '../xmpp/ns.ts';
import type { Claim } from './carrier.ts';

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** What both sides count. @spec XEP-0198 §4 */
export function isStanza(element: Element): boolean {
  return STANZAS.has(element.name) && element.getNS() === NS_CLIENT;
}

/** @spec RFC 7395 §3.4 */
export function opening(domain: string): string {
  return serialize(xml('open', { xmlns: NS_FRAMING, to: domain, version: '1.0' }));
}

/** As RFC 7395 §3.6 has it. */
export const CLOSING = `<close xmlns='${NS_FRAMING}'/>`;

/** An element of stream management. @spec XEP-0198 §3 */
export function management(name: string, attrs: Readonly<Record<string, string | undefined>> = {}): string {
  return serialize(xml(name, { xmlns: NS_SM, ...attrs }));
}

/** The attribute by which a client asks to take its session over without login. */
export const WITH_HANDOVER = { 'xmlns:hf': NS_HANDOVER, 'hf:handover': '1' };

/** A claim as an element, for carriers that have no other way. */
export function claiming({ id, h, token, ordinal }: Claim): string {
  const ours = { 'xmlns:hf': NS_HANDOVER, 'hf:token': token, 'hf:ordinal': String(ordinal) };
  return management('resume', { previd: id, h: String(h), ...ours });
}

/** @throws Error when it is no XML */
export function read(text: string): Element {
  const parsed = parse(text, {});
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

/** An id that nobody can guess. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => (byte & 31).toString(32)).join('');
}
