import type { ClientSession } from '../../core/client-session.ts';
import { StateKey } from '../../core/keys.ts';
import type { HostContext } from '../../core/module.ts';
import { xml } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_CARBONS } from '../../xmpp/ns.ts';
import { forwarded } from '../../xmpp/payloads/forwarded.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { ARCHIVE } from '../archive/archive.ts';
import { isEligible } from './eligible.ts';

/** Messages of one session that are remembered, in case an error comes for them. */
const MAX_REMEMBERED = 100;

interface CarbonState {
  isEnabled: boolean;
  /** Recipients and ids of messages that were copied, oldest first. */
  readonly copied: Set<string>;
}

/** What is known of one session. */
export const CARBONS = new StateKey<CarbonState>('carbons', () => ({ isEnabled: false, copied: new Set() }));

/** Makes the copies. */
export class CopyDesk {
  readonly #host: HostContext;

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** A client sent a message. What it sends to its own account is copied as received. @spec XEP-0280 §8 */
  sent(session: ClientSession, stanza: Stanza): void {
    if (stanza.kind !== 'message' || !stanza.to) return;
    const others = this.#enabled(session.account).filter((other) => other !== session);
    if (others.length === 0 || !isEligible(stanza, 'sent')) return;
    remember(session.state(CARBONS).copied, stanza);
    if (stanza.to.bare.equals(session.account)) return;
    const identified = this.#host.service(ARCHIVE)?.identified(stanza, session.account) ?? stanza;
    this.#copy('sent', identified, session.account, others);
  }

  /** A message is on its way to these resources of an account, or to none. @spec XEP-0280 §7 */
  received(account: Jid, stanza: Stanza, sessions: readonly ClientSession[]): void {
    const enabled = this.#enabled(account);
    if (enabled.length === 0) return;
    const isCopied = stanza.type === 'error' ? isAnswerToCopied(stanza, sessions) : isEligible(stanza, 'received');
    if (!isCopied) return;
    const others = enabled.filter((session) => !sessions.includes(session) && !isSender(session, stanza));
    if (others.length === 0) return;
    this.#copy('received', stanza, account, others);
    // A client that has the copy has the message, should it get lost on the way to the other one.
    stanza.returned = () => others.some((session) => this.#host.sessions.find(session.jid) === session);
  }

  #enabled(account: Jid): ClientSession[] {
    return this.#host.sessions.of(account).filter((session) => session.state(CARBONS).isEnabled);
  }

  /** A copy is for one resource: when that is gone, so is the copy, and nobody is told. @spec XEP-0280 §10.3 */
  #copy(direction: 'sent' | 'received', stanza: Stanza, account: Jid, sessions: readonly ClientSession[]): void {
    const content = forwarded(stanza.element);
    for (const session of sessions) {
      const wrapper = xml('message', { type: stanza.type }, xml(direction, { xmlns: NS_CARBONS }, content));
      const copy = new Stanza(wrapper, account, session.jid);
      copy.returned = () => true;
      session.send(copy);
    }
  }
}

function isSender(session: ClientSession, { from }: Stanza): boolean {
  return from !== undefined && session.jid.equals(from);
}

/** Whether one of the resources sent the message that caused an error, and that was copied. @spec XEP-0280 §6.1 */
function isAnswerToCopied({ from, id }: Stanza, sessions: readonly ClientSession[]): boolean {
  if (!from || id === undefined) return false;
  return sessions.some((session) => session.state(CARBONS).copied.has(keyOf(from, id)));
}

function remember(copied: Set<string>, { to, id }: Stanza): void {
  if (!to || id === undefined) return;
  const [oldest] = copied;
  if (copied.size >= MAX_REMEMBERED && oldest !== undefined) copied.delete(oldest);
  copied.add(keyOf(to, id));
}

function keyOf(jid: Jid, id: string): string {
  return `${jid.bare.toString()} ${id}`;
}
