import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { PubsubStore } from '../../storage/store.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { readNode, writeNode, type Node } from './node.ts';

/** Services whose nodes are kept in memory. */
const MAX_SERVICES = 5000;

type Nodes = Map<string, Node>;

/** The nodes of services: in memory while they are used, and written through to the store. */
export class NodeTable {
  readonly #store: PubsubStore;
  readonly #limit: number;
  /** Most recently used last: a Map keeps the order of insertion. */
  readonly #services = new Map<string, MaybePromise<Nodes>>();

  /** @param limit nodes of one service */
  constructor(store: PubsubStore, limit: number) {
    this.#store = store;
    this.#limit = limit;
  }

  /** The nodes of a service by name: at once if they are in memory. */
  of(owner: Jid): MaybePromise<ReadonlyMap<string, Node>> {
    return this.#load(owner.toString());
  }

  /** Adds or replaces a node: others see it at once. @throws StanzaError when there are too many */
  async put(owner: Jid, node: Node): Promise<void> {
    const nodes = await this.#load(owner.toString());
    if (!nodes.has(node.name) && nodes.size >= this.#limit) {
      throw new StanzaError('resource-constraint', `at most ${this.#limit} nodes`);
    }
    nodes.set(node.name, node);
    await this.#written(owner, this.#store.putNode(owner.toString(), writeNode(node), this.#limit));
  }

  /** Removes a node and its items. */
  async remove(owner: Jid, name: string): Promise<void> {
    const nodes = await this.#load(owner.toString());
    nodes.delete(name);
    await this.#written(owner, this.#store.removeNode(owner.toString(), name));
  }

  /** Forgets what is in memory. */
  forget(owner: Jid): void {
    this.#services.delete(owner.toString());
  }

  /** When the store fails, what is in memory may be wrong: it is read again. */
  async #written(owner: Jid, writing: Promise<unknown>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      this.forget(owner);
      throw error;
    }
  }

  #load(owner: string): MaybePromise<Nodes> {
    const nodes = this.#services.get(owner) ?? this.#read(owner);
    this.#services.delete(owner);
    this.#services.set(owner, nodes);
    this.#makeRoom();
    return nodes;
  }

  async #read(owner: string): Promise<Nodes> {
    try {
      const stored = await this.#store.nodes(owner);
      const nodes = new Map(stored.map((node) => [node.node, readNode(node)]));
      if (this.#services.has(owner)) this.#services.set(owner, nodes);
      return nodes;
    } catch (error) {
      this.#services.delete(owner);
      throw error;
    }
  }

  #makeRoom(): void {
    for (const owner of this.#services.keys()) {
      if (this.#services.size <= MAX_SERVICES) return;
      this.#services.delete(owner);
    }
  }
}
