import type { EpochMillis } from '../../base/time.ts';
import { parse, xml, type Element } from '../../xml/index.ts';
import { NS_OCCUPANT_ID, NS_RETRACT, NS_STANZA_ID } from '../../xmpp/ns.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';

/** What is kept of a message that was retracted: who sent it, and nothing of what it said. */
const KEPT: ReadonlySet<string> = new Set([NS_OCCUPANT_ID, NS_STANZA_ID]);

/**
 * Says that a message was retracted.
 *
 * @param id the `id` of the message that retracted it
 * @param at when that was
 * @spec XEP-0424 §4
 */
export function retracted(id: string, at: EpochMillis): Element {
  return xml('retracted', { xmlns: NS_RETRACT, id, stamp: formatDateTime(at) });
}

/** The stored message with `mark` instead of its content; undefined when it is no XML. @spec XEP-0424 §4 @spec XEP-0425 §4 */
export function bury(text: string, mark: Element): string | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return undefined;
  const { name, attrs, children } = parsed.value;
  const kept = children.filter((child) => typeof child !== 'string' && KEPT.has(child.getNS()));
  return xml(name, attrs, ...kept, mark).toString();
}
