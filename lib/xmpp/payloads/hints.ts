import { NS_HINTS } from '../ns.ts';
import type { Stanza } from '../stanza.ts';

/** @spec XEP-0334 §4 */
export type Hint = 'no-permanent-store' | 'no-store' | 'no-copy' | 'store';

/** Whether a message carries a hint. Those of an error are those of the message that caused it. @spec XEP-0334 §5 */
export function hasHint(message: Stanza, hint: Hint): boolean {
  return message.type !== 'error' && message.child(NS_HINTS, hint) !== undefined;
}
