import { StoreError, type RosterChanges, type RosterItem, type Subscription } from '../store.ts';
import type { Rows } from './engine.ts';

const SUBSCRIPTIONS: readonly string[] = ['none', 'to', 'from', 'both'] satisfies Subscription[];

/** The columns that hold an item. */
export function rowOf(item: RosterItem) {
  return {
    removed: 0,
    name: item.name ?? null,
    groups: JSON.stringify(item.groups),
    subscription: item.subscription,
    ask: Number(item.ask),
    approved: Number(item.approved),
    pending_in: item.pendingIn ?? null,
    listed: Number(item.listed),
  };
}

export function itemOf(row: Rows[number]): RosterItem {
  return {
    contact: String(row['contact']),
    name: row['name'] === null ? undefined : String(row['name']),
    groups: groupsOf(row['groups']),
    subscription: subscriptionOf(row['subscription']),
    ask: row['ask'] === 1,
    approved: row['approved'] === 1,
    pendingIn: row['pending_in'] === null ? undefined : String(row['pending_in']),
    listed: row['listed'] === 1,
  };
}

/** Changed rows, parted into what is there and what is not any more. */
export function contactsOf(rows: Rows): Pick<RosterChanges, 'items' | 'removed'> {
  const items: { version: number; item: RosterItem }[] = [];
  const removed: { version: number; contact: string }[] = [];
  for (const row of rows) {
    const version = Number(row['version']);
    if (row['removed'] === 1) removed.push({ version, contact: String(row['contact']) });
    else items.push({ version, item: itemOf(row) });
  }
  return { items, removed };
}

function groupsOf(value: unknown): string[] {
  const groups: unknown = JSON.parse(String(value));
  return Array.isArray(groups) ? groups.map(String) : [];
}

function subscriptionOf(value: unknown): Subscription {
  if (!SUBSCRIPTIONS.includes(String(value))) throw new StoreError('a roster row has an unknown subscription');
  return String(value) as Subscription; // checked against the list above
}
