import type { ClientSession } from '../../core/client-session.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import { SUBSCRIBERS } from '../../core/subscribers.ts';
import type { RosterChanges, RosterItem } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_ROSTER, NS_ROSTER_VERSIONING } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { readChange, writeItem, writeQuery, writeRemoval, type ItemChange } from './item.ts';
import { isSubscriber, Rosters, ROSTERS, type Roster, type RosterChange } from './rosters.ts';

interface RosterOptions {
  /** Contacts of one account. */
  readonly maxItems: number;
}

/** Contact lists: get, set, push, versions. @spec RFC 6121 §2 */
export default defineModule<RosterOptions>({
  name: 'roster',
  implements: [{ spec: 'RFC 6121', status: 'complete', note: '§2 rosters, with versioning' }],

  setup(host, options) {
    const rosters = new Rosters(host, options.maxItems);
    host.provide(ROSTERS, rosters);
    host.provide(SUBSCRIBERS, { has: (account, contact) => isSubscriber(rosters, account, contact) });
    host.iq('get', NS_ROSTER, 'query', (request) => answerGet(host, rosters, request), 'account');
    host.iq('set', NS_ROSTER, 'query', (request) => answerSet(host, rosters, request), 'account');
    host.hook('stream:features', 'act', ({ features }) => {
      features.push(xml('ver', { xmlns: NS_ROSTER_VERSIONING }));
    });
    host.hook('account:removed', 'observe', ({ account }) => rosters.forget(account));
  },
});

/** @spec RFC 6121 §2.1.4 */
function answerGet(host: HostContext, rosters: Rosters, request: IqRequest): MaybePromise<Element | undefined> {
  const { session } = request;
  const account = ownerOf(request);
  if (session) session.isInterested = true;
  const known = /^[0-9]{1,15}$/.exec(request.payload.attrs['ver'] ?? '')?.[0];
  return andThen(rosters.get(account), (roster) =>
    session && known !== undefined ? changed(host, rosters, session, roster, Number(known)) : whole(roster),
  );
}

/** Only what changed since the client's version, as pushes behind an empty result. @spec RFC 6121 §2.6.3 */
async function changed(
  host: HostContext,
  rosters: Rosters,
  session: ClientSession,
  roster: Roster,
  known: number,
): Promise<Element | undefined> {
  rosters.hold(session);
  let missed: readonly RosterChange[] = [];
  try {
    const changes = await host.store.roster.changesSince(session.account.toString(), known);
    if (!changes || changes.items.length + changes.removed.length > roster.items.size) return whole(roster);
    missed = inOrder(changes);
    return undefined;
  } finally {
    // The answer first, then what the client missed, then what is new since.
    host.clock.afterTurn(() => rosters.release(session, missed));
  }
}

function inOrder(changes: RosterChanges): RosterChange[] {
  const items = changes.items.map(({ version, item }) => ({
    version,
    item: item.listed ? writeItem(item) : writeRemoval(item.contact),
  }));
  const removals = changes.removed.map(({ version, contact }) => ({ version, item: writeRemoval(contact) }));
  return [...items, ...removals].sort((a, b) => a.version - b.version);
}

function whole({ version, items }: Roster): Element {
  return writeQuery(version, [...items.values()].filter((item) => item.listed).map(writeItem));
}

/** @spec RFC 6121 §2.3 §2.4 §2.5 */
async function answerSet(host: HostContext, rosters: Rosters, request: IqRequest): Promise<undefined> {
  const account = ownerOf(request);
  const change = readChange(request.payload, account);
  const contact = change.contact.toString();
  if (change.isRemoval) await remove(host, rosters, account, change.contact);
  else await rosters.edit(account, contact, (item) => ({ item: updated(change, item) }));
  return undefined;
}

function updated({ contact, name, groups }: ItemChange, item: RosterItem | undefined): RosterItem {
  const base = item ?? { subscription: 'none', ask: false, approved: false };
  return { ...base, contact: contact.toString(), name, groups, listed: true };
}

/** Removing a contact ends the subscriptions in both directions. @spec RFC 6121 §2.5.2 */
async function remove(host: HostContext, rosters: Rosters, account: Jid, contact: Jid): Promise<void> {
  const { removed } = await rosters.edit(account, contact.toString(), (item) => {
    if (!item?.listed) throw new StanzaError('item-not-found');
    return { item: remains(item), removed: item };
  });
  const send = (type: string, from: Jid): MaybePromise<void> =>
    host.send(new Stanza(xml('presence', { type }), from, contact));
  const { subscription, ask } = removed;
  if (subscription === 'to' || subscription === 'both' || ask) await send('unsubscribe', account);
  if (subscription !== 'from' && subscription !== 'both') return;
  for (const { jid } of host.sessions.available(account)) await send('unavailable', jid);
  await send('unsubscribed', account);
}

/** A request of the contact waits on, until the user answers it. @spec RFC 6121 §3.1.3 */
function remains({ contact, pendingIn }: RosterItem): RosterItem | undefined {
  if (pendingIn === undefined) return undefined;
  return { contact, groups: [], subscription: 'none', ask: false, approved: false, pendingIn, listed: false };
}

/** Everybody has their own roster, and nobody sees another's. @spec RFC 6121 §2.3.3 */
function ownerOf({ account, isOwn }: IqRequest): Jid {
  if (!account || !isOwn) throw new StanzaError('forbidden');
  return account;
}
