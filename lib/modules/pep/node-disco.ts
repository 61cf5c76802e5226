import { resultForm, type FormField } from '../../xmpp/payloads/data-form.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';
import type { DiscoInfo, DiscoItem } from '../../xmpp/payloads/disco.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_PUBSUB } from '../../xmpp/ns.ts';
import type { AccountNodes } from '../disco/account-nodes.ts';
import { readRefusal } from '../pubsub/access.ts';
import type { Node } from '../pubsub/node.ts';
import type { PubsubService } from '../pubsub/service.ts';

/** What disco says of the nodes of accounts, to those who may read them. @spec XEP-0060 §5 @spec XEP-0163 §6.2 */
export class NodeDisco implements AccountNodes {
  readonly #service: PubsubService;

  constructor(service: PubsubService) {
    this.#service = service;
  }

  async list(account: Jid, asker: Jid): Promise<DiscoItem[]> {
    const nodes = await this.#readable(account, asker);
    const title = (node: Node): string | undefined => node.config['pubsub#title'] || undefined;
    return nodes.map((node) => ({ jid: account.toString(), node: node.name, name: title(node) }));
  }

  async info(account: Jid, name: string, asker: Jid): Promise<DiscoInfo | undefined> {
    const node = await this.#find(account, name, asker);
    if (!node) return undefined;
    const form = resultForm(`${NS_PUBSUB}#meta-data`, metaData(account, node));
    return { identities: [{ category: 'pubsub', type: 'leaf' }], features: [NS_PUBSUB], forms: [form] };
  }

  async items(account: Jid, name: string, asker: Jid): Promise<DiscoItem[] | undefined> {
    if (!(await this.#find(account, name, asker))) return undefined;
    const items = await this.#service.items(await this.#service.asker(account, asker), name);
    return items.map(({ id }) => ({ jid: account.toString(), name: id }));
  }

  async #find(account: Jid, name: string, asker: Jid): Promise<Node | undefined> {
    return (await this.#readable(account, asker)).find((node) => node.name === name);
  }

  async #readable(account: Jid, asker: Jid): Promise<Node[]> {
    const { standing } = await this.#service.asker(account, asker);
    const nodes = await this.#service.nodes.of(account);
    return [...nodes.values()].filter((node) => readRefusal(node, asker, standing) === undefined);
  }
}

/** @spec XEP-0060 §5.4 */
function metaData(account: Jid, { config, created, subscriptions }: Node): FormField[] {
  const shown = ['title', 'description', 'type', 'language', 'access_model', 'publish_model', 'max_items'] as const;
  const fields = shown.map((name) => ({ var: `pubsub#${name}`, values: [config[`pubsub#${name}`]] }));
  const owner = account.toString();
  return [
    ...fields.filter(({ values }) => values[0] !== ''),
    { var: 'pubsub#creator', values: [owner] },
    { var: 'pubsub#owner', values: [owner] },
    { var: 'pubsub#creation_date', values: [formatDateTime(created)] },
    { var: 'pubsub#num_subscribers', values: [String(subscriptions.size)] },
  ];
}
