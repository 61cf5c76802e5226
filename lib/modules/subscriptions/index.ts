import { ServiceKey } from '../../core/keys.ts';
import { defineModule, type HostContext } from '../../core/module.ts';
import type { RosterItem } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_PRE_APPROVAL } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';
import { ROSTERS, type RosterEdit, type Rosters } from '../roster/rosters.ts';
import {
  hasFrom,
  hasTo,
  inbound,
  isSame,
  isSubscriptionType,
  NO_SUBSCRIPTION,
  outbound,
  type Outcome,
  type SubscriptionState,
  type SubscriptionType,
} from './state.ts';

/** UTF-16 units of a request that is kept for a contact who is away; a longer one is kept without its content. */
const MAX_REQUEST = 4096;

/** For modules that do what users have agreed to. */
export const SUBSCRIPTIONS = new ServiceKey<{
  /** As if a client of the account had asked for the contact's presence. */
  request(account: Jid, contact: Jid): Promise<unknown>;
}>('subscriptions');

/** Who may see whose presence: asking, granting, refusing, ending. @spec RFC 6121 §3 */
export default defineModule({
  name: 'subscriptions',
  implements: [{ spec: 'RFC 6121', status: 'complete', note: '§3 subscriptions, with pre-approval' }],
  needs: ['roster'],

  setup(host) {
    const desk = new SubscriptionDesk(host);
    host.provide(SUBSCRIPTIONS, desk);
    host.hook('stanza:from-client', 'act', ({ session, stanza }) => {
      if (stanza.kind !== 'presence' || !isSubscriptionType(stanza.type)) return undefined;
      if (!stanza.to) throw new StanzaError('bad-request', 'a subscription needs an address');
      return desk.outbound(session.account, stanza.to.bare, stanza, stanza.type);
    });
    host.hook('stanza:to-account', 'act', ({ account, stanza }) => {
      if (stanza.kind !== 'presence' || !isSubscriptionType(stanza.type) || !stanza.from) return undefined;
      return desk.inbound(account, stanza.from.bare, stanza, stanza.type);
    });
    host.hook('account:removing', 'act', ({ account }) => desk.cancelAll(account));
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

  request(account: Jid, contact: Jid): Promise<'handled'> {
    const request = new Stanza(xml('presence', { type: 'subscribe' }), account, contact);
    return this.outbound(account, contact, request, 'subscribe');
  }

  /** A user sends a subscription stanza to a contact. @spec RFC 6121 §3.1.2 §3.1.5 §3.2.2 §3.3.2 §3.4.2 */
  async outbound(account: Jid, contact: Jid, stanza: Stanza, type: SubscriptionType): Promise<'handled'> {
    if (contact.equals(account)) throw new StanzaError('not-allowed', 'nobody subscribes to themselves');
    const isUsers = type === 'subscribe' || type === 'subscribed';
    const step = await this.#rosters.edit(account, contact.toString(), (item): Step => {
      const before = stateOf(item);
      const outcome = outbound(before, type);
      return { item: withState(item, contact, outcome.state, { isUsers }), before, outcome };
    });
    const { passes } = step.outcome;
    await this.#tell(account, contact, step, passes ? shallowCopy(stanza.element) : undefined);
    return 'handled';
  }

  /** A contact's subscription stanza reaches the user. @spec RFC 6121 §3.1.3 §3.1.6 §3.2.3 §3.3.3 */
  async inbound(account: Jid, contact: Jid, stanza: Stanza, type: SubscriptionType): Promise<'handled'> {
    if (contact.equals(account) || !(await this.#exists(account))) return 'handled';
    const request = new Stanza(shallowCopy(stanza.element), contact, account);
    const edit = (item: RosterItem | undefined): Step => {
      const before = stateOf(item);
      const outcome = inbound(before, type);
      return { item: withState(item, contact, outcome.state, { isUsers: false, request }), before, outcome };
    };
    const step = await this.#rosters.edit(account, contact.toString(), edit, ({ outcome }) => {
      if (outcome.passes) this.#deliver(account, request, type);
    });
    const { reply } = step.outcome;
    await this.#tell(account, contact, step, reply ? xml('presence', { type: reply, id: stanza.id }) : undefined);
    return 'handled';
  }

  /** An account goes: nobody sees it or is seen by it any more, whoever has its name later. @spec XEP-0077 §3.2 */
  async cancelAll(account: Jid): Promise<void> {
    const { items } = await this.#rosters.get(account);
    const all = [...items.values()]; // what is sent changes the roster
    for (const item of all) {
      const contact = Jid.parse(item.contact);
      if (!contact) continue;
      const { subscription, ask, pendingIn } = item;
      const send = (type: SubscriptionType): void | Promise<void> =>
        this.#host.send(new Stanza(xml('presence', { type }), account, contact));
      if (hasTo(subscription) || ask) await send('unsubscribe');
      if (hasFrom(subscription) || pendingIn !== undefined) await send('unsubscribed');
    }
  }

  get #rosters(): Rosters {
    const rosters = this.#host.service(ROSTERS);
    if (!rosters) throw new Error('subscriptions need the rosters');
    return rosters;
  }

  async #exists(account: Jid): Promise<boolean> {
    if (this.#host.sessions.of(account).length > 0) return true;
    return (await this.#host.store.accounts.find(account.toString())) !== undefined;
  }

  /** Requests go to resources that are available, news about subscriptions to those with the roster. */
  #deliver(account: Jid, stanza: Stanza, type: SubscriptionType): void {
    for (const session of this.#host.sessions.of(account)) {
      if (type === 'subscribe' ? session.isAvailable : session.isInterested) session.send(stanza);
    }
  }

  /**
   * Sends the contact the word about the change, if there is one. A new subscriber learns the user's
   * presence behind it; a former one learns before it, while still subscribed, that it is gone.
   *
   * @spec RFC 6121 §3.1.5 §3.2.2
   */
  async #tell(account: Jid, contact: Jid, { before, outcome }: Step, word: Element | undefined): Promise<void> {
    const [was, isNow] = [hasFrom(before.subscription), hasFrom(outcome.state.subscription)];
    const sessions = this.#host.sessions.available(account);
    if (was && !isNow) {
      for (const { jid } of sessions) {
        await this.#host.send(new Stanza(xml('presence', { type: 'unavailable' }), jid, contact));
      }
    }
    if (word) await this.#host.send(new Stanza(word, account, contact));
    if (was || !isNow) return;
    for (const { presence } of sessions) if (presence) await this.#host.send(presence.readdressed(contact));
  }
}

/** What a subscription stanza does to the item of the contact. */
interface Step extends RosterEdit {
  readonly before: SubscriptionState;
  readonly outcome: Outcome;
}

/** The item in a state: the same when it is in it, none when it only remembered a request that is over. */
function withState(
  item: RosterItem | undefined,
  contact: Jid,
  state: SubscriptionState,
  how: { readonly isUsers: boolean; readonly request?: Stanza },
): RosterItem | undefined {
  const { subscription, ask, approved, pendingIn } = state;
  const listed = item?.listed || how.isUsers || subscription !== 'none' || ask || approved;
  if (!listed && !pendingIn) return undefined;
  if (item && item.listed === listed && isSame(stateOf(item), state)) return item;
  const kept = pendingIn ? (item?.pendingIn ?? (how.request && keepable(how.request))) : undefined;
  return { ...(item ?? blank(contact)), subscription, ask, approved, pendingIn: kept, listed };
}

function blank(contact: Jid): RosterItem {
  const nothing = { groups: [], subscription: 'none', ask: false, approved: false, listed: false } as const;
  return { contact: contact.toString(), ...nothing };
}

function stateOf(item: RosterItem | undefined): SubscriptionState {
  if (!item) return NO_SUBSCRIPTION;
  const { subscription, ask, approved, pendingIn } = item;
  return { subscription, ask, approved, pendingIn: pendingIn !== undefined };
}

/** The complete request, as far as it has a reasonable size. @spec RFC 6121 §3.1.3 */
function keepable(request: Stanza): string {
  if (request.xml.length <= MAX_REQUEST) return request.xml;
  return new Stanza(xml('presence', { type: 'subscribe', id: request.id }), request.from, request.to).xml;
}
