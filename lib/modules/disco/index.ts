import type { ServerNode } from '../../core/discovery.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import type { Element } from '../../xml/index.ts';
import { NS_DISCO_INFO, NS_DISCO_ITEMS } from '../../xmpp/ns.ts';
import { infoQuery, itemsQuery } from '../../xmpp/payloads/disco.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { ACCOUNT_NODES } from './account-nodes.ts';

interface DiscoOptions {
  /** The server's natural-language name; "Holdfast" by default. */
  readonly name?: string | undefined;
}

/** Says what the server and its accounts are and can do. @spec XEP-0030 */
export default defineModule<DiscoOptions | undefined>({
  name: 'disco',
  implements: [
    { spec: 'XEP-0030', version: '2.5.0', status: 'complete' },
    { spec: 'XEP-0128', version: '1.0.1', status: 'complete' },
  ],
  setup(host, options) {
    host.identity({ category: 'server', type: 'im', name: options?.name ?? 'Holdfast' });
    for (const feature of [NS_DISCO_INFO, NS_DISCO_ITEMS]) {
      host.feature(feature);
      host.accountFeature(feature);
    }
    host.iq('get', NS_DISCO_INFO, 'query', (request) => serverInfo(host, request), 'server');
    host.iq('get', NS_DISCO_ITEMS, 'query', (request) => serverItems(host, request), 'server');
    host.iq('get', NS_DISCO_INFO, 'query', (request) => accountInfo(host, request), 'account');
    host.iq('get', NS_DISCO_ITEMS, 'query', (request) => accountItems(host, request), 'account');
  },
});

/** @spec XEP-0030 §3 */
function serverInfo(host: HostContext, request: IqRequest): MaybePromise<Element> {
  const node = nodeOf(request);
  if (node === undefined) return infoQuery(host.discovery.server);
  return andThen(serverNode(host, request, node), (found) => infoQuery(found, node));
}

/** The other domains of this server are its items, beside those that modules add. @spec XEP-0030 §4 */
function serverItems(host: HostContext, request: IqRequest): MaybePromise<Element> {
  const node = nodeOf(request);
  if (node !== undefined) {
    return andThen(serverNode(host, request, node), ({ items = [] }) => itemsQuery(items, node));
  }
  const others = host.domains.filter((domain) => domain !== host.domain).map((domain) => ({ jid: domain }));
  return itemsQuery([...host.discovery.items, ...others]);
}

function serverNode(host: HostContext, { from }: IqRequest, name: string): MaybePromise<ServerNode> {
  return andThen(host.discovery.node(name, from), (node) => {
    if (!node) throw new StanzaError('item-not-found');
    return node;
  });
}

/** To strangers an account looks as if there were none; its nodes show themselves to whom they like. @spec XEP-0030 §8 */
async function accountInfo(host: HostContext, request: IqRequest): Promise<Element> {
  const { from, account } = request;
  const node = nodeOf(request);
  if (account && node !== undefined) {
    const info = await host.service(ACCOUNT_NODES)?.info(account, node, from);
    if (info) return infoQuery(info, node);
  }
  if (!(await mayObserve(host, request))) throw new StanzaError('service-unavailable');
  if (node !== undefined) throw new StanzaError('item-not-found');
  return infoQuery(host.discovery.account);
}

/** The available resources, to those who may know of them, and nodes. @spec XEP-0030 §4.1 §8 */
async function accountItems(host: HostContext, request: IqRequest): Promise<Element> {
  const { from, account } = request;
  if (!account) throw new StanzaError('service-unavailable');
  const nodes = host.service(ACCOUNT_NODES);
  const node = nodeOf(request);
  const isFriend = await mayObserve(host, request);
  if (node !== undefined) {
    const items = await nodes?.items(account, node, from);
    if (!items && isFriend) throw new StanzaError('item-not-found');
    return itemsQuery(items ?? [], node);
  }
  const sessions = isFriend ? host.sessions.available(account) : [];
  const resources = sessions.map(({ jid }) => ({ jid: jid.toString() }));
  return itemsQuery([...resources, ...((await nodes?.list(account, from)) ?? [])]);
}

function mayObserve(host: HostContext, { from, account }: IqRequest): MaybePromise<boolean> {
  return account !== undefined && host.mayObserve(from, account);
}

function nodeOf({ payload }: IqRequest): string | undefined {
  return payload.attrs['node'];
}
