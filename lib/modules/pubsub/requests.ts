import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_PUBSUB } from '../../xmpp/ns.ts';
import { filledForm, type FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { pubsubError, unsupported } from './errors.ts';
import { itemElement } from './events.ts';
import { NODE_CONFIG } from './node-config.ts';
import type { Asker, PubsubService } from './service.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

const PUBLISH_OPTIONS = `${NS_PUBSUB}#publish-options`;

/** A request, and the element in it that says what is wanted. */
export interface Request {
  readonly asker: Asker;
  readonly pubsub: Element;
  readonly action: Element;
}

type Answer = Element | undefined;

/**
 * Requests of those who publish, subscribe and read, read from and written as XML.
 *
 * @spec XEP-0060 §5.6 §5.7 §6 §7 §8.1
 */
export class Requests {
  readonly #service: PubsubService;
  readonly #subscriptions: Subscriptions;

  constructor(service: PubsubService, subscriptions: Subscriptions) {
    this.#service = service;
    this.#subscriptions = subscriptions;
  }

  /** @throws StanzaError */
  get(asker: Asker, pubsub: Element): Promise<Answer> {
    const request = { asker, pubsub, action: actionOf(pubsub, NS_PUBSUB) };
    switch (request.action.getName()) {
      case 'items':
        return this.#items(request);
      case 'subscriptions':
        return this.#ownSubscriptions(request);
      case 'affiliations':
        return this.#ownAffiliations(request);
      case 'options':
      case 'default':
        throw unsupported('subscription-options');
      default:
        throw new StanzaError('bad-request');
    }
  }

  /** @throws StanzaError */
  set(asker: Asker, pubsub: Element): Promise<Answer> {
    const request = { asker, pubsub, action: actionOf(pubsub, NS_PUBSUB) };
    switch (request.action.getName()) {
      case 'create':
        return this.#create(request);
      case 'publish':
        return this.#publish(request);
      case 'retract':
        return this.#retract(request);
      case 'subscribe':
        return this.#subscribe(request);
      case 'unsubscribe':
        return this.#unsubscribe(request);
      case 'options':
        throw unsupported('subscription-options');
      default:
        throw new StanzaError('bad-request');
    }
  }

  /** @spec XEP-0060 §8.1.2 §8.1.3 */
  async #create({ asker, pubsub, action }: Request): Promise<Answer> {
    const fields = fieldsOf(pubsub.child('configure', NS_PUBSUB), NODE_CONFIG);
    const wanted = action.attrs['node'];
    const { name } = await this.#service.create(asker, wanted, fields);
    return wanted === undefined ? answer(xml('create', { node: name })) : undefined;
  }

  /** @spec XEP-0060 §7.1 */
  async #publish({ asker, pubsub, action }: Request): Promise<Answer> {
    const node = nodeOf(action);
    const [item, ...others] = childrenOf(action, 'item');
    if (!item) throw pubsubError('bad-request', 'item-required');
    const [payload, ...rest] = item.getChildElements();
    if (others.length + rest.length > 0) {
      throw pubsubError('bad-request', 'invalid-payload', { text: 'one item with one payload at a time' });
    }
    const fields = fieldsOf(pubsub.child('publish-options', NS_PUBSUB), PUBLISH_OPTIONS);
    const id = await this.#service.publish(asker, node, { id: item.attrs['id'], payload }, fields);
    return answer(xml('publish', { node }, xml('item', { id })));
  }

  /** @spec XEP-0060 §7.2 */
  async #retract({ asker, action }: Request): Promise<Answer> {
    const node = nodeOf(action);
    const ids = idsOf(action);
    if (ids.length === 0) throw pubsubError('bad-request', 'item-required');
    const { notify } = action.attrs;
    await this.#service.retract(asker, node, ids, notify === 'true' || notify === '1');
    return undefined;
  }

  /** @spec XEP-0060 §6.1 */
  async #subscribe({ asker, pubsub, action }: Request): Promise<Answer> {
    if (pubsub.child('options', NS_PUBSUB)) throw unsupported('subscription-options');
    const subscription = await this.#subscriptions.subscribe(asker, nodeOf(action), jidOf(action));
    return answer(subscriptionElement(subscription));
  }

  /** @spec XEP-0060 §6.2 */
  async #unsubscribe({ asker, action }: Request): Promise<Answer> {
    await this.#subscriptions.unsubscribe(asker, nodeOf(action), jidOf(action));
    return undefined;
  }

  /** @spec XEP-0060 §6.5 */
  async #items({ asker, action }: Request): Promise<Answer> {
    const node = nodeOf(action);
    const ids = idsOf(action);
    const most = action.attrs['max_items'];
    if (most !== undefined && !/^[0-9]{1,9}$/.test(most)) throw new StanzaError('bad-request', 'max_items is a number');
    const newest = most === undefined ? {} : { newest: Number(most) };
    const items = await this.#service.items(asker, node, ids.length > 0 ? { ids } : newest);
    return answer(xml('items', { node }, ...items.map(itemElement)));
  }

  /** @spec XEP-0060 §5.6 */
  async #ownSubscriptions({ asker, action }: Request): Promise<Answer> {
    const { node } = action.attrs;
    const subscriptions = await this.#subscriptions.own(asker, node);
    return answer(xml('subscriptions', { node }, ...subscriptions.map(subscriptionElement)));
  }

  /** @spec XEP-0060 §5.7 */
  async #ownAffiliations({ asker, action }: Request): Promise<Answer> {
    const { node } = action.attrs;
    const affiliations = await this.#subscriptions.ownAffiliations(asker, node);
    const elements = affiliations.map(([name, affiliation]) => xml('affiliation', { node: name, affiliation }));
    return answer(xml('affiliations', { node }, ...elements));
  }
}

/** The first child of the namespace says what is wanted. @throws StanzaError */
export function actionOf(pubsub: Element, namespace: string): Element {
  const action = pubsub.getChildElements().find((child) => child.getNS() === namespace);
  if (!action) throw new StanzaError('bad-request');
  return action;
}

/** @throws StanzaError @spec XEP-0060 §7.2.3.3 */
export function nodeOf(action: Element): string {
  const { node } = action.attrs;
  if (node === undefined || node === '') throw pubsubError('bad-request', 'nodeid-required');
  return node;
}

export function childrenOf(parent: Element, name: string): Element[] {
  return parent.getChildElements().filter((child) => child.getName() === name && child.getNS() === parent.getNS());
}

/** What was filled in; undefined when there is no form, or it was given up. @throws StanzaError for another form */
export function fieldsOf(parent: Element | undefined, formType: string): FormFields | undefined {
  if (!parent || parent.getChildElements().length === 0) return undefined;
  const form = filledForm(parent, formType);
  if (!form) throw pubsubError('bad-request', 'invalid-options', { text: `a form of ${formType} is expected` });
  return form.type === 'submit' ? form.fields : undefined;
}

export function jidOf({ attrs }: Element): Jid | undefined {
  return Jid.parse(attrs['jid'] ?? '');
}

/** @throws StanzaError when an item has no id */
function idsOf(action: Element): string[] {
  return childrenOf(action, 'item').map(({ attrs }) => {
    const { id } = attrs;
    if (id === undefined || id === '') throw pubsubError('bad-request', 'item-required');
    return id;
  });
}

function subscriptionElement({ node, jid, state }: Subscription): Element {
  return xml('subscription', { node, jid, subscription: state });
}

function answer(content: Element): Element {
  return xml('pubsub', { xmlns: NS_PUBSUB }, content);
}
