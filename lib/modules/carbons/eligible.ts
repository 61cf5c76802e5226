import type { Element } from '../../xml/index.ts';
import { NS_CARBONS, NS_CHAT_STATES, NS_INVITE, NS_MARKERS, NS_MUC_USER, NS_RECEIPTS } from '../../xmpp/ns.ts';
import { hasHint } from '../../xmpp/payloads/hints.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** Payloads of instant messaging beside the body. @spec XEP-0280 §6.1 */
const IM_PAYLOADS: ReadonlySet<string> = new Set([NS_RECEIPTS, NS_CHAT_STATES, NS_MARKERS]);

/**
 * Whether the other resources of an account are to have a copy of a message. Errors are not decided
 * here: they go where the message went that caused them.
 *
 * @spec XEP-0280 §6.1 §9
 */
export function isEligible(message: Stanza, direction: 'sent' | 'received'): boolean {
  if (message.child(NS_CARBONS, 'private') || hasHint(message, 'no-copy')) return false;
  const children = message.element.getChildElements();
  switch (message.type) {
    case 'groupchat':
    case 'headline':
    case 'error':
      return false;
    case 'chat':
      return children.some(isInvitation) || direction === 'sent' || !isFromOccupant(message);
    default:
      return (
        children.some(isInvitation) || (hasImPayload(children) && (direction === 'sent' || !isFromOccupant(message)))
      );
  }
}

function hasImPayload(children: readonly Element[]): boolean {
  return children.some((child) => child.name === 'body' || IM_PAYLOADS.has(child.getNS()));
}

/** Direct, or through the room. @spec XEP-0280 §6.1 */
function isInvitation(child: Element): boolean {
  if (child.getNS() === NS_INVITE) return true;
  return child.getNS() === NS_MUC_USER && child.getChildElements().some((inner) => inner.getName() === 'invite');
}

/** The room sends private messages to every resource that has joined. @spec XEP-0280 §6.1 */
function isFromOccupant(message: Stanza): boolean {
  return message.from?.isFull === true && message.child(NS_MUC_USER, 'x') !== undefined;
}
