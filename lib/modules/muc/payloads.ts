import { xml, type Element, type ElementNode } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import {
  NS_DELAY,
  NS_HATS,
  NS_MUC,
  NS_MUC_ADMIN,
  NS_MUC_OWNER,
  NS_MUC_USER,
  NS_OCCUPANT_ID,
  NS_STANZA_ID,
} from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';

/** What only the room may say, whoever is quoted. @spec XEP-0045 §17.3 @spec XEP-0421 §4 @spec XEP-0317 §3.1 */
const ROOM_ONLY: ReadonlySet<string> = new Set([
  NS_MUC,
  NS_MUC_ADMIN,
  NS_MUC_OWNER,
  NS_MUC_USER,
  NS_OCCUPANT_ID,
  NS_HATS,
]);
/** UTF-16 units of a reason. */
const MAX_REASON = 1023;
/** Attributes of a stanza that go on with it, beside declarations of prefixes. */
const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set(['id', 'type', 'xml:lang']);

/**
 * What somebody sent to a room, as the room sends it on: without address, and without what only the
 * room may say.
 *
 * @param added what the room adds
 */
export function passedOn(stanza: Stanza, room: Jid, from: Jid, ...added: Element[]): Stanza {
  const attrs = Object.entries(stanza.element.attrs).filter(
    ([name]) => KEPT_ATTRIBUTES.has(name) || name.startsWith('xmlns:'),
  );
  const copy = xml(stanza.kind, Object.fromEntries(attrs));
  // The children keep their first parent: they are shared, and never changed.
  copy.children = [...stanza.element.children.filter((child) => mayPass(child, room)), ...added];
  return new Stanza(copy, from, undefined, stanza.at);
}

function mayPass(child: ElementNode, room: Jid): boolean {
  if (typeof child === 'string') return false;
  const namespace = child.getNS();
  if (ROOM_ONLY.has(namespace)) return false;
  if (namespace === NS_STANZA_ID) return !isRoom(child.attrs['by'], room);
  return namespace !== NS_DELAY || !isRoom(child.attrs['from'], room);
}

function isRoom(text: string | undefined, room: Jid): boolean {
  return text !== undefined && (Jid.parse(text)?.bare.equals(room) ?? false);
}

/** @spec XEP-0421 §3 */
export function occupantId(id: string): Element {
  return xml('occupant-id', { xmlns: NS_OCCUPANT_ID, id });
}

/** `<x/>` of the namespace that rooms use towards occupants. @spec XEP-0045 §16.1 */
export function userX(...children: Element[]): Element {
  return xml('x', { xmlns: NS_MUC_USER }, ...children);
}

/** @spec XEP-0045 §16.6 */
export function statusCode(code: number): Element {
  return xml('status', { code: String(code) });
}

/** The text of a child element, if there is such a child. */
export function textOf(parent: Element | undefined, name: string): string | undefined {
  return parent?.getChildElements().find((child) => child.getName() === name)?.text;
}

/** Why something was done. @throws StanzaError when it is too long to be kept */
export function reasonOf(item: Element): string | undefined {
  const reason = textOf(item, 'reason');
  if ((reason?.length ?? 0) > MAX_REASON) throw new StanzaError('policy-violation', 'The reason is too long.');
  return reason;
}

export function textElement(name: string, text: string | undefined): Element[] {
  return text === undefined ? [] : [xml(name, {}, text)];
}
