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

interface Subscribers {
  readonly subscribers: readonly Jid[];
  readonly lost: readonly string[];
}

/** Tells those who are concerned what happens at a node. @spec XEP-0060 §12.3 */
export class Notifier {
  readonly #surroundings: Surroundings;
  readonly #random: Random;

  constructor(surroundings: Surroundings, random: Random) {
    this.#surroundings = surroundings;
    this.#random = random;
  }

  /**
   * Everybody who subscribed or counts as a subscriber, each once.
   *
   * @returns subscribers that have lost their right, and are not told
   * @spec XEP-0163 §4.3.2
   */
  async tell(owner: Jid, node: Node, event: Element): Promise<readonly string[]> {
    if (!isOn(node.config, 'pubsub#deliver_notifications')) return [];
    const audience = await this.#surroundings.audience(owner, node);
    const { subscribers, lost } = await this.#subscribers(owner, node, audience);
    const [first, ...others] = [...audience, ...subscribers];
    if (!first) return lost;
    const message = this.#message(owner, first, node, event);
    await this.#surroundings.send(message);
    for (const to of others) await this.#surroundings.send(message.readdressed(to));
    return lost;
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

  /** Those who are not told anyhow, and those who must not be told any more. */
  async #subscribers(owner: Jid, node: Node, audience: readonly Jid[]): Promise<Subscribers> {
    const told = new Set(audience.flatMap((jid) => [jid.toString(), jid.bare.toString()]));
    const subscribers: Jid[] = [];
    const lost: string[] = [];
    for (const [address, state] of node.subscriptions) {
      const jid = state === 'subscribed' && !told.has(address) ? Jid.parse(address) : undefined;
      if (!jid) continue;
      if (await this.#mayRead(owner, node, jid)) subscribers.push(jid);
      else lost.push(address);
    }
    return { subscribers, lost };
  }

  #mayRead(owner: Jid, node: Node, who: Jid): MaybePromise<boolean> {
    return andThen(
      this.#surroundings.standing(owner, who),
      (standing) => readRefusal(node, who, standing) === undefined,
    );
  }
}
