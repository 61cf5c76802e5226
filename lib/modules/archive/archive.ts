import { opaqueId } from '../../base/random.ts';
import type { Duration, EpochMillis } from '../../base/time.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { ServiceKey } from '../../core/keys.ts';
import type { HostContext, IqRequest } from '../../core/module.ts';
import type { ArchivedMessage, ArchiveEntry, ArchivePage, ArchiveQuery } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_MAM } from '../../xmpp/ns.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';
import { withStanzaId } from '../../xmpp/payloads/stanza-id.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { sendPage, SHOWN, type View } from './answer.ts';
import { readQuery } from './query.ts';
import { bury } from './tombstone.ts';

/** Bits of an id: it cannot be guessed, and never comes twice. */
const ID_BITS = 100;
/** Messages that come within this time are written together: the more there are, the less each costs. */
const GATHERING: Duration = 20;
/** Messages that may wait to be written before those who send more have to wait, too. */
const MAX_UNWRITTEN = 10_000;

/** A message for an archive. */
export interface Archivable {
  readonly stanza: Stanza;
  /** Who sent it, or whom it was sent to. */
  readonly peer: Jid;
  readonly isSent: boolean;
}

/** A message that waits to be written. Its text is made as late as possible: somebody else may need it, too. */
interface Waiting extends Omit<ArchiveEntry, 'xml'> {
  readonly stanza: Stanza;
}

/** For who keeps messages of other owners than accounts, and for who needs to know what is in an archive. */
export const ARCHIVE = new ServiceKey<Archive>('archive');

/**
 * Message archives, each with an owner: an account, or a room. Adding does not wait for the store:
 * what comes within some milliseconds is written together, or sooner when somebody wants to read.
 */
export class Archive {
  readonly #host: HostContext;
  readonly #sent = new WeakMap<Stanza, string>();
  #waiting: Waiting[] = [];
  #isHurried = false;
  #unwritten = 0;
  #written: Promise<void> = Promise.resolve();
  #last: EpochMillis = 0;

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** An id for a message that is about to be added. */
  newId(): string {
    return opaqueId(this.#host.random, ID_BITS);
  }

  /**
   * Adds a message, now, behind all others. Who must know that it is kept waits for `flush`.
   *
   * @param owner a bare JID
   * @param id what tells it from all others of this archive, from `newId`
   */
  add(owner: Jid, { stanza, peer, isSent }: Archivable, id: string): void {
    // The order is that of time, also when the clock is set back.
    this.#last = Math.max(this.#last, this.#host.clock.date());
    this.#unwritten += 1;
    this.#waiting.push({
      owner: owner.toString(),
      id,
      at: this.#last,
      peer: peer.bare.toString(),
      resource: peer.resource ?? '',
      isSent,
      stanzaId: stanza.id ?? '',
      stanza,
    });
    if (this.#waiting.length === 1) this.#schedule();
  }

  /** Writes what waits, and from now on what comes at the end of each turn: the server is about to stop. */
  hurry(): void {
    this.#isHurried = true;
    void this.flush();
  }

  /** Resolves when everything that was added is durable, or was given up. Never rejects. */
  flush(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length > 0) {
      this.#waiting = [];
      const written = this.#write(waiting);
      this.#written = this.#written.then(() => written);
    }
    return this.#written;
  }

  /** To be waited for by who adds, while the store cannot keep up. */
  get congestion(): Promise<void> | undefined {
    return this.#unwritten > MAX_UNWRITTEN ? this.flush() : undefined;
  }

  /** Remembers the id of a message on its way to somebody who may not know it. @spec XEP-0313 §3.5 */
  noteSent(stanza: Stanza, id: string): void {
    this.#sent.set(stanza, id);
  }

  /** The message as the sender's own clients may see it: with its id in the archive, if it has one there. */
  identified(stanza: Stanza, owner: Jid): Stanza {
    const id = this.#sent.get(stanza);
    return id === undefined ? stanza : withStanzaId(stanza, owner, id);
  }

  /** Whether a client has seen this message before it became available. */
  hasShown(session: ClientSession, id: string): boolean {
    return session.state(SHOWN).has(id);
  }

  /** A part of an archive; undefined when a message that the query names is not there. */
  async page(owner: Jid, query: ArchiveQuery): Promise<ArchivePage | undefined> {
    await this.flush();
    return this.#host.store.archive.page(owner.toString(), query);
  }

  /**
   * Answers a query: sends the messages, and returns the end. Who asks must be allowed to.
   *
   * @param view makes of a kept message what this client may see
   * @throws StanzaError
   * @spec XEP-0313 §4
   */
  async answer(owner: Jid, request: IqRequest, view?: View): Promise<Element> {
    const query = readQuery(request.payload);
    const page = await this.page(owner, query);
    if (!page) throw new StanzaError('item-not-found', 'A message that the query names is not in the archive.');
    return sendPage(this.#host, { owner, request, query, page, view });
  }

  /** The first and the last message. @spec XEP-0313 §5 */
  async metadata(owner: Jid): Promise<Element> {
    const query = { filter: {}, limit: 1, countLimit: 0 };
    const [oldest, newest] = await Promise.all([
      this.page(owner, { ...query, isBackwards: false }),
      this.page(owner, { ...query, isBackwards: true }),
    ]);
    const metadata = xml('metadata', { xmlns: NS_MAM });
    const [start, end] = [oldest?.messages[0], newest?.messages[0]];
    if (start && end) metadata.append(boundary('start', start), boundary('end', end));
    return metadata;
  }

  /**
   * Puts a mark in the place of what a message said. False when it is not there.
   *
   * @param mark such as `retracted` makes it
   * @spec XEP-0424 §4 @spec XEP-0425 §4
   */
  async bury(owner: Jid, id: string, mark: Element): Promise<boolean> {
    await this.flush();
    const message = await this.#host.store.archive.get(owner.toString(), id);
    const xmlText = message && bury(message.xml, mark);
    return xmlText !== undefined && this.#host.store.archive.replace(owner.toString(), id, xmlText);
  }

  /** Removes an archive. */
  async clear(owner: Jid): Promise<void> {
    await this.flush();
    await this.#host.store.archive.clear(owner.toString());
  }

  #schedule(): void {
    const { clock } = this.#host;
    const flush = (): void => void this.flush();
    if (this.#isHurried) clock.afterTurn(flush);
    else clock.at(clock.now() + GATHERING, flush);
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const entries = waiting.map(({ stanza, ...entry }) => ({ ...entry, xml: stanza.xml }));
    try {
      await this.#host.store.archive.add(entries);
    } catch (error) {
      this.#host.log.error('archive.write.failed', { count: entries.length, error: loggable(error) });
    }
    this.#unwritten -= entries.length;
  }
}

function boundary(name: string, { id, at }: ArchivedMessage): Element {
  return xml(name, { id, timestamp: formatDateTime(at) });
}

function loggable(error: unknown): Error | string {
  return error instanceof Error ? error : String(error);
}
