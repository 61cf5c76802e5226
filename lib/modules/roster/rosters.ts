import { opaqueId } from '../../base/random.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { ServiceKey } from '../../core/keys.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext } from '../../core/module.ts';
import type { RosterItem } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { writeItem, writeQuery, writeRemoval } from './item.ts';

/** Rosters of accounts without a session that are kept in memory. */
const MAX_IDLE = 1000;
const PUSH_ID_BITS = 60;
/** Strangers whose requests wait for one account. @spec RFC 6121 §3.1.3 */
const MAX_REQUESTS = 1000;

export interface Roster {
  readonly version: number;
  /** By the contact's bare JID; entries that only remember a request included. */
  readonly items: ReadonlyMap<string, RosterItem>;
}

interface Loaded {
  version: number;
  readonly items: Map<string, RosterItem>;
}

/** A change as clients are told of it. */
export interface RosterChange {
  readonly version: number;
  readonly item: Element;
}

/** What becomes of an item: another one, the same object when nothing changes, undefined when it goes. */
export interface RosterEdit {
  readonly item: RosterItem | undefined;
}

/** For modules that need to know who is subscribed to whom. */
export const ROSTERS = new ServiceKey<Rosters>('rosters');

/**
 * The rosters of a host: in memory while somebody needs them, so that presence and delivery never
 * wait, and written through to the store, in order.
 */
export class Rosters {
  readonly #host: HostContext;
  readonly #maxItems: number;
  readonly #loaded = new Map<string, Loaded>();
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #held = new WeakMap<ClientSession, RosterChange[]>();

  /** @param maxItems contacts of one account */
  constructor(host: HostContext, maxItems: number) {
    this.#host = host;
    this.#maxItems = maxItems;
  }

  /** The roster of an account: at once if it is in memory. One that was never written is empty. */
  get(account: Jid): MaybePromise<Roster> {
    return this.#load(account);
  }

  /** Forgets what is in memory. */
  forget(account: Jid): void {
    this.#loaded.delete(account.toString());
  }

  /**
   * Changes one item, with nothing in between: `edit` gets it as it is. Others see the change at once;
   * the promise is kept when it is durable, and the interested resources have been told.
   *
   * @param written runs when the change is durable, before anybody is told
   * @throws StanzaError when there is no room for one more
   */
  async edit<E extends RosterEdit>(
    account: Jid,
    contact: string,
    edit: (item: RosterItem | undefined) => E,
    written: (result: E) => void = () => {},
  ): Promise<E> {
    const roster = await this.#load(account);
    const before = roster.items.get(contact);
    const result = edit(before);
    const { item } = result;
    if (item === before) return result;
    this.#checkRoom(roster, before, item);
    if (item) roster.items.set(contact, item);
    else roster.items.delete(contact);
    const version = await this.#write(account, roster, contact, item);
    written(result);
    if (item?.listed) this.#push(account, { version, item: writeItem(item) });
    else if (before?.listed) this.#push(account, { version, item: writeRemoval(contact) });
    return result;
  }

  /** Keeps back the pushes to a session that is still to be told what it missed. @spec RFC 6121 §2.6.3 */
  hold(session: ClientSession): void {
    if (!this.#held.has(session)) this.#held.set(session, []);
  }

  /** Pushes what a session missed, and then what was kept back and is newer. */
  release(session: ClientSession, missed: readonly RosterChange[]): void {
    const held = this.#held.get(session) ?? [];
    this.#held.delete(session);
    const last = missed.at(-1)?.version ?? 0;
    for (const change of [...missed, ...held.filter(({ version }) => version > last)]) this.#pushTo(session, change);
  }

  #push(account: Jid, change: RosterChange): void {
    for (const session of this.#host.sessions.of(account)) {
      if (session.isInterested) this.#pushTo(session, change);
    }
  }

  /** @spec RFC 6121 §2.1.6 */
  #pushTo(session: ClientSession, change: RosterChange): void {
    const held = this.#held.get(session);
    if (held) {
      held.push(change);
      return;
    }
    const id = opaqueId(this.#host.random, PUSH_ID_BITS);
    const push = xml('iq', { type: 'set', id }, writeQuery(change.version, [change.item]));
    session.send(new Stanza(push, session.account, session.jid));
  }

  #checkRoom({ items }: Roster, before: RosterItem | undefined, item: RosterItem | undefined): void {
    if (!item || before?.listed === item.listed) return;
    const limit = item.listed ? this.#maxItems : MAX_REQUESTS;
    if (items.size < limit) return;
    const others = [...items.values()].filter(({ listed }) => listed === item.listed).length;
    if (others >= limit) throw new StanzaError('resource-constraint', 'the roster is full');
  }

  /** The version of this change. When the store fails, what is in memory may be wrong: it is read again. */
  async #write(account: Jid, roster: Loaded, contact: string, item: RosterItem | undefined): Promise<number> {
    const { roster: store } = this.#host.store;
    const id = account.toString();
    try {
      const version = await (item ? store.put(id, item) : store.remove(id, contact));
      roster.version = Math.max(roster.version, version);
      return version;
    } catch (error) {
      this.forget(account);
      throw error;
    }
  }

  #load(account: Jid): MaybePromise<Loaded> {
    const id = account.toString();
    return this.#loaded.get(id) ?? this.#loading.get(id) ?? this.#read(account, id);
  }

  #read(account: Jid, id: string): Promise<Loaded> {
    const reading = this.#host.store.roster.load(id).then(({ version, items }) => {
      const roster = { version, items: new Map(items.map((item) => [item.contact, item])) };
      this.#makeRoom();
      this.#loaded.set(id, roster);
      return roster;
    });
    this.#loading.set(id, reading);
    const done = (): void => void this.#loading.delete(id);
    reading.then(done, done);
    return reading;
  }

  /** The oldest go first, but not those of connected accounts. */
  #makeRoom(): void {
    if (this.#loaded.size < MAX_IDLE + this.#host.sessions.size) return;
    const connected = new Set(Array.from(this.#host.sessions.all(), (session) => session.account.toString()));
    for (const id of this.#loaded.keys()) {
      if (connected.has(id)) continue;
      this.#loaded.delete(id);
      return;
    }
  }
}

/** Whether `account` lets `contact` see its presence. @spec RFC 6121 §2.1.2.5 */
export function isSubscriber(rosters: Rosters, account: Jid, contact: Jid): MaybePromise<boolean> {
  return andThen(rosters.get(account), ({ items }) => {
    const subscription = items.get(contact.toString())?.subscription;
    return subscription === 'from' || subscription === 'both';
  });
}
