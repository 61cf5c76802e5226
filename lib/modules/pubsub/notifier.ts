import { opaqueId, type Random } from '../../base/random.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { StoredItem } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { delay } from '../../xmpp/payloads/delay.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { readRefusal } from './access.ts';
import { publishedEvent } from './events.ts';
import { isOn } from './node-config.ts';
import type { Node } from './node.ts';
import type { Surroundings } from './surroundings.ts';

const ID_BITS = 60;

/** Tells those who are concerned what happens at a node. @spec XEP-0060 §12.3 */
export class Notifier {
  readonly #surroundings: Surroundings;
  readonly #random: Random;

  constructor(surroundings: Surroundings, random: Random) {
    this.#surroundings = surroundings;
    this.#random = random;
  }

  /** Everybody who subscribed or counts as a subscriber, each once. @spec XEP-0163 §4.3.2 */
  async tell(owner: Jid, node: Node, event: Element): Promise<void> {
    if (!isOn(node.config, 'pubsub#deliver_notifications')) return;
    const audience = await this.#surroundings.audience(owner, node);
    const recipients = [...audience, ...(await this.#subscribers(owner, node, audience))];
    const [first] = recipients;
    if (!first) return;
    const message = this.#message(owner, first, node, event);
    for (const to of recipients) await this.#surroundings.send(to === first ? message : message.readdressed(to));
  }

  /** One entity alone. */
  tellOne(owner: Jid, to: Jid, node: Node, event: Element): MaybePromise<void> {
    return this.#surroundings.send(this.#message(owner, to, node, event));
  }

  /** The last item, to somebody who has just come. @spec XEP-0060 §6.1.7 */
  tellLast(owner: Jid, to: Jid, node: Node, item: StoredItem): MaybePromise<void> {
    return this.#surroundings.send(this.#message(owner, to, node, publishedEvent(node, item), delay(owner, item.at)));
  }

  #message(owner: Jid, to: Jid, { config }: Node, ...children: Element[]): Stanza {
    const type = config['pubsub#notification_type'];
    const message = xml('message', { type, id: opaqueId(this.#random, ID_BITS) }, ...children);
    return new Stanza(message, owner, to);
  }

  /** Subscriptions of those who have not lost their right, nor are told anyhow. */
  async #subscribers(owner: Jid, node: Node, audience: readonly Jid[]): Promise<Jid[]> {
    if (node.subscriptions.size === 0) return [];
    const told = new Set(audience.flatMap((jid) => [jid.toString(), jid.bare.toString()]));
    const subscribers: Jid[] = [];
    for (const [address, state] of node.subscriptions) {
      const jid = state === 'subscribed' && !told.has(address) ? Jid.parse(address) : undefined;
      if (jid && (await this.#mayRead(owner, node, jid))) subscribers.push(jid);
    }
    return subscribers;
  }

  #mayRead(owner: Jid, node: Node, who: Jid): MaybePromise<boolean> {
    return andThen(
      this.#surroundings.standing(owner, who),
      (standing) => readRefusal(node, who, standing) === undefined,
    );
  }
}
