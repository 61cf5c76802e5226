import {
  NS_CLIENT,
  NS_ENCRYPTION,
  NS_INVITE,
  NS_MARKERS,
  NS_MUC_USER,
  NS_OMEMO,
  NS_OMEMO_AXOLOTL,
  NS_OPENPGP,
  NS_REACTIONS,
  NS_RECEIPTS,
  NS_RETRACT,
} from '../../xmpp/ns.ts';
import { hasHint } from '../../xmpp/payloads/hints.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** What means something beside a body: another device has to learn of it. */
const PAYLOADS: ReadonlySet<string> = new Set([
  NS_ENCRYPTION,
  NS_INVITE,
  NS_MARKERS,
  NS_MUC_USER,
  NS_OMEMO,
  NS_OMEMO_AXOLOTL,
  NS_OPENPGP,
  NS_REACTIONS,
  NS_RECEIPTS,
  NS_RETRACT,
]);

const NOT_ARCHIVED: ReadonlySet<string> = new Set(['groupchat', 'headline', 'error']);

/**
 * Whether a message belongs into the archive of who sent it, and of who gets it: conversation, and
 * not what only tells that somebody is typing.
 *
 * @spec XEP-0313 §6.1.1 @spec XEP-0334 §4
 */
export function isWorthArchiving(stanza: Stanza): boolean {
  if (stanza.kind !== 'message' || NOT_ARCHIVED.has(stanza.type ?? '')) return false;
  if (hasHint(stanza, 'no-store') || hasHint(stanza, 'no-permanent-store')) return false;
  if (hasHint(stanza, 'store')) return true;
  return stanza.element.getChildElements().some((child) => {
    const namespace = child.getNS();
    return PAYLOADS.has(namespace) || (namespace === NS_CLIENT && child.getName() === 'body');
  });
}
