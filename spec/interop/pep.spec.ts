import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'chai';
import { createClient, type Agent } from 'stanza';
import { $build, $iq } from 'strophe.js';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\na small picture', 'latin1');
const PNG_ID = createHash('sha1').update(PNG).digest('hex');
const DEVICES = 'eu.siacs.conversations.axolotl.devicelist';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const PRE_KEYS = 100;
const BUNDLES = 'urn:xmpp:omemo:2:bundles';

type Builder = ReturnType<typeof $iq>;
type Tree = ReturnType<Builder['tree']>;

/** What stanza.js knows of an event, as far as these specs look at it. */
interface Published {
  readonly from: string;
  readonly node: string;
  readonly ids: readonly (string | undefined)[];
}

describe('stanza over BOSH: personal data', () => {
  let server: HoldfastServer;
  let agents: Agent[];
  let published: Map<Agent, Published[]>;

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    agents = [];
    published = new Map();
  });

  afterEach(async () => {
    for (const agent of agents) {
      await agent.ping('localhost');
      const gone = once(agent, 'disconnected');
      agent.disconnect();
      await gone;
    }
    await server.close({ drain: 0 });
  });

  /** @param interests nodes that the client announces an interest in */
  async function login(name: string, ...interests: string[]): Promise<Agent> {
    const agent = createClient({
      jid: `${name}@localhost`,
      password: name,
      transports: { bosh: server.boshUrl, websocket: false },
      autoReconnect: false,
    });
    for (const node of interests) agent.disco.addFeature(`${node}+notify`);
    const heard: Published[] = [];
    published.set(agent, heard);
    agent.on('pubsub:published', ({ from, pubsub }) => {
      const { node, published: items } = pubsub.items;
      heard.push({ from, node, ids: items.map(({ id }) => id) });
    });
    agents.push(agent);
    const started = once(agent, 'session:started');
    agent.connect();
    await started;
    await agent.getRoster();
    agent.updateCaps();
    agent.sendPresence({ legacyCapabilities: agent.disco.getCaps() });
    await agent.ping('localhost');
    return agent;
  }

  async function befriend(one: Agent, other: Agent): Promise<void> {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const) {
      const asked = once(b, 'subscribe');
      a.subscribe(bare(b));
      await asked;
      const answered = once(a, 'subscribed');
      b.acceptSubscription(bare(a));
      await answered;
    }
  }

  function bare(agent: Agent): string {
    return agent.jid.replace(/\/.*/, '');
  }

  async function heardOf(agent: Agent, node: string): Promise<Published> {
    for (;;) {
      const event = published.get(agent)?.find((each) => each.node === node);
      if (event) return event;
      await once(agent, '*');
    }
  }

  it('the account says that it is a pubsub service', async () => {
    const alice = await login('alice');
    const { identities, features } = await alice.getDiscoInfo(bare(alice));
    expect(identities.map(({ category, type }) => `${category}/${type}`)).to.include('pubsub/pep');
    expect(features).to.include('http://jabber.org/protocol/pubsub#publish-options');
  });

  it('an avatar is published, a contact hears of it and fetches it, also as vCard', async () => {
    const alice = await login('alice');
    const bob = await login('bob', 'urn:xmpp:avatar:metadata');
    await befriend(alice, bob);
    await alice.publishAvatar(PNG_ID, PNG);
    await alice.useAvatars([{ id: PNG_ID, bytes: PNG.length, mediaType: 'image/png' }]);
    expect(await heardOf(bob, 'urn:xmpp:avatar:metadata')).to.deep.include({
      from: 'alice@localhost',
      ids: ['current'],
    });
    const item = await bob.getAvatar('alice@localhost', PNG_ID);
    expect(Buffer.from(item.content?.data ?? '').equals(PNG)).to.equal(true);
    const { records = [] } = await bob.getVCard('alice@localhost');
    const photo = records.find(({ type }) => type === 'photo');
    expect(JSON.stringify(photo)).to.contain('image/png');
  });

  it('the last avatar comes to a contact that logs in later', async () => {
    const alice = await login('alice');
    await befriend(alice, await login('bob'));
    await alice.publishAvatar(PNG_ID, PNG);
    await alice.useAvatars([{ id: PNG_ID, bytes: PNG.length, mediaType: 'image/png' }]);
    const phone = await login('bob', 'urn:xmpp:avatar:metadata');
    expect((await heardOf(phone, 'urn:xmpp:avatar:metadata')).ids).to.deep.equal(['current']);
  });

  it('bookmarks are set the old way and read back', async () => {
    const alice = await login('alice');
    await alice.setBookmarks([{ jid: 'room@conference.localhost', name: 'Room', autoJoin: true, nick: 'A' }]);
    const rooms = await alice.getBookmarks();
    expect(rooms.map(({ jid, name }) => [jid, name])).to.deep.equal([['room@conference.localhost', 'Room']]);
    const { items = [] } = await alice.getItems('', 'urn:xmpp:bookmarks:1');
    expect(items.map(({ id }) => id)).to.deep.equal(['room@conference.localhost']);
  });

  it('OMEMO with Strophe.js: a device list for all, and large bundles, one item for each device', async () => {
    const [alice, stranger] = ['alice', 'bob'].map((name) => new StropheClient(server.boshUrl, name));
    if (!alice || !stranger) throw new Error('there are two clients');
    await Promise.all([alice.connect(), stranger.connect()]);
    const list = $build('list', { xmlns: 'eu.siacs.conversations.axolotl' }).c('device', { id: '1' });
    await alice.ask(omemo(DEVICES, 'current', list.tree(), '1'));
    for (const device of ['1', '2', '3']) await alice.ask(omemo(BUNDLES, device, bundle().tree(), 'max'));
    const devices = await stranger.ask(fetch(DEVICES));
    expect(devices.getElementsByTagName('device')[0]?.getAttribute('id')).to.equal('1');
    const bundles = await stranger.ask(fetch(BUNDLES));
    const ids = Array.from(bundles.getElementsByTagName('item'), (item) => item.getAttribute('id'));
    expect(ids).to.deep.equal(['1', '2', '3']);
    expect(bundles.getElementsByTagName('pk')).to.have.length(3 * PRE_KEYS);
    await Promise.all([alice.logout(), stranger.logout()]);
  });
});

/** Bundles are large: a hundred keys each. */
function bundle(): Builder {
  const builder = $build('bundle', { xmlns: 'urn:xmpp:omemo:2' }).c('prekeys');
  for (let id = 0; id < PRE_KEYS; id += 1)
    builder.c('pk', { id: String(id) }, 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=');
  return builder;
}

/** As OMEMO clients publish: readable for all, so many items. */
function omemo(node: string, id: string, payload: Tree, maxItems: string): Builder {
  const field = (name: string, value: string): Tree => $build('field', { var: name }).c('value', {}, value).up().tree();
  const form = $build('x', { xmlns: 'jabber:x:data', type: 'submit' });
  form.cnode(field('FORM_TYPE', `${PUBSUB}#publish-options`)).up();
  form.cnode(field('pubsub#access_model', 'open')).up();
  form.cnode(field('pubsub#max_items', maxItems)).up();
  return $iq({ type: 'set' })
    .c('pubsub', { xmlns: PUBSUB })
    .c('publish', { node })
    .c('item', { id })
    .cnode(payload)
    .up()
    .up()
    .up()
    .c('publish-options')
    .cnode(form.tree());
}

function fetch(node: string): Builder {
  return $iq({ type: 'get', to: 'alice@localhost' }).c('pubsub', { xmlns: PUBSUB }).c('items', { node });
}
