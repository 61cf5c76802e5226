import type { ClientSession } from '../../core/client-session.ts';
import { StateKey } from '../../core/keys.ts';
import { defineModule, type Verdict } from '../../core/module.ts';
import { xml, type Element } from '../../xml/index.ts';
import { NS_CHAT_STATES, NS_CLIENT, NS_CSI, NS_HINTS } from '../../xmpp/ns.ts';
import { hasHint } from '../../xmpp/payloads/hints.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** Presences that are held back for one client; one more, and it gets them all. */
const MAX_HELD = 1000;

/** The newest presence of each address, in the order of their coming, while the client is inactive. */
const HELD = new StateKey<Map<string, Stanza>>('csi', () => new Map());

/** Spares a client that nobody looks at what can wait, or is of no use later. @spec XEP-0352 */
export default defineModule({
  name: 'csi',
  implements: [{ spec: 'XEP-0352', version: '1.0.0', status: 'complete' }],
  setup(host) {
    host.hook('stream:features', 'act', ({ features }) => void features.push(xml('csi', { xmlns: NS_CSI })));
    // A resumed stream begins active. XEP-0352 §5.2
    host.hook('session:resumed', 'observe', ({ session }) => release(session));
    host.hook('bind:features', 'act', ({ features }) => void features.push(NS_CSI));
    host.hook('session:bound', 'act', ({ session }) => {
      for (const element of session.origin?.features ?? []) changed(session, element);
    });
    host.hook('nonza:from-client', 'act', ({ session, element }) => changed(session, element));
  },
});

/** @spec XEP-0352 §4.2 */
function changed(session: ClientSession, element: Element): Verdict {
  if (element.getNS() !== NS_CSI) return undefined;
  if (element.getName() === 'inactive') session.holdsBack = (stanza) => holdBack(session, stanza);
  else if (element.getName() === 'active') release(session);
  else return undefined;
  return 'handled';
}

/** Whether a stanza is kept, or dropped, instead of being sent. @spec XEP-0352 §3.2 */
function holdBack(session: ClientSession, stanza: Stanza): boolean {
  if (stanza.kind === 'message') return isTyping(stanza);
  if (stanza.kind !== 'presence' || (stanza.type !== undefined && stanza.type !== 'unavailable')) return false;
  const held = session.state(HELD);
  const from = String(stanza.from);
  // The newest is the last: what came between is not told in another order.
  held.delete(from);
  held.set(from, stanza);
  if (held.size > MAX_HELD) flush(session, held);
  return true;
}

/** Before anything that the client says next. @spec XEP-0352 §5.1 */
function release(session: ClientSession): void {
  session.holdsBack = undefined;
  flush(session, session.state(HELD));
}

function flush(session: ClientSession, held: Map<string, Stanza>): void {
  const { holdsBack } = session;
  session.holdsBack = undefined;
  for (const stanza of held.values()) session.send(stanza);
  held.clear();
  session.holdsBack = holdsBack;
}

/** A message that only says that somebody types, or has stopped. */
function isTyping(message: Stanza): boolean {
  if (message.type === 'error' || hasHint(message, 'store')) return false;
  const children = message.element.getChildElements();
  const meaning = children.filter(
    (child) => !(child.getNS() === NS_CLIENT && child.getName() === 'thread') && !isHint(child),
  );
  return meaning.length > 0 && meaning.every((child) => child.getNS() === NS_CHAT_STATES);
}

function isHint(child: Element): boolean {
  return child.getNS() === NS_HINTS;
}
