import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_PUBSUB_OWNER } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { pubsubError } from './errors.ts';
import { configForm, NODE_CONFIG } from './node-config.ts';
import { AFFILIATIONS, type Affiliation } from './node.ts';
import { actionOf, childrenOf, fieldsOf, jidOf, nodeOf, type Request } from './requests.ts';
import type { Asker, PubsubService } from './service.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

const STATES = ['none', 'pending', 'subscribed'] as const;

type Answer = Element | undefined;

/** Requests of owners, read from and written as XML. @spec XEP-0060 §8 */
export class OwnerRequests {
  readonly #service: PubsubService;
  readonly #subscriptions: Subscriptions;

  constructor(service: PubsubService, subscriptions: Subscriptions) {
    this.#service = service;
    this.#subscriptions = subscriptions;
  }

  /** @throws StanzaError */
  async get(asker: Asker, pubsub: Element): Promise<Answer> {
    const action = actionOf(pubsub, NS_PUBSUB_OWNER);
    switch (action.getName()) {
      case 'configure':
        return this.#configuration(asker, nodeOf(action));
      case 'default':
        return answer(xml('default', {}, configForm(this.#service.defaults(''), 'form')));
      case 'subscriptions':
        return this.#listSubscriptions(asker, nodeOf(action));
      case 'affiliations':
        return this.#listAffiliations(asker, nodeOf(action));
      default:
        throw new StanzaError('bad-request');
    }
  }

  /** @throws StanzaError */
  async set(asker: Asker, pubsub: Element): Promise<Answer> {
    const action = actionOf(pubsub, NS_PUBSUB_OWNER);
    const node = nodeOf(action);
    switch (action.getName()) {
      case 'configure':
        return this.#configure({ asker, pubsub, action }, node);
      case 'delete':
        await this.#service.delete(asker, node);
        return undefined;
      case 'purge':
        await this.#service.purge(asker, node);
        return undefined;
      case 'subscriptions':
        return this.#setSubscriptions({ asker, pubsub, action }, node);
      case 'affiliations':
        return this.#setAffiliations({ asker, pubsub, action }, node);
      default:
        throw new StanzaError('bad-request');
    }
  }

  /** @spec XEP-0060 §8.2.2 */
  async #configuration(asker: Asker, name: string): Promise<Answer> {
    const { config } = await this.#service.owned(asker, name);
    return answer(xml('configure', { node: name }, configForm(config, 'form')));
  }

  /** A form that was given up changes nothing. @spec XEP-0060 §8.2.4 */
  async #configure({ asker, action }: Request, name: string): Promise<Answer> {
    if (action.getChildElements().length === 0) throw new StanzaError('bad-request', 'there is no form');
    const fields = fieldsOf(action, NODE_CONFIG);
    if (fields) await this.#service.configure(asker, name, fields);
    return undefined;
  }

  /** @spec XEP-0060 §8.8.1 */
  async #listSubscriptions(asker: Asker, node: string): Promise<Answer> {
    const subscriptions = await this.#subscriptions.all(asker, node);
    const elements = subscriptions.map(({ jid, state }) => xml('subscription', { jid, subscription: state }));
    return answer(xml('subscriptions', { node }, ...elements));
  }

  /** @spec XEP-0060 §8.8.2 */
  async #setSubscriptions({ asker, action }: Request, node: string): Promise<Answer> {
    const changes = childrenOf(action, 'subscription').map((element) => ({
      jid: addressOf(element),
      state: oneOf<Subscription['state']>(STATES, element.attrs['subscription']),
    }));
    for (const { jid, state } of changes) await this.#subscriptions.set(asker, node, jid, state);
    return undefined;
  }

  /** @spec XEP-0060 §8.9.1 */
  async #listAffiliations(asker: Asker, node: string): Promise<Answer> {
    const affiliations = await this.#subscriptions.affiliations(asker, node);
    const elements = affiliations.map(([jid, affiliation]) => xml('affiliation', { jid, affiliation }));
    return answer(xml('affiliations', { node }, ...elements));
  }

  /** @spec XEP-0060 §8.9.2 */
  async #setAffiliations({ asker, action }: Request, node: string): Promise<Answer> {
    const changes = childrenOf(action, 'affiliation').map((element) => ({
      jid: addressOf(element),
      affiliation: oneOf<Affiliation>(AFFILIATIONS, element.attrs['affiliation']),
    }));
    for (const { jid, affiliation } of changes) {
      await this.#subscriptions.setAffiliation(asker, node, jid, affiliation);
    }
    return undefined;
  }
}

function addressOf(element: Element): Jid {
  const jid = jidOf(element);
  if (!jid) throw pubsubError('bad-request', 'invalid-jid');
  return jid;
}

function oneOf<T extends string>(values: readonly T[], text: string | undefined): T {
  const value = values.find((each) => each === text);
  if (value === undefined) throw new StanzaError('not-acceptable', `expected one of: ${values.join(', ')}`);
  return value;
}

function answer(content: Element): Element {
  return xml('pubsub', { xmlns: NS_PUBSUB_OWNER }, content);
}
