import type { EpochMillis } from '../../base/time.ts';
import type { StoredNode } from '../../storage/store.ts';
import { differences, GENERIC_CONFIG, type NodeConfig } from './node-config.ts';

/** How somebody stands to a node, by bare JID. The owner of a service owns all its nodes. @spec XEP-0060 §4.1 */
export const AFFILIATIONS = ['owner', 'publisher', 'publish-only', 'member', 'none', 'outcast'] as const;
export type Affiliation = (typeof AFFILIATIONS)[number];

/** @spec XEP-0060 §4.2 */
export type SubscriptionState = 'pending' | 'subscribed';

/** A leaf node of a service. Never changed: another one takes its place. */
export interface Node {
  readonly name: string;
  readonly created: EpochMillis;
  readonly config: NodeConfig;
  /** By bare JID; not those who have none. */
  readonly affiliations: ReadonlyMap<string, Affiliation>;
  /** By the JID that was subscribed, bare or full. */
  readonly subscriptions: ReadonlyMap<string, SubscriptionState>;
}

interface NodeText {
  readonly created: EpochMillis;
  readonly config: Partial<NodeConfig>;
  readonly affiliations: readonly (readonly [string, Affiliation])[];
  readonly subscriptions: readonly (readonly [string, SubscriptionState])[];
}

export function writeNode({ name, created, config, affiliations, subscriptions }: Node): StoredNode {
  const text: NodeText = {
    created,
    config: differences(config),
    affiliations: [...affiliations],
    subscriptions: [...subscriptions],
  };
  return { node: name, text: JSON.stringify(text) };
}

export function readNode({ node, text }: StoredNode): Node {
  const { created, config, affiliations, subscriptions } = JSON.parse(text) as NodeText; // only `writeNode` wrote it
  return {
    name: node,
    created,
    config: { ...GENERIC_CONFIG, ...config },
    affiliations: new Map(affiliations),
    subscriptions: new Map(subscriptions),
  };
}

/** A map with one entry changed; undefined takes it out. */
export function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}
