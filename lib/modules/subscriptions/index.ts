import { defineModule, type HostContext } from '../../core/module.ts';
import type { RosterItem } from '../../storage/store.ts';
import { xml } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_PRE_APPROVAL } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';
import { ROSTERS, type Rosters } from '../roster/rosters.ts';
import {
  hasFrom,
  inbound,
  isSubscriptionType,
  NO_SUBSCRIPTION,
  outbound,
  type SubscriptionState,
  type SubscriptionType,
} from './state.ts';

/** UTF-16 units of a request that is kept for a contact who is away; a longer one is kept without its content. */
const MAX_REQUEST = 4096;

/** Who may see whose presence: asking, granting, refusing, ending. @spec RFC 6121 §3 */
export default defineModule({
  name: 'subscriptions',
  implements: [{ spec: 'RFC 6121', status: 'complete', note: '§3 subscriptions, with pre-approval' }],
  needs: ['roster'],

  setup(host) {
    const desk = new SubscriptionDesk(host);
    host.hook('stanza:from-client', 'act', ({ session, stanza }) => {
      if (stanza.kind !== 'presence' || !isSubscriptionType(stanza.type)) return undefined;
      if (!stanza.to) throw new StanzaError('bad-request', 'a subscription needs an address');
      return desk.outbound(session.account, stanza.to.bare, stanza, stanza.type);
    });
    host.hook('stanza:to-account', 'act', ({ account, stanza }) => {
      if (stanza.kind !== 'presence' || !isSubscriptionType(stanza.type) || !stanza.from) return undefined;
      return desk.inbound(account, stanza.from.bare, stanza, stanza.type);
    });
    host.hook('stream:features', 'act', ({ features }) => {
      features.push(xml('sub', { xmlns: NS_PRE_APPROVAL }));
    });
  },
});

/** Applies the state machine to rosters, and sends what follows from it. */
class SubscriptionDesk {
  readonly #host: HostContext;

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** A user sends a subscription stanza to a contact. @spec RFC 6121 §3.1.2 §3.1.5 §3.2.2 §3.3.2 §3.4.2 */
  async outbound(account: Jid, contact: Jid, stanza: Stanza, type: SubscriptionType): Promise<'handled'> {
    if (contact.equals(account)) throw new StanzaError('not-allowed', 'nobody subscribes to themselves');
    const before = await this.#item(account, contact);
    const state = stateOf(before);
    const outcome = outbound(state, type);
    await this.#save(account, before, state, outcome.state, { isUsers: type === 'subscribe' || type === 'subscribed' });
    if (outcome.passes) await this.#host.send(new Stanza(shallowCopy(stanza.element), account, contact));
    await this.#announce(account, contact, state, outcome.state);
    return 'handled';
  }

  /** A contact's subscription stanza reaches the user. @spec RFC 6121 §3.1.3 §3.1.6 §3.2.3 §3.3.3 */
  async inbound(account: Jid, contact: Jid, stanza: Stanza, type: SubscriptionType): Promise<'handled'> {
    if (contact.equals(account) || !(await this.#exists(account))) return 'handled';
    const before = await this.#item(account, contact);
    const state = stateOf(before);
    const outcome = inbound(state, type);
    const request = new Stanza(shallowCopy(stanza.element), contact, account);
    await this.#save(account, before, state, outcome.state, { isUsers: false, request });
    if (outcome.passes) this.#deliver(account, request, type);
    if (outcome.reply) {
      const reply = xml('presence', { type: outcome.reply, id: stanza.id });
      await this.#host.send(new Stanza(reply, account, contact));
    }
    await this.#announce(account, contact, state, outcome.state);
    return 'handled';
  }

  get #rosters(): Rosters {
    const rosters = this.#host.service(ROSTERS);
    if (!rosters) throw new Error('subscriptions need the rosters');
    return rosters;
  }

  async #item(account: Jid, contact: Jid): Promise<RosterItem> {
    const { items } = await this.#rosters.get(account);
    return items.get(contact.toString()) ?? blank(contact);
  }

  async #exists(account: Jid): Promise<boolean> {
    if (this.#host.sessions.of(account).length > 0) return true;
    return (await this.#host.store.accounts.find(account.toString())) !== undefined;
  }

  async #save(
    account: Jid,
    item: RosterItem,
    before: SubscriptionState,
    after: SubscriptionState,
    how: { readonly isUsers: boolean; readonly request?: Stanza },
  ): Promise<void> {
    const isNewlyListed = how.isUsers && !item.listed;
    if (after === before && !isNewlyListed) return;
    const { subscription, ask, approved, pendingIn } = after;
    const kept = pendingIn ? (item.pendingIn ?? (how.request && keepable(how.request))) : undefined;
    const listed = item.listed || how.isUsers || subscription !== 'none' || ask || approved;
    const next = { ...item, subscription, ask, approved, pendingIn: kept, listed };
    if (!listed && !pendingIn) await this.#rosters.remove(account, item.contact);
    else await this.#rosters.put(account, next);
  }

  /** Requests go to resources that are available, news about subscriptions to those with the roster. */
  #deliver(account: Jid, stanza: Stanza, type: SubscriptionType): void {
    for (const session of this.#host.sessions.of(account)) {
      if (type === 'subscribe' ? session.isAvailable : session.isInterested) session.send(stanza);
    }
  }

  /** A new subscriber learns the user's presence, a former one that it is gone. @spec RFC 6121 §3.1.5 §3.2.2 */
  async #announce(account: Jid, contact: Jid, before: SubscriptionState, after: SubscriptionState): Promise<void> {
    const isNow = hasFrom(after.subscription);
    if (isNow === hasFrom(before.subscription)) return;
    for (const { jid, presence } of this.#host.sessions.available(account)) {
      if (isNow && presence) await this.#host.send(presence.readdressed(contact));
      if (!isNow) await this.#host.send(new Stanza(xml('presence', { type: 'unavailable' }), jid, contact));
    }
  }
}

function blank(contact: Jid): RosterItem {
  const nothing = { groups: [], subscription: 'none', ask: false, approved: false, listed: false } as const;
  return { contact: contact.toString(), ...nothing };
}

function stateOf({ subscription, ask, approved, pendingIn }: RosterItem): SubscriptionState {
  if (subscription === 'none' && !ask && !approved && pendingIn === undefined) return NO_SUBSCRIPTION;
  return { subscription, ask, approved, pendingIn: pendingIn !== undefined };
}

/** The complete request, as far as it has a reasonable size. @spec RFC 6121 §3.1.3 */
function keepable(request: Stanza): string {
  if (request.xml.length <= MAX_REQUEST) return request.xml;
  return new Stanza(xml('presence', { type: 'subscribe', id: request.id }), request.from, request.to).xml;
}
