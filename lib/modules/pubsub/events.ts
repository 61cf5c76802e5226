import { parse, xml, type Element } from '../../xml/index.ts';
import type { StoredItem } from '../../storage/store.ts';
import { NS_PUBSUB_EVENT } from '../../xmpp/ns.ts';
import { configForm, isOn } from './node-config.ts';
import type { Node, SubscriptionState } from './node.ts';

/** An item as it is retrieved. @spec XEP-0060 §6.5.3 */
export function itemElement({ id, xml: text }: StoredItem): Element {
  const item = xml('item', { id });
  if (text === '') return item;
  const payload = parse(text);
  if (!payload.ok) throw new Error(`the payload of item ${id} is broken`);
  return item.append(payload.value);
}

/** An item was published. @spec XEP-0060 §7.1.2 */
export function publishedEvent(node: Node, item: StoredItem): Element {
  const shown = isOn(node.config, 'pubsub#deliver_payloads') ? itemElement(item) : xml('item', { id: item.id });
  return event(xml('items', { node: node.name }, shown));
}

/** Items are gone. @spec XEP-0060 §7.2.2.1 */
export function retractedEvent({ name }: Node, ids: readonly string[]): Element {
  return event(xml('items', { node: name }, ...ids.map((id) => xml('retract', { id }))));
}

/** All items are gone. @spec XEP-0060 §8.5.2 */
export function purgedEvent({ name }: Node): Element {
  return event(xml('purge', { node: name }));
}

/** The node is gone. @spec XEP-0060 §8.4.2 */
export function deletedEvent({ name }: Node): Element {
  return event(xml('delete', { node: name }));
}

/** The configuration changed. @spec XEP-0060 §8.2.5.3 */
export function configuredEvent({ name, config }: Node): Element {
  const configuration = xml('configuration', { node: name });
  if (isOn(config, 'pubsub#deliver_payloads')) configuration.append(configForm(config, 'result'));
  return event(configuration);
}

/** A subscription is not what it was. @spec XEP-0060 §12.14 */
export function subscriptionEvent({ name }: Node, jid: string, state: SubscriptionState | 'none'): Element {
  return event(xml('subscription', { node: name, jid, subscription: state }));
}

function event(content: Element): Element {
  return xml('event', { xmlns: NS_PUBSUB_EVENT }, content);
}
