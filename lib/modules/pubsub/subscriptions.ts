import type { MaybePromise } from '../../core/maybe-promise.ts';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_DATA, NS_PUBSUB } from '../../xmpp/ns.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { affiliationOf, hasPrivilege, subscribeRefusal } from './access.ts';
import { pubsubError } from './errors.ts';
import { subscriptionEvent } from './events.ts';
import { withEntry, type Affiliation, type Node, type SubscriptionState } from './node.ts';
import type { Asker, PubsubService } from './service.ts';
import type { Surroundings } from './surroundings.ts';

/** FORM_TYPE of the question to the owner. @spec XEP-0060 §8.6 */
export const SUBSCRIBE_AUTHORIZATION = `${NS_PUBSUB}#subscribe_authorization`;

/** A subscription as its subscriber, or the owner, sees it. */
export interface Subscription {
  readonly node: string;
  readonly jid: string;
  readonly state: SubscriptionState | 'none';
}

/** Who is subscribed to the nodes of services, and affiliated with them. */
export class Subscriptions {
  readonly #service: PubsubService;
  readonly #surroundings: Surroundings;

  constructor(service: PubsubService, surroundings: Surroundings) {
    this.#service = service;
    this.#surroundings = surroundings;
  }

  /** @param jid the subscriber: the asker, with or without resource @spec XEP-0060 §6.1 */
  async subscribe(asker: Asker, name: string, jid: Jid | undefined): Promise<Subscription> {
    const { owner, from, standing } = asker;
    if (!jid?.bare.equals(from.bare)) throw pubsubError('bad-request', 'invalid-jid');
    const node = await this.#service.node(owner, name);
    const refusal = subscribeRefusal(node, from, standing);
    if (refusal) throw refusal;
    const address = jid.toString();
    const known = node.subscriptions.get(address);
    if (known === 'pending') throw pubsubError('not-authorized', 'pending-subscription');
    if (known) return { node: name, jid: address, state: known };
    if (node.subscriptions.size >= this.#service.limits.subscriptions) {
      throw pubsubError('policy-violation', 'too-many-subscriptions', { type: 'wait' });
    }
    const isAsked =
      node.config['pubsub#access_model'] === 'authorize' && !hasPrivilege(affiliationOf(node, from, standing));
    const state = isAsked ? 'pending' : 'subscribed';
    await this.#service.nodes.put(owner, withSubscription(node, address, state));
    if (isAsked) await this.#askOwner(owner, name, address);
    else await this.#sendLast(owner, node, jid);
    return { node: name, jid: address, state };
  }

  /** @spec XEP-0060 §6.2 */
  async unsubscribe({ owner, from }: Asker, name: string, jid: Jid | undefined): Promise<void> {
    const node = await this.#service.node(owner, name);
    if (!jid?.bare.equals(from.bare)) throw new StanzaError('forbidden');
    if (!node.subscriptions.has(jid.toString())) {
      throw pubsubError('unexpected-request', 'not-subscribed', { type: 'cancel' });
    }
    await this.#service.nodes.put(owner, withSubscription(node, jid.toString(), 'none'));
  }

  /** The asker's own, at one node or at all. @spec XEP-0060 §5.6 */
  async own({ owner, from }: Asker, name?: string): Promise<Subscription[]> {
    const nodes = name === undefined ? [...(await this.#service.nodes.of(owner)).values()] : [];
    if (name !== undefined) nodes.push(await this.#service.node(owner, name));
    const isOwn = ({ jid }: Subscription): boolean => Jid.parse(jid)?.bare.equals(from.bare) ?? false;
    return nodes.flatMap((node) => subscriptionsTo(node).filter(isOwn));
  }

  /** For the owner. @spec XEP-0060 §8.8.1 */
  async all(asker: Asker, name: string): Promise<Subscription[]> {
    return subscriptionsTo(await this.#service.owned(asker, name));
  }

  /** The owner's word on one subscription; its subscriber is told. @spec XEP-0060 §8.8.2 */
  async set(asker: Asker, name: string, jid: Jid, state: Subscription['state']): Promise<void> {
    const { owner } = asker;
    const node = await this.#service.owned(asker, name);
    const address = jid.toString();
    const before = node.subscriptions.get(address) ?? 'none';
    if (before === state) return;
    if (before === 'none' && node.subscriptions.size >= this.#service.limits.subscriptions) {
      throw pubsubError('policy-violation', 'too-many-subscriptions', { type: 'wait' });
    }
    await this.#service.nodes.put(owner, withSubscription(node, address, state));
    await this.#service.notifier.tellOne(owner, jid, node, subscriptionEvent(node, address, state));
  }

  /** The owner's answer to a question. False when it answers none. @spec XEP-0060 §8.6 */
  async answered(asker: Asker, fields: FormFields): Promise<boolean> {
    const [name, address, allow] = ['node', 'subscriber_jid', 'allow'].map(
      (field) => fields.get(`pubsub#${field}`)?.[0],
    );
    const node = name === undefined ? undefined : (await this.#service.nodes.of(asker.owner)).get(name);
    const jid = address === undefined ? undefined : Jid.parse(address);
    if (!node || !jid || node.subscriptions.get(jid.toString()) !== 'pending') return false;
    await this.set(asker, node.name, jid, allow === '1' || allow === 'true' ? 'subscribed' : 'none');
    return true;
  }

  /** The asker's own affiliations. @spec XEP-0060 §5.7 */
  async ownAffiliations({ owner, from, standing }: Asker, name?: string): Promise<(readonly [string, Affiliation])[]> {
    const nodes = [...(await this.#service.nodes.of(owner)).values()];
    return nodes
      .filter((node) => name === undefined || node.name === name)
      .map((node) => [node.name, affiliationOf(node, from, standing)] as const)
      .filter(([, affiliation]) => affiliation !== 'none');
  }

  /** For the owner, who comes first. @spec XEP-0060 §8.9.1 */
  async affiliations(asker: Asker, name: string): Promise<(readonly [string, Affiliation])[]> {
    const node = await this.#service.owned(asker, name);
    return [[asker.owner.toString(), 'owner'], ...node.affiliations];
  }

  /** @spec XEP-0060 §8.9.2 */
  async setAffiliation(asker: Asker, name: string, jid: Jid, affiliation: Affiliation): Promise<void> {
    const { owner } = asker;
    const node = await this.#service.owned(asker, name);
    const address = jid.bare.toString();
    const isOwner = jid.bare.equals(owner);
    if (isOwner && affiliation === 'owner') return;
    if (isOwner || affiliation === 'owner') throw new StanzaError('not-acceptable', 'the account is the only owner');
    if (!node.affiliations.has(address) && node.affiliations.size >= this.#service.limits.subscriptions) {
      throw new StanzaError('policy-violation', 'too many affiliations');
    }
    const affiliations = withEntry(node.affiliations, address, affiliation === 'none' ? undefined : affiliation);
    await this.#service.nodes.put(owner, { ...node, affiliations });
  }

  async #sendLast(owner: Jid, node: Node, jid: Jid): Promise<void> {
    if (node.config['pubsub#send_last_published_item'] === 'never') return;
    const item = await this.#service.last(owner, node.name);
    if (item) await this.#service.notifier.tellLast(owner, jid, node, item);
  }

  #askOwner(owner: Jid, name: string, jid: string): MaybePromise<void> {
    const message = xml('message', { type: 'normal', id: `${name} ${jid}` }, authorizationForm(name, jid));
    return this.#surroundings.send(new Stanza(message, owner, owner));
  }
}

function withSubscription(node: Node, jid: string, state: Subscription['state']): Node {
  return { ...node, subscriptions: withEntry(node.subscriptions, jid, state === 'none' ? undefined : state) };
}

function subscriptionsTo({ name, subscriptions }: Node): Subscription[] {
  return Array.from(subscriptions, ([jid, state]) => ({ node: name, jid, state }));
}

/** @spec XEP-0060 §8.6 */
function authorizationForm(name: string, jid: string): Element {
  const field = (attrs: Record<string, string>, value: string): Element => xml('field', attrs, xml('value', {}, value));
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'form' },
    xml('title', {}, 'Somebody wants to subscribe'),
    field({ var: 'FORM_TYPE', type: 'hidden' }, SUBSCRIBE_AUTHORIZATION),
    field({ var: 'pubsub#node', type: 'text-single', label: 'Node' }, name),
    field({ var: 'pubsub#subscriber_jid', type: 'jid-single', label: 'Subscriber' }, jid),
    field({ var: 'pubsub#allow', type: 'boolean', label: 'Allow this subscription?' }, 'false'),
  );
}
