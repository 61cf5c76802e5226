import { NS_PING, NS_VCARD } from '../../xmpp/ns.ts';
import { Stanza, shallowCopy } from '../../xmpp/stanza.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { Occupant, Visit } from './occupants.ts';
import type { RoomSurroundings } from './room.ts';

/** Requests between occupants of one room that wait for an answer; the oldest make room. */
const MAX_WAITING = 1000;

interface Waiting {
  /** Who asked, as a full JID. */
  readonly asker: Jid;
  /** The id that the asker gave. */
  readonly id: string;
  /** The occupant JID that was asked. */
  readonly asked: Jid;
  /** Bare JID of who is to answer. */
  readonly account: Jid;
}

/**
 * Brings requests from one occupant to another, and the answers back. Neither learns the address of
 * the other.
 *
 * @spec XEP-0045 §17.4
 */
export class Relay {
  readonly #around: RoomSurroundings;
  readonly #waiting = new Map<string, Waiting>();

  constructor(around: RoomSurroundings) {
    this.#around = around;
  }

  /** A request for an occupant. What a client asks of itself is answered at once. @spec XEP-0410 §3.3 */
  request(iq: Stanza, visit: Visit, recipient: Occupant): void {
    if (recipient === visit.occupant && iq.child(NS_PING, 'ping')) return this.#around.send(iq.result());
    const id = this.#around.newId();
    this.#remember(id, { asker: visit.jid, id: iq.id ?? '', asked: recipient.jid, account: recipient.account });
    const copy = shallowCopy(iq.element);
    copy.attrs['id'] = id;
    // A vCard is the account's: its server answers.
    const to = iq.child(NS_VCARD, 'vCard') ? recipient.account : recipient.realJid;
    this.#around.send(new Stanza(copy, visit.occupant.jid, to));
  }

  /** An answer that came back. One that nobody waits for is dropped. */
  answer(iq: Stanza, from: Jid): void {
    const waiting = this.#waiting.get(iq.id ?? '');
    if (!waiting?.account.equals(from.bare)) return;
    this.#waiting.delete(iq.id ?? '');
    const copy = shallowCopy(iq.element);
    copy.attrs['id'] = waiting.id;
    this.#around.send(new Stanza(copy, waiting.asked, waiting.asker));
  }

  #remember(id: string, waiting: Waiting): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.set(id, waiting);
  }
}
