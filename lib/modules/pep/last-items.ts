import type { Jid } from '../../xmpp/jid.ts';
import { readRefusal } from '../pubsub/access.ts';
import type { PubsubService } from '../pubsub/service.ts';
import type { AccountSurroundings } from './account-surroundings.ts';

const NOTIFY = '+notify';

/** Sends what was published last to resources that have just come. @spec XEP-0163 §4.3.4 */
export class LastItems {
  readonly #service: PubsubService;
  readonly #surroundings: AccountSurroundings;

  constructor(service: PubsubService, surroundings: AccountSurroundings) {
    this.#service = service;
    this.#surroundings = surroundings;
  }

  /** From all accounts whose presence the resource gets, its own included. @param features what it announces */
  async sendAll(resource: Jid, features: Iterable<string>): Promise<void> {
    const wanted = [...features];
    if (!wanted.some((feature) => feature.endsWith(NOTIFY))) return;
    for (const account of await this.#surroundings.publishersFor(resource)) await this.send(account, resource, wanted);
  }

  /** From one account. */
  async send(account: Jid, resource: Jid, features: Iterable<string>): Promise<void> {
    const nodes = await this.#service.nodes.of(account);
    if (nodes.size === 0) return;
    const standing = await this.#surroundings.standing(account, resource);
    for (const feature of features) {
      const node = feature.endsWith(NOTIFY) ? nodes.get(feature.slice(0, -NOTIFY.length)) : undefined;
      if (node?.config['pubsub#send_last_published_item'] !== 'on_sub_and_presence') continue;
      if (readRefusal(node, resource, standing)) continue;
      const item = await this.#service.last(account, node.name);
      if (item) await this.#service.notifier.tellLast(account, resource, node, item);
    }
  }
}
