import type { Clock } from '../../base/clock.ts';
import { opaqueId, type Random } from '../../base/random.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { ItemChoice, PubsubStore, StoredItem } from '../../storage/store.ts';
import { serialize, standAlone, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { affiliationOf, mayPublish, readRefusal, type Standing } from './access.ts';
import { pubsubError, unsupported } from './errors.ts';
import {
  configuredEvent,
  deletedEvent,
  publishedEvent,
  purgedEvent,
  retractedEvent,
  subscriptionEvent,
} from './events.ts';
import { checkPreconditions, countOf, isOn, preconditions, withFields, type NodeConfig } from './node-config.ts';
import { NodeTable } from './node-table.ts';
import type { Node } from './node.ts';
import { Notifier } from './notifier.ts';
import type { Surroundings } from './surroundings.ts';

const ID_BITS = 80;
/** UTF-16 units of the name of a node or item. */
const MAX_NAME = 1023;

export interface PubsubLimits {
  /** Bytes of a payload. */
  readonly itemBytes: number;
  /** Items of a node. */
  readonly items: number;
  /** Nodes of a service. */
  readonly nodes: number;
  /** Subscriptions to a node, and affiliations with it. */
  readonly subscriptions: number;
}

interface PubsubOptions {
  readonly store: PubsubStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: PubsubLimits;
  readonly surroundings: Surroundings;
  /** The configuration of a new node. */
  readonly defaults: (node: string) => NodeConfig;
}

/** Somebody who wants something of the service of an owner. */
export interface Asker {
  readonly owner: Jid;
  readonly from: Jid;
  readonly standing: Standing;
}

/** An item to be published. Without an id it gets one. */
interface NewItem {
  readonly id?: string | undefined;
  readonly payload?: Element | undefined;
}

/** What happened to the items of a node; undefined items were removed altogether. */
export interface Change {
  readonly owner: Jid;
  /** Who did it: a full JID unless the server did. */
  readonly by: Jid;
  readonly node: string;
  readonly published?: StoredItem;
  readonly retracted?: readonly string[] | 'all';
}

/**
 * Publish-subscribe services, one for each owner: nodes, what is in them, and who may see it. It
 * knows no presence and no roster; its surroundings do.
 *
 * @spec XEP-0060
 */
export class PubsubService {
  readonly limits: PubsubLimits;
  readonly notifier: Notifier;
  readonly nodes: NodeTable;
  readonly #options: PubsubOptions;
  readonly #watchers: ((change: Change) => MaybePromise<void>)[] = [];

  constructor(options: PubsubOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.nodes = new NodeTable(options.store, options.limits.nodes);
    this.notifier = new Notifier(options.surroundings, options.random);
  }

  /** @param from whoever asks, as full or bare JID */
  asker(owner: Jid, from: Jid): MaybePromise<Asker> {
    return andThen(this.#options.surroundings.standing(owner, from), (standing) => ({ owner, from, standing }));
  }

  /** Tells of every change of items, before anybody else is told. What a watcher throws goes to who made the change. */
  watch(watcher: (change: Change) => MaybePromise<void>): void {
    this.#watchers.push(watcher);
  }

  /** @throws StanzaError item-not-found, to all who are not told whether there is such a service */
  async node(owner: Jid, name: string): Promise<Node> {
    const node = (await this.nodes.of(owner)).get(name);
    if (!node) throw new StanzaError('item-not-found');
    return node;
  }

  /** A node, for its owner alone. @throws StanzaError */
  async owned({ owner, standing }: Asker, name: string): Promise<Node> {
    if (!standing.isOwner) throw new StanzaError('forbidden');
    return this.node(owner, name);
  }

  // ---- nodes

  /** @param name the service makes one when there is none @spec XEP-0060 §8.1 */
  async create({ owner, standing }: Asker, name: string | undefined, fields?: FormFields): Promise<Node> {
    if (!standing.isOwner) throw new StanzaError('forbidden');
    const wanted = name ?? opaqueId(this.#options.random, ID_BITS);
    if ((await this.nodes.of(owner)).has(wanted)) throw new StanzaError('conflict', 'there is such a node');
    const defaults = this.defaults(wanted);
    return this.#create(owner, wanted, fields ? withFields(defaults, fields) : defaults);
  }

  /** @spec XEP-0060 §8.2 */
  async configure(asker: Asker, name: string, fields: FormFields): Promise<void> {
    const { owner } = asker;
    const before = await this.owned(asker, name);
    const node = { ...before, config: withFields(before.config, fields) };
    await this.nodes.put(owner, node);
    if (isOn(node.config, 'pubsub#notify_config')) await this.notifier.tell(owner, node, configuredEvent(node));
  }

  /** @spec XEP-0060 §8.4 */
  async delete(asker: Asker, name: string): Promise<void> {
    const { owner, from: by } = asker;
    const node = await this.owned(asker, name);
    await this.nodes.remove(owner, name);
    await this.#changed({ owner, by, node: name, retracted: 'all' });
    if (isOn(node.config, 'pubsub#notify_delete')) await this.notifier.tell(owner, node, deletedEvent(node));
  }

  /** The configuration of a new node. @spec XEP-0060 §8.3 */
  defaults(name: string): NodeConfig {
    return this.#options.defaults(name);
  }

  // ---- items

  /**
   * Publishes one item; the owner's first one makes the node.
   *
   * @param fields the publishing options
   * @returns the id of the item
   * @spec XEP-0060 §7.1
   */
  async publish(asker: Asker, name: string, item: NewItem, fields?: FormFields): Promise<string> {
    const { owner, from } = asker;
    const node = await this.#toPublishAt(asker, name, fields ? preconditions(fields) : {});
    const stored: StoredItem = {
      id: item.id ?? opaqueId(this.#options.random, ID_BITS),
      publisher: from.bare.toString(),
      at: this.#options.clock.date(),
      xml: this.#payloadOf(node, item),
    };
    checkName(stored.id);
    if (isOn(node.config, 'pubsub#persist_items')) {
      const keep = countOf(node.config, 'pubsub#max_items', this.limits.items);
      await this.#options.store.putItem(owner.toString(), name, stored, keep);
    }
    await this.#changed({ owner, by: from, node: name, published: stored });
    const lost = await this.notifier.tell(owner, node, publishedEvent(node, stored));
    if (lost.length > 0) await this.#cancel(owner, name, lost);
    return stored.id;
  }

  /** @param notify the publisher wants that others are told @spec XEP-0060 §7.2 */
  async retract(asker: Asker, name: string, ids: readonly string[], notify: boolean): Promise<void> {
    const { owner, from, standing } = asker;
    const node = await this.node(owner, name);
    if (!mayPublish(node, from, standing)) throw new StanzaError('forbidden');
    const affiliation = affiliationOf(node, from, standing);
    if (affiliation !== 'owner' && affiliation !== 'publisher') await this.#checkOwnItems(asker, name, ids);
    const removed = await this.#options.store.removeItems(owner.toString(), name, ids);
    if (removed.length === 0) throw new StanzaError('item-not-found');
    await this.#changed({ owner, by: from, node: name, retracted: removed });
    const isTold = notify || isOn(node.config, 'pubsub#notify_retract');
    if (isTold) await this.notifier.tell(owner, node, retractedEvent(node, removed));
  }

  /** @spec XEP-0060 §8.5 */
  async purge(asker: Asker, name: string): Promise<void> {
    const { owner, from: by } = asker;
    const node = await this.owned(asker, name);
    if (!isOn(node.config, 'pubsub#persist_items')) throw unsupported('persistent-items');
    await this.#options.store.clearItems(owner.toString(), name);
    await this.#changed({ owner, by, node: name, retracted: 'all' });
    if (isOn(node.config, 'pubsub#notify_retract')) await this.notifier.tell(owner, node, purgedEvent(node));
  }

  /** Oldest first. @spec XEP-0060 §6.5 */
  async items({ owner, from, standing }: Asker, name: string, choice?: ItemChoice): Promise<StoredItem[]> {
    const node = await this.node(owner, name);
    const refusal = readRefusal(node, from, standing);
    if (refusal) throw refusal;
    return this.#options.store.items(owner.toString(), name, choice);
  }

  /** The last item of a node, whoever may see it. */
  async last(owner: Jid, name: string): Promise<StoredItem | undefined> {
    return (await this.#options.store.items(owner.toString(), name, { newest: 1 }))[0];
  }

  /** The node to publish at, made if need be, as the publisher insists on. @spec XEP-0060 §7.1.4 §7.1.5 */
  async #toPublishAt(asker: Asker, name: string, wanted: Partial<NodeConfig>): Promise<Node> {
    const { owner, from, standing } = asker;
    const node = (await this.nodes.of(owner)).get(name);
    if (!node && standing.isOwner) return this.#create(owner, name, { ...this.defaults(name), ...wanted });
    if (!node) throw new StanzaError('item-not-found');
    if (!mayPublish(node, from, standing)) throw new StanzaError('forbidden');
    checkPreconditions(node.config, wanted);
    return node;
  }

  async #create(owner: Jid, name: string, config: NodeConfig): Promise<Node> {
    checkName(name);
    const created = this.#options.clock.date();
    const node: Node = { name, created, config, affiliations: new Map(), subscriptions: new Map() };
    await this.nodes.put(owner, node);
    return node;
  }

  /** Ends subscriptions of those who have lost their right, and tells them. @spec XEP-0163 §7.1 */
  async #cancel(owner: Jid, name: string, addresses: readonly string[]): Promise<void> {
    const node = await this.node(owner, name);
    const subscriptions = new Map([...node.subscriptions].filter(([address]) => !addresses.includes(address)));
    await this.nodes.put(owner, { ...node, subscriptions });
    for (const address of addresses) {
      const jid = Jid.parse(address);
      if (jid) await this.notifier.tellOne(owner, jid, node, subscriptionEvent(node, address, 'none'));
    }
  }

  /** The payload as text that stands alone. @spec XEP-0060 §7.1.3 */
  #payloadOf({ config }: Node, { payload }: NewItem): string {
    const isDelivered = isOn(config, 'pubsub#deliver_payloads');
    if (!payload) {
      if (isDelivered) throw pubsubError('bad-request', 'payload-required');
      return '';
    }
    if (!isDelivered && !isOn(config, 'pubsub#persist_items')) throw pubsubError('bad-request', 'item-forbidden');
    const text = serialize(standAlone(payload));
    const limit = countOf(config, 'pubsub#max_payload_size', this.limits.itemBytes);
    if (Buffer.byteLength(text) > limit) {
      throw pubsubError('not-acceptable', 'payload-too-big', { text: `at most ${limit} bytes` });
    }
    return text;
  }

  /** @throws StanzaError when one of the items was published by somebody else @spec XEP-0060 §4.1 */
  async #checkOwnItems({ owner, from }: Asker, name: string, ids: readonly string[]): Promise<void> {
    const items = await this.#options.store.items(owner.toString(), name, { ids });
    const publisher = from.bare.toString();
    if (items.some((item) => item.publisher !== publisher)) throw new StanzaError('forbidden');
  }

  async #changed(change: Change): Promise<void> {
    for (const watcher of this.#watchers) await watcher(change);
  }
}

function checkName(name: string): void {
  if (name.length <= MAX_NAME) return;
  throw new StanzaError('not-acceptable', `a name has at most ${MAX_NAME} characters`);
}
