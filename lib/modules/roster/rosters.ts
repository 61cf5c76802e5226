import { opaqueId } from '../../base/random.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { ServiceKey } from '../../core/keys.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext } from '../../core/module.ts';
import type { RosterItem } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { writeItem, writeQuery, writeRemoval } from './item.ts';

/** Rosters of accounts without a session that are kept in memory. */
const MAX_IDLE = 1000;
const PUSH_ID_BITS = 60;

export interface Roster {
  readonly version: number;
  /** By the contact's bare JID; entries that only remember a request included. */
  readonly items: ReadonlyMap<string, RosterItem>;
}

interface Loaded {
  version: number;
  readonly items: Map<string, RosterItem>;
}

/** For modules that need to know who is subscribed to whom. */
export const ROSTERS = new ServiceKey<Rosters>('rosters');

/**
 * The rosters of a host: in memory while somebody needs them, so that presence and delivery never
 * wait, and written through to the store, in order.
 */
export class Rosters {
  readonly #host: HostContext;
  readonly #loaded = new Map<string, Loaded>();
  readonly #loading = new Map<string, Promise<Loaded>>();

  constructor(host: HostContext) {
    this.#host = host;
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
   * Adds or replaces an item. Others see it at once; the promise is kept when it is durable, and the
   * interested resources have been told.
   */
  async put(account: Jid, item: RosterItem): Promise<void> {
    const roster = await this.#load(account);
    const wasListed = roster.items.get(item.contact)?.listed ?? false;
    roster.items.set(item.contact, item);
    await this.#write(account, roster, () => this.#host.store.roster.put(account.toString(), item));
    if (item.listed) this.#push(account, roster.version, writeItem(item));
    else if (wasListed) this.#push(account, roster.version, writeRemoval(item.contact));
  }

  /** Removes an item; the same promise as `put`. */
  async remove(account: Jid, contact: string): Promise<void> {
    const roster = await this.#load(account);
    const wasListed = roster.items.get(contact)?.listed ?? false;
    if (!roster.items.delete(contact)) return;
    await this.#write(account, roster, () => this.#host.store.roster.remove(account.toString(), contact));
    if (wasListed) this.#push(account, roster.version, writeRemoval(contact));
  }

  /** One roster push. @spec RFC 6121 §2.1.6 */
  pushTo(session: ClientSession, version: number, item: Element): void {
    const id = opaqueId(this.#host.random, PUSH_ID_BITS);
    const push = xml('iq', { type: 'set', id }, writeQuery(version, [item]));
    session.send(new Stanza(push, session.account, session.jid));
  }

  #push(account: Jid, version: number, item: Element): void {
    for (const session of this.#host.sessions.of(account)) {
      if (session.isInterested) this.pushTo(session, version, item);
    }
  }

  /** When the store fails, what is in memory may be wrong: it is read again. */
  async #write(account: Jid, roster: Loaded, write: () => Promise<number>): Promise<void> {
    try {
      roster.version = Math.max(roster.version, await write());
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
