import type { EpochMillis } from '../../base/time.ts';
import { BLOCKS, type Blocklist } from '../../core/blocks.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { ServiceKey } from '../../core/keys.ts';
import type { HostContext } from '../../core/module.ts';
import type { OfflineMessage } from '../../storage/store.ts';
import { parse, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_CARBONS, NS_CHAT_STATES, NS_CLIENT, NS_DELAY, NS_HINTS, NS_STANZA_ID } from '../../xmpp/ns.ts';
import { delay } from '../../xmpp/payloads/delay.ts';
import { hasHint } from '../../xmpp/payloads/hints.ts';
import { stanzaIdBy } from '../../xmpp/payloads/stanza-id.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';
import { ARCHIVE } from '../archive/archive.ts';

/** What became of a kept message that was sent to a session. */
type Fate = 'sent' | 'returned' | 'arrived';

/** What is known of the messages of one account, while some of them are on their way. */
interface Shelf {
  /** By id, lowest first. Messages that were never sent, and those that are done with, are not here. */
  readonly fates: Map<number, Fate>;
  /** Messages up to this id are removed from the store, or are about to be. */
  done: number;
  /** While messages are handed over: kept when that is done. */
  flushing: Promise<void> | undefined;
}

/** For the module that knows when a resource begins to take messages. */
export const OFFLINE = new ServiceKey<OfflineDesk>('offline');

/**
 * Keeps messages, and hands them over when their account comes back. A message is removed from the
 * store when it has arrived at the client, and not when it was sent: a server that dies in between
 * still has it.
 */
export class OfflineDesk {
  readonly #host: HostContext;
  readonly #maxMessages: number;
  readonly #shelves = new Map<string, Shelf>();
  /** The ids of kept messages that were sent, for when they come back. */
  readonly #ids = new WeakMap<Stanza, number>();

  constructor(host: HostContext, maxMessages: number) {
    this.#host = host;
    this.#maxMessages = maxMessages;
  }

  /**
   * Takes responsibility for a message.
   *
   * @throws StanzaError `service-unavailable` when the account has too many
   * @spec XEP-0160 §2 §3
   */
  keep(account: Jid, stanza: Stanza, at: EpochMillis): 'handled' | Promise<'handled'> {
    const id = this.#ids.get(stanza);
    if (id !== undefined) return this.#returned(account, id);
    if (!isWorthKeeping(stanza)) return 'handled';
    const { xml } = this.#stamped(stanza, at);
    return this.#host.store.offline.add(account.toString(), { xml, at }, this.#maxMessages).then((isKept) => {
      if (!isKept) throw new StanzaError('service-unavailable', 'too many messages are waiting already');
      this.#flushIfReachable(account);
      return 'handled' as const;
    });
  }

  /**
   * Hands everything over, in order, to a resource that has just begun to take messages. Never rejects.
   * What comes for the account meanwhile must wait for it.
   *
   * @spec XEP-0160 §2
   */
  flush(session: ClientSession): Promise<void> {
    const account = session.account.toString();
    const shelf = this.#shelf(account);
    const before = shelf.flushing ?? Promise.resolve();
    const flushing = before
      .then(() => this.#handOver(account, shelf, session))
      .catch((error: unknown) => this.#host.log.error('offline.flush.failed', { error: loggable(error) }))
      .then(() => {
        if (shelf.flushing === flushing) shelf.flushing = undefined;
        this.#tidy(account, shelf);
      });
    shelf.flushing = flushing;
    return flushing;
  }

  /** Kept when all that was there before has been handed over; undefined when nothing is under way. */
  pending(account: Jid): Promise<void> | undefined {
    return this.#shelves.size === 0 ? undefined : this.#shelves.get(account.toString())?.flushing;
  }

  /** Forgets an account that is gone. */
  forget(account: Jid): void {
    this.#shelves.delete(account.toString());
  }

  #shelf(account: string): Shelf {
    const known = this.#shelves.get(account);
    if (known) return known;
    const shelf: Shelf = { fates: new Map(), done: 0, flushing: undefined };
    this.#shelves.set(account, shelf);
    return shelf;
  }

  /** A message that was decided to be kept may be kept when somebody is already there to take it. */
  #flushIfReachable(account: Jid): void {
    const best = this.#host.sessions.available(account)[0];
    if (best && best.priority >= 0) void this.flush(best);
  }

  async #handOver(account: string, shelf: Shelf, session: ClientSession): Promise<void> {
    const blocked = await this.#host.service(BLOCKS)?.of(session.account);
    for (const message of await this.#host.store.offline.list(account)) {
      const fate = shelf.fates.get(message.id);
      if (message.id > shelf.done && (fate === undefined || fate === 'returned')) {
        this.#hand(account, shelf, session, message, blocked);
      }
    }
  }

  #hand(
    account: string,
    shelf: Shelf,
    session: ClientSession,
    { id, xml }: OfflineMessage,
    blocked: Blocklist | undefined,
  ): void {
    shelf.fates.set(id, 'sent');
    const stanza = revive(xml);
    if (!stanza) {
      this.#host.log.error('offline.message.unreadable', { account, id });
      this.#arrived(account, shelf, id);
      return;
    }
    // Whoever sent it may have been blocked since. XEP-0191 §3.3
    const isBlocked = stanza.from !== undefined && blocked?.has(stanza.from) === true;
    if (isBlocked || this.#isShown(session, stanza)) {
      this.#arrived(account, shelf, id);
      return;
    }
    this.#ids.set(stanza, id);
    stanza.arrived = () => this.#arrived(account, shelf, id);
    session.send(stanza);
  }

  /** The client has found it in the archive, or said that it will look there. @spec XEP-0313 §6.1.1 @spec XEP-0386 §3.2 */
  #isShown(session: ClientSession, stanza: Stanza): boolean {
    const id = stanzaIdBy(stanza, session.account);
    const archive = this.#host.service(ARCHIVE);
    if (id === undefined || !archive) return false;
    return session.origin !== undefined || archive.hasShown(session, id);
  }

  /** It did not arrive, and nobody else can take it: it waits in the store for the next time. */
  #returned(account: Jid, id: number): 'handled' {
    const shelf = this.#shelves.get(account.toString());
    if (shelf?.fates.get(id) !== 'sent') return 'handled';
    shelf.fates.set(id, 'returned');
    this.#tidy(account.toString(), shelf);
    this.#flushIfReachable(account);
    return 'handled';
  }

  /** Removes what has arrived, as far as everything before it has, too. */
  #arrived(account: string, shelf: Shelf, arrived: number): void {
    if (!shelf.fates.has(arrived)) return;
    shelf.fates.set(arrived, 'arrived');
    const before = shelf.done;
    for (const [id, fate] of shelf.fates) {
      if (fate !== 'arrived') break;
      shelf.fates.delete(id);
      shelf.done = id;
    }
    if (shelf.done === before) return;
    this.#tidy(account, shelf);
    this.#host.store.offline
      .remove(account, shelf.done)
      .catch((error: unknown) => this.#host.log.error('offline.remove.failed', { error: loggable(error) }));
  }

  /** A shelf is needed while something is on its way: what only waits is in the store. */
  #tidy(account: string, shelf: Shelf): void {
    const isIdle = shelf.flushing === undefined && [...shelf.fates.values()].every((fate) => fate === 'returned');
    if (isIdle && this.#shelves.get(account) === shelf) this.#shelves.delete(account);
  }

  /** One stamp of ours, and only this server makes it. @spec XEP-0203 §4 */
  #stamped({ element, from, to }: Stanza, at: EpochMillis): Stanza {
    const isOurs = (child: Element): boolean => child.getNS() === NS_DELAY && child.attrs['from'] === this.#host.domain;
    const copy = shallowCopy(element);
    const others = element.children.filter((child) => typeof child === 'string' || !isOurs(child));
    copy.children = [...others, delay(this.#host.jid, at)];
    return new Stanza(copy, from, to, at);
  }
}

function loggable(error: unknown): Error | string {
  return error instanceof Error ? error : String(error);
}

/** Says nothing by itself. */
const TRIVIAL: ReadonlySet<string> = new Set([NS_CHAT_STATES, NS_HINTS, NS_STANZA_ID, NS_CARBONS]);

/** Not a message that says so, and not one that only tells that somebody is typing. @spec XEP-0160 §3 @spec XEP-0334 §4 */
function isWorthKeeping(stanza: Stanza): boolean {
  if (hasHint(stanza, 'no-store')) return false;
  if (hasHint(stanza, 'store')) return true;
  return stanza.element
    .getChildElements()
    .some((child) => !TRIVIAL.has(child.getNS()) && !isThread(child.getName(), child.getNS()));
}

function isThread(name: string, namespace: string): boolean {
  return name === 'thread' && namespace === NS_CLIENT;
}

/** A stored stanza; the store only has what this server wrote. */
function revive(text: string): Stanza | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return undefined;
  const { from = '', to = '' } = parsed.value.attrs;
  return new Stanza(parsed.value, Jid.parse(from), Jid.parse(to));
}
