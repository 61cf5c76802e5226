import { ServiceKey } from '../../core/keys.ts';
import { defineModule, type HostContext, type IqAnswer, type IqRequest } from '../../core/module.ts';
import type { Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_PUBSUB, NS_PUBSUB_OWNER } from '../../xmpp/ns.ts';
import { filledForm } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { CAPABILITIES } from '../caps/capabilities.ts';
import { ACCOUNT_NODES } from '../disco/account-nodes.ts';
import { GENERIC_CONFIG, type NodeConfig } from '../pubsub/node-config.ts';
import { OwnerRequests } from '../pubsub/owner-requests.ts';
import { Requests } from '../pubsub/requests.ts';
import { PubsubService, type Asker, type PubsubLimits } from '../pubsub/service.ts';
import { SUBSCRIBE_AUTHORIZATION, Subscriptions } from '../pubsub/subscriptions.ts';
import { AccountSurroundings } from './account-surroundings.ts';
import { LastItems } from './last-items.ts';
import { NodeDisco } from './node-disco.ts';
import { Sharers } from './sharers.ts';

/** The features of XEP-0060 §10 that accounts have. */
const FEATURES = [
  'access-authorize',
  'access-open',
  'access-presence',
  'access-roster',
  'access-whitelist',
  'auto-create',
  'auto-subscribe',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'filtered-notifications',
  'instant-nodes',
  'item-ids',
  'last-published',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'persistent-items',
  'presence-subscribe',
  'publish',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'pubsub-on-a-jid',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-items',
  'retrieve-subscriptions',
  'subscribe',
  'subscription-notifications',
];

/** What accounts do differently from generic services. @spec XEP-0163 §5 */
const ACCOUNT_CONFIG: NodeConfig = {
  ...GENERIC_CONFIG,
  'pubsub#access_model': 'presence',
  'pubsub#max_items': '1',
  'pubsub#send_last_published_item': 'on_sub_and_presence',
};

/** The publish-subscribe services of accounts, for modules that build on them. */
export interface Pep {
  readonly service: PubsubService;
  /** The account itself, as one who asks its own service. */
  owner(account: Jid): Asker;
  /** How a node is configured unless its owner says otherwise. */
  configure(node: string, config: Partial<NodeConfig>): void;
}

export const PEP = new ServiceKey<Pep>('pep');

/** Every account is a publish-subscribe service. @spec XEP-0163 */
export default defineModule<PubsubLimits>({
  name: 'pep',
  implements: [
    { spec: 'XEP-0163', version: '1.2.2', status: 'complete' },
    { spec: 'XEP-0060', version: '1.30.0', status: 'partial', note: 'for accounts; no subscription options' },
    { spec: 'XEP-0222', version: '1.0', status: 'complete' },
    { spec: 'XEP-0223', version: '1.1.1', status: 'complete' },
  ],
  needs: ['caps', 'disco', 'roster', 'presence'],

  setup(host, limits) {
    const sharers = new Sharers();
    const surroundings = new AccountSurroundings(host, sharers);
    const configs = new Map<string, Partial<NodeConfig>>();
    const service = new PubsubService({
      store: host.store.pubsub,
      clock: host.clock,
      random: host.random,
      limits,
      surroundings,
      defaults: (node) => ({ ...ACCOUNT_CONFIG, ...configs.get(node) }),
    });
    host.provide(PEP, {
      service,
      owner: (account) => ({ owner: account, from: account, standing: { isOwner: true, isContact: true, groups: [] } }),
      configure: (node, config) => void configs.set(node, config),
    });
    announce(host, service);
    answer(host, service, new Subscriptions(service, surroundings));
    follow(host, sharers, new LastItems(service, surroundings));
    host.hook('account:removed', 'observe', ({ account }) => {
      service.nodes.forget(account);
      sharers.forgetAccount(account);
    });
  },
});

/** @spec XEP-0163 §6 @spec XEP-0223 §5 */
function announce(host: HostContext, service: PubsubService): void {
  const identity = { category: 'pubsub', type: 'pep' };
  host.identity(identity);
  host.feature(`${NS_PUBSUB}#publish-options`);
  host.accountIdentity(identity);
  host.accountFeature(NS_PUBSUB);
  for (const feature of FEATURES) host.accountFeature(`${NS_PUBSUB}#${feature}`);
  host.provide(ACCOUNT_NODES, new NodeDisco(service));
}

function answer(host: HostContext, service: PubsubService, subscriptions: Subscriptions): void {
  const requests = new Requests(service, subscriptions);
  const owners = new OwnerRequests(service, subscriptions);
  const handler =
    (handle: (asker: Asker, pubsub: Element) => Promise<IqAnswer>) =>
    async ({ account, from, payload }: IqRequest): Promise<IqAnswer> => {
      if (!account) throw new StanzaError('service-unavailable');
      return handle(await service.asker(account, from), payload);
    };
  host.iq(
    'get',
    NS_PUBSUB,
    'pubsub',
    handler((asker, pubsub) => requests.get(asker, pubsub)),
    'account',
  );
  host.iq(
    'set',
    NS_PUBSUB,
    'pubsub',
    handler((asker, pubsub) => requests.set(asker, pubsub)),
    'account',
  );
  host.iq(
    'get',
    NS_PUBSUB_OWNER,
    'pubsub',
    handler((asker, pubsub) => owners.get(asker, pubsub)),
    'account',
  );
  host.iq(
    'set',
    NS_PUBSUB_OWNER,
    'pubsub',
    handler((asker, pubsub) => owners.set(asker, pubsub)),
    'account',
  );

  /** The owner's answer to a question of the service. @spec XEP-0060 §8.6 */
  host.hook('stanza:to-account', 'act', ({ account, stanza }) => {
    if (stanza.kind !== 'message' || !stanza.from?.bare.equals(account) || !stanza.to?.isBare) return undefined;
    const form = filledForm(stanza.element, SUBSCRIBE_AUTHORIZATION);
    if (form?.type !== 'submit') return undefined;
    return decide(service, subscriptions, stanza, form.fields);
  });
}

async function decide(
  service: PubsubService,
  subscriptions: Subscriptions,
  { from, to }: Stanza,
  fields: ReadonlyMap<string, readonly string[]>,
): Promise<'handled' | undefined> {
  if (!from || !to) return undefined;
  const isAnswer = await subscriptions.answered(await service.asker(to, from), fields);
  return isAnswer ? 'handled' : undefined;
}

/** Knows who comes and goes, and sends the last items to those who come. @spec XEP-0163 §4.3.4 */
function follow(host: HostContext, sharers: Sharers, lastItems: LastItems): void {
  const capabilities = host.service(CAPABILITIES);
  capabilities?.watch((jid, added) => host.background(() => lastItems.sendAll(jid, added)));

  const note = (account: Jid, { from, type }: Stanza): void => {
    if (!from?.isFull) return;
    if (type === 'unavailable') sharers.remove(account, from);
    if (type !== undefined || !sharers.add(account, from)) return;
    const features = capabilities?.features(from);
    if (features?.size) host.background(() => lastItems.send(account, from, features));
  };
  host.hook('stanza:to-account', 'observe', ({ account, stanza }) => {
    if (stanza.kind === 'presence' && stanza.from?.domain !== host.domain) note(account, stanza);
  });
  host.hook('stanza:from-client', 'observe', ({ stanza }) => {
    const { kind, to } = stanza;
    if (kind === 'presence' && to?.domain === host.domain && to.local !== undefined) note(to.bare, stanza);
  });
  host.hook('session:ended', 'observe', ({ session }) => sharers.forgetResource(session.jid));
  host.hook('presence:broadcast', 'observe', ({ stanza }) => {
    if (stanza.type === 'unavailable' && stanza.from) sharers.forgetResource(stanza.from);
  });
}
