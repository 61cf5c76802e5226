import type { EpochMillis } from '../../base/time.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { ServiceKey } from '../../core/keys.ts';
import { BLOCKS } from '../../core/blocks.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext } from '../../core/module.ts';
import { parse, xml } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { delay } from '../../xmpp/payloads/delay.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { OFFLINE } from '../offline/offline-desk.ts';
import { ROSTERS, type Roster, type Rosters } from '../roster/rosters.ts';

/** Presence that the server repeats for a client, for modules that change what it says. */
export const PRESENCE = new ServiceKey<{
  /** As if the client had broadcast it. */
  broadcast(session: ClientSession, presence: Stanza): MaybePromise<unknown>;
}>('presence');

/** Entities that one session may send directed presence to. */
const MAX_DIRECTED = 1000;

/** Who is there: broadcasts, probes, directed presence. @spec RFC 6121 §4 */
export default defineModule({
  name: 'presence',
  implements: [{ spec: 'RFC 6121', status: 'complete', note: '§4 presence' }],
  needs: ['roster', 'subscriptions', 'offline'],

  setup(host) {
    const desk = new PresenceDesk(host);
    host.provide(PRESENCE, desk);
    host.hook('presence:broadcast', 'act', ({ session, stanza }) => desk.broadcast(session, stanza));
    host.hook('stanza:from-client', 'act', ({ session, stanza }) => desk.direct(session, stanza));
    host.hook('stanza:to-account', 'act', ({ account, stanza }) => {
      if (stanza.kind !== 'presence') return undefined;
      if (stanza.type === 'unavailable') desk.left(account, stanza);
      return stanza.type === 'probe' ? desk.probed(account, stanza) : undefined;
    });
    host.hook('session:ended', 'act', ({ session }) => desk.gone(session));
  },
});

class PresenceDesk {
  readonly #host: HostContext;

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** Presence without an address. @spec RFC 6121 §4.2.2 §4.4.2 §4.5.2 */
  broadcast(session: ClientSession, stanza: Stanza): MaybePromise<'handled'> {
    const { type } = stanza;
    if (type !== undefined && type !== 'unavailable') {
      throw new StanzaError('bad-request', 'presence of this type needs an address');
    }
    checkPriority(stanza);
    return andThen(this.#rosters.get(session.account), (roster) => {
      const done =
        type === undefined ? this.#available(session, stanza, roster) : this.#goodbye(session, stanza, roster);
      return andThen(done, () => 'handled' as const);
    });
  }

  /** The carrier is gone without a word: the server says it for the client. @spec RFC 6121 §4.5.2 */
  gone(session: ClientSession): MaybePromise<void> {
    if (!session.isAvailable && session.directed.size === 0) return;
    const farewell = new Stanza(xml('presence', { type: 'unavailable' }), session.jid, undefined);
    return andThen(this.#rosters.get(session.account), (roster) => this.#leave(session, farewell, roster));
  }

  /** Remembers who was told by name, so that they are told the end, too. @spec RFC 6121 §4.6.3 */
  direct(session: ClientSession, stanza: Stanza): void {
    const { kind, to, type } = stanza;
    if (kind !== 'presence' || !to) return;
    if (type === 'unavailable') session.directed.delete(to.toString());
    if (type !== undefined) return;
    const isNew = !session.directed.has(to.toString());
    if (isNew && session.directed.size >= MAX_DIRECTED)
      throw new StanzaError('resource-constraint', 'too many recipients');
    session.directed.add(to.toString());
  }

  /** Who has gone first need not be told. @spec RFC 6121 §4.6.1 */
  left(account: Jid, { from, to }: Stanza): void {
    if (!from) return;
    for (const session of this.#host.sessions.of(account)) {
      if (!to?.isFull || session.jid.equals(to)) session.directed.delete(from.toString());
    }
  }

  /** @spec RFC 6121 §4.3.2 */
  probed(account: Jid, probe: Stanza): MaybePromise<'handled'> {
    const { from: prober, to } = probe;
    if (!prober) return 'handled';
    const answered = andThen(this.#host.mayObserve(prober, account), (mayObserve) => {
      const session = to?.isFull ? this.#host.sessions.find(to) : undefined;
      const isShown = (mayObserve && session?.isAvailable) || session?.hasDirectedTo(prober);
      // Of one resource, only that it is there. RFC 6121 §4.3.2 §4.6.6
      if (session && isShown) return this.#host.send(new Stanza(xml('presence'), session.jid, prober));
      if (!mayObserve) return this.#answer('unsubscribed', probe, account, prober.bare);
      return to?.isFull ? this.#answer('unavailable', probe, to, prober) : this.#show(account, probe, prober);
    });
    return andThen(answered, () => 'handled' as const);
  }

  get #rosters(): Rosters {
    const rosters = this.#host.service(ROSTERS);
    if (!rosters) throw new Error('presence needs the rosters');
    return rosters;
  }

  /** The answer to a probe repeats its id, unless it is presence that has one. @spec RFC 6121 §4.3.2.1 */
  #answer(type: string, { id }: Stanza, from: Jid, to: Jid, at?: EpochMillis): MaybePromise<void> {
    const answer = xml('presence', { type, id });
    if (at !== undefined) answer.append(delay(this.#host.jid, at));
    return this.#host.send(new Stanza(answer, from, to));
  }

  /** All that an account shows, or since when it shows nothing. */
  #show(account: Jid, probe: Stanza, prober: Jid): MaybePromise<void> {
    const sessions = this.#host.sessions.available(account);
    if (sessions.length > 0) return this.#sendPresenceOf(sessions, prober);
    return andThen(this.#host.store.lastSeen.get(account.toString()), (seen) =>
      this.#answer('unavailable', probe, account, prober, seen?.at),
    );
  }

  /** The client says that it goes, and hears it, too. @spec RFC 6121 §4.5.2 */
  #goodbye(session: ClientSession, stanza: Stanza, roster: Roster): MaybePromise<void> {
    if (session.isAvailable) session.send(stanza.readdressed(session.account));
    return this.#leave(session, stanza, roster);
  }

  #available(session: ClientSession, stanza: Stanza, roster: Roster): MaybePromise<void> {
    const isInitial = !session.isAvailable;
    const tookMessages = takesMessages(session);
    session.presence = stanza;
    const flushed = !tookMessages && takesMessages(session) ? this.#host.service(OFFLINE)?.flush(session) : undefined;
    const told = this.#tell(session.account, subscribers(roster), stanza);
    this.#tellOwn(session, stanza);
    const welcomed = isInitial ? andThen(told, () => this.#welcome(session, roster)) : told;
    return andThen(welcomed, () => flushed);
  }

  /** A resource that just came learns who else is there, and who asked for something. @spec RFC 6121 §4.2.2 §3.1.3 */
  #welcome(session: ClientSession, roster: Roster): MaybePromise<void> {
    for (const other of this.#host.sessions.available(session.account)) {
      if (other !== session && other.presence) session.send(other.presence.readdressed(session.account));
    }
    for (const { pendingIn } of roster.items.values()) {
      const request = pendingIn === undefined ? undefined : revive(pendingIn);
      if (request) session.send(request);
    }
    return andThen(this.#unblocked(session.account, publishers(roster)), (contacts) =>
      this.#each(contacts, (contact) => this.#probe(session, contact)),
    );
  }

  /** Contacts here are looked up, others are asked. @spec RFC 6121 §4.3.1 */
  #probe(session: ClientSession, contact: Jid): MaybePromise<void> {
    if (contact.domain !== this.#host.domain) {
      return this.#host.send(new Stanza(xml('presence', { type: 'probe' }), session.account, contact));
    }
    const sessions = this.#host.sessions.available(contact);
    if (sessions.length === 0) return;
    return andThen(this.#host.mayObserve(session.account, contact), (mayObserve) => {
      if (!mayObserve) return;
      for (const { presence } of sessions) if (presence) session.send(presence.readdressed(session.account));
    });
  }

  /** @spec RFC 6121 §4.5.2 §4.6.3 */
  #leave(session: ClientSession, stanza: Stanza, roster: Roster): MaybePromise<void> {
    const wasAvailable = session.isAvailable;
    const audience = wasAvailable ? subscribers(roster) : [];
    const known = new Set(audience.map(String));
    const others = [...session.directed].flatMap((address) => Jid.parse(address) ?? []);
    const strangers = others.filter((jid) => !known.has(jid.bare.toString()));
    session.directed.clear();
    session.presence = undefined;
    const told = this.#tell(session.account, [...audience, ...strangers], stanza);
    if (!wasAvailable) return told;
    this.#tellOwn(session, stanza);
    return andThen(told, () => this.#lastSeen(session, stanza));
  }

  /** @spec XEP-0012 §3 */
  #lastSeen(session: ClientSession, stanza: Stanza): MaybePromise<void> {
    if (this.#host.sessions.available(session.account).length > 0) return;
    const status = stanza.element.getChildElements().find((child) => child.name === 'status')?.text ?? '';
    const seen = { at: this.#host.clock.date(), status: status.slice(0, MAX_STATUS) };
    return this.#host.store.lastSeen.set(session.account.toString(), seen);
  }

  #tell(account: Jid, audience: readonly Jid[], stanza: Stanza): MaybePromise<void> {
    return andThen(this.#unblocked(account, audience), (others) =>
      this.#each(others, (jid) => this.#host.send(stanza.readdressed(jid))),
    );
  }

  /** Who is blocked neither sees an account nor is seen by it. @spec XEP-0191 §3.3 */
  #unblocked(account: Jid, others: readonly Jid[]): MaybePromise<readonly Jid[]> {
    const blocks = others.length === 0 ? undefined : this.#host.service(BLOCKS)?.of(account);
    return blocks === undefined ? others : andThen(blocks, (list) => others.filter((jid) => !list.has(jid)));
  }

  /** The user's own resources, the one that sends it included. @spec RFC 6121 §4.2.2 */
  #tellOwn(session: ClientSession, stanza: Stanza): void {
    const copy = stanza.readdressed(session.account);
    for (const own of this.#host.sessions.available(session.account)) own.send(copy);
  }

  #sendPresenceOf(sessions: readonly ClientSession[], to: Jid): MaybePromise<void> {
    return this.#each(sessions, ({ presence }) => (presence ? this.#host.send(presence.readdressed(to)) : undefined));
  }

  #each<T>(items: readonly T[], work: (item: T) => MaybePromise<void>): MaybePromise<void> {
    let done: MaybePromise<void> = undefined;
    for (const item of items) done = andThen(done, () => work(item));
    return done;
  }
}

/** Whether messages to the account may go to this resource. @spec RFC 6121 §8.5.2.1.1 */
function takesMessages(session: ClientSession): boolean {
  return session.isAvailable && session.priority >= 0;
}

/** UTF-16 units of a status that are kept. */
const MAX_STATUS = 1023;

/** Contacts that get the user's presence. */
function subscribers(roster: Roster): Jid[] {
  return contactsWith(roster, 'from');
}

/** Contacts whose presence the user gets. */
function publishers(roster: Roster): Jid[] {
  return contactsWith(roster, 'to');
}

function contactsWith(roster: Roster, direction: 'from' | 'to'): Jid[] {
  const contacts: Jid[] = [];
  for (const { contact, subscription } of roster.items.values()) {
    const jid = subscription === direction || subscription === 'both' ? Jid.parse(contact) : undefined;
    if (jid) contacts.push(jid);
  }
  return contacts;
}

/** @spec RFC 6121 §4.7.2.3 */
function checkPriority(stanza: Stanza): void {
  const child = stanza.element.getChildElements().find((element) => element.name === 'priority');
  if (!child) return;
  const text = child.text.trim();
  const value = Number(text);
  if (!/^[+-]?[0-9]{1,3}$/.test(text) || value < -128 || value > 127) {
    throw new StanzaError('bad-request', 'a priority is a whole number from -128 to 127');
  }
}

/** A stored stanza; the store only has what this server wrote. */
function revive(text: string): Stanza | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return undefined;
  const { from = '', to = '' } = parsed.value.attrs;
  return new Stanza(parsed.value, Jid.parse(from), Jid.parse(to));
}
