import type { EpochMillis } from '../base/time.ts';

/** A node of a publish-subscribe service; what it is like, in words of the service itself. */
export interface StoredNode {
  readonly node: string;
  readonly text: string;
}

/** A published item. @spec XEP-0060 §12.1 */
export interface StoredItem {
  readonly id: string;
  /** The bare JID that published it. */
  readonly publisher: string;
  readonly at: EpochMillis;
  /** The payload; empty for none. */
  readonly xml: string;
}

/** Which items of a node: those of some ids, or the newest; all when nothing is said. */
export interface ItemChoice {
  readonly ids?: readonly string[];
  readonly newest?: number;
}

/**
 * Nodes and items of publish-subscribe services. A service is named by its owner: the bare JID of an
 * account, with which it goes, or a domain.
 */
export interface PubsubStore {
  /** The nodes of a service, in the order of their names by code unit. */
  nodes(owner: string): Promise<StoredNode[]>;
  /** Adds or replaces. False, and nothing kept, when it would be one more than `limit` of its owner. */
  putNode(owner: string, node: StoredNode, limit: number): Promise<boolean>;
  /** Removes the node and its items. False when it is not there. */
  removeNode(owner: string, node: string): Promise<boolean>;
  /**
   * Adds an item, or replaces the one with its id: either way it is the newest. Of the items of the
   * node only the newest `keep` stay; nothing happens when there is no such node.
   */
  putItem(owner: string, node: string, item: StoredItem, keep: number): Promise<void>;
  /** Removes items; the ids of those that were there. */
  removeItems(owner: string, node: string, ids: readonly string[]): Promise<string[]>;
  /** Removes all items of a node. */
  clearItems(owner: string, node: string): Promise<void>;
  /** Items of a node, oldest first. */
  items(owner: string, node: string, choice?: ItemChoice): Promise<StoredItem[]>;
}
