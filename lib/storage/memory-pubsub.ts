import type { ItemChoice, PubsubStore, StoredItem, StoredNode } from './pubsub-store.ts';

interface Held {
  text: string;
  /** Oldest first: a Map keeps the order of insertion. */
  readonly items: Map<string, StoredItem>;
}

export class MemoryPubsub implements PubsubStore {
  readonly #owners = new Map<string, Map<string, Held>>();

  async nodes(owner: string): Promise<StoredNode[]> {
    const nodes = Array.from(this.#owners.get(owner) ?? [], ([node, { text }]) => ({ node, text }));
    return nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  async putNode(owner: string, { node, text }: StoredNode, limit: number): Promise<boolean> {
    const nodes = this.#owners.get(owner) ?? new Map<string, Held>();
    const held = nodes.get(node);
    if (!held && nodes.size >= limit) return false;
    if (held) held.text = text;
    else this.#owners.set(owner, nodes.set(node, { text, items: new Map() }));
    return true;
  }

  async removeNode(owner: string, node: string): Promise<boolean> {
    return this.#owners.get(owner)?.delete(node) ?? false;
  }

  async putItem(owner: string, node: string, item: StoredItem, keep: number): Promise<void> {
    const items = this.#items(owner, node);
    items?.delete(item.id);
    items?.set(item.id, item);
    for (const id of items?.keys() ?? []) {
      if (!items || items.size <= keep) return;
      items.delete(id);
    }
  }

  async removeItems(owner: string, node: string, ids: readonly string[]): Promise<string[]> {
    const items = this.#items(owner, node);
    return ids.filter((id) => items?.delete(id));
  }

  async clearItems(owner: string, node: string): Promise<void> {
    this.#items(owner, node)?.clear();
  }

  async items(owner: string, node: string, { ids, newest }: ItemChoice = {}): Promise<StoredItem[]> {
    const all = [...(this.#items(owner, node)?.values() ?? [])];
    const chosen = ids ? all.filter(({ id }) => ids.includes(id)) : all;
    return newest === undefined ? chosen : chosen.slice(Math.max(0, chosen.length - newest));
  }

  /** The owner is no more. */
  forget(owner: string): void {
    this.#owners.delete(owner);
  }

  #items(owner: string, node: string): Map<string, StoredItem> | undefined {
    return this.#owners.get(owner)?.get(node)?.items;
  }
}
