import { ServiceKey } from '../../core/keys.ts';
import type { DocumentStore } from '../../storage/store.ts';
import { equal, parse, serialize, xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_BOOKMARKS, NS_BOOKMARKS_STORAGE } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Pep } from '../pep/index.ts';
import type { Asker } from '../pubsub/service.ts';
import { roomOf, toNew, toOld, unchanged } from './conference.ts';

const KIND = 'bookmarks';
const ITEM = 'current';
const WHITELIST = new Map([['pubsub#access_model', ['whitelist']]]);

/** The bookmarks of accounts as one list, for modules that keep it in another place. */
export interface BookmarkList {
  /** `<storage xmlns='storage:bookmarks'/>` with all bookmarks. @spec XEP-0048 §2 */
  read(account: Jid): Promise<Element>;
  /** Replaces all bookmarks by those of the list. @throws StanzaError */
  write(account: Jid, storage: Element): Promise<void>;
}

export const BOOKMARK_LIST = new ServiceKey<BookmarkList>('bookmark-list');

/**
 * Bookmarks are items of a node. Clients that know only the one list of XEP-0048, wherever they keep
 * it, read and write the same bookmarks.
 *
 * @spec XEP-0402 §5.3
 */
export class Bookmarks implements BookmarkList {
  readonly #pep: Pep;
  readonly #documents: DocumentStore;

  constructor(pep: Pep, documents: DocumentStore) {
    this.#pep = pep;
    this.#documents = documents;
  }

  async read(account: Jid): Promise<Element> {
    const rooms = await this.#rooms(account);
    const rest = await this.#documents.get(account.toString(), KIND, '');
    const others = rest === undefined ? [] : elementOf(rest).getChildElements();
    const storage = xml('storage', { xmlns: NS_BOOKMARKS_STORAGE });
    return storage.append(...Array.from(rooms, ([room, conference]) => toOld(room, conference)), ...others);
  }

  async write(account: Jid, storage: Element): Promise<void> {
    await this.take(account, storage);
    await this.mirror(account);
  }

  /** Makes the items those of the list; what is equal is left alone. @spec XEP-0402 §5.3.2 */
  async take(account: Jid, storage: Element): Promise<void> {
    const { service } = this.#pep;
    const entries = new Map<string, Element>();
    const rest = xml('storage', { xmlns: NS_BOOKMARKS_STORAGE });
    for (const entry of storage.getChildElements()) {
      const room = roomOf(entry);
      if (room === undefined) rest.append(unchanged(entry));
      else entries.set(room, entry);
    }
    if (entries.size > service.limits.items) throw new StanzaError('resource-constraint', 'too many bookmarks');
    const known = await this.#rooms(account);
    const owner = await this.#privateNode(account, NS_BOOKMARKS);
    for (const [room, entry] of entries) {
      const before = known.get(room);
      const payload = toNew(entry, before);
      if (!before || !equal(before, payload)) await service.publish(owner, NS_BOOKMARKS, { id: room, payload });
    }
    const gone = [...known.keys()].filter((room) => !entries.has(room));
    if (gone.length > 0) await service.retract(owner, NS_BOOKMARKS, gone, true);
    await this.#keepRest(account, rest);
  }

  /** Publishes the list for those who know only that. @spec XEP-0402 §5.3.1 */
  async mirror(account: Jid): Promise<void> {
    const payload = await this.read(account);
    const owner = await this.#privateNode(account, NS_BOOKMARKS_STORAGE);
    await this.#pep.service.publish(owner, NS_BOOKMARKS_STORAGE, { id: ITEM, payload });
  }

  async #rooms(account: Jid): Promise<Map<string, Element>> {
    const { service } = this.#pep;
    if (!(await service.nodes.of(account)).has(NS_BOOKMARKS)) return new Map();
    const items = await service.items(this.#pep.owner(account), NS_BOOKMARKS);
    return new Map(items.filter(({ xml: text }) => text !== '').map(({ id, xml: text }) => [id, elementOf(text)]));
  }

  /** The node, made if need be, and closed to others before anything is put there. @spec XEP-0411 §5 */
  async #privateNode(account: Jid, name: string): Promise<Asker> {
    const { service } = this.#pep;
    const owner = this.#pep.owner(account);
    const node = (await service.nodes.of(account)).get(name);
    if (!node) await service.create(owner, name);
    else if (node.config['pubsub#access_model'] !== 'whitelist') await service.configure(owner, name, WHITELIST);
    return owner;
  }

  /** What is no room that one can bookmark, such as web pages. @spec XEP-0048 §2.2 */
  async #keepRest(account: Jid, rest: Element): Promise<void> {
    const owner = account.toString();
    if (rest.children.length === 0) await this.#documents.remove(owner, KIND, '');
    else await this.#documents.put(owner, KIND, { key: '', text: serialize(rest) }, 1);
  }
}

/** The store only has what was checked when it came. */
function elementOf(text: string): Element {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error('a stored bookmark is broken');
  return parsed.value;
}
