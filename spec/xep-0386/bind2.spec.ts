import { expect } from 'chai';
import archive from '../../lib/modules/archive/index.ts';
import carbons from '../../lib/modules/carbons/index.ts';
import { CARBONS } from '../../lib/modules/carbons/copy-desk.ts';
import csi from '../../lib/modules/csi/index.ts';
import offline from '../../lib/modules/offline/index.ts';
import ping from '../../lib/modules/ping/index.ts';
import presence from '../../lib/modules/presence/index.ts';
import roster from '../../lib/modules/roster/index.ts';
import subscriptions from '../../lib/modules/subscriptions/index.ts';
import stanzaIds from '../../lib/modules/stanza-ids/index.ts';
import type { ClientSession } from '../../lib/core/client-session.ts';
import type { Resumptions } from '../../lib/core/resumptions.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_BIND2, NS_CLIENT, NS_MAM, NS_SASL2, NS_SM } from '../../lib/xmpp/ns.ts';
import { jid, settled, World } from '../core/world.ts';
import '../support/chai-xml.ts';
import { resumptionsOf, StreamClient } from '../support/stream-client.ts';

const JULIET = 'juliet@capulet.example';
const RIGHT = '\0juliet\0secret';
const AGENT = "<user-agent id='D4565FA7-4d72-4749-b3d3-740edbf87770'/>";
const OTHER_AGENT = "<user-agent id='00000000-4d72-4749-b3d3-740edbf87770'/>";

function bind(inside = ''): string {
  return `<bind xmlns='urn:xmpp:bind:0'>${inside}</bind>`;
}

describe('XEP-0386 Bind 2', () => {
  let world: World;
  let resumptions: Resumptions;

  beforeEach(() => serve());

  async function serve(options: ConstructorParameters<typeof World>[0] = {}): Promise<void> {
    world = new World(options);
    world.host.use(stanzaIds);
    world.host.use(carbons);
    world.host.use(csi);
    world.host.use(roster, { maxItems: 10 });
    world.host.use(subscriptions);
    world.host.use(presence);
    world.host.use(ping);
    world.host.use(offline, { maxMessages: 10 });
    world.host.use(archive, { policy: 'always', expireAfter: 0, maxMessages: 100 });
    world.start();
    resumptions = resumptionsOf(world);
    await world.host.accounts.create(jid(JULIET), 'secret');
  }

  /** Logs in with this beside: the client, and the answer. */
  async function enter(inside: string): Promise<{ client: StreamClient; success: Element }> {
    const client = new StreamClient(world, { resumptions }).opens();
    await client.next();
    const success = await client.authenticates('PLAIN', RIGHT, inside).next();
    return { client, success };
  }

  function addressOf(success: Element): string {
    return success.child('authorization-identifier', NS_SASL2)?.text ?? '';
  }

  function sessionOf(success: Element): ClientSession {
    const session = world.host.sessions.find(jid(addressOf(success)));
    if (!session) throw new Error('there is no session');
    return session;
  }

  it('§3.1 Example 1: is announced in SASL2, with what it may switch on', async () => {
    const features = await new StreamClient(world, { resumptions }).opens().next();
    const inline = features.child('authentication', NS_SASL2)?.child('inline', NS_SASL2);
    expect(inline?.child('bind', NS_BIND2)).equalXml(
      "<bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:carbons:2'/>" +
        "<feature var='urn:xmpp:csi:0'/><feature var='urn:xmpp:sm:3'/></inline></bind>",
    );
    expect(inline?.child('sm', NS_SM)).not.to.equal(undefined);
  });

  it('§3.2 Examples 2 and 4: binds a resource that begins with the tag', async () => {
    const { client, success } = await enter(bind('<tag>AwesomeXMPP</tag>'));
    expect(addressOf(success)).to.match(/^juliet@capulet\.example\/AwesomeXMPP\/[\w-]{16,}$/);
    expect(success.child('bound', NS_BIND2)).not.to.equal(undefined);
    const features = await client.next();
    expect(features.getChildElements().map(({ name }) => name)).to.deep.equal(['sm', 'csi', 'ver', 'sub']);
    client.says("<iq xmlns='jabber:client' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect((await client.next()).attrs['type']).to.equal('result');
  });

  it('§3.2 Example 3: switches on what the client wants', async () => {
    const wishes =
      "<enable xmlns='urn:xmpp:carbons:2'/><enable xmlns='urn:xmpp:sm:3'/><inactive xmlns='urn:xmpp:csi:0'/>";
    const { client, success } = await enter(bind(wishes));
    const session = sessionOf(success);
    expect(session.state(CARBONS).isEnabled).to.equal(true);
    expect(session.holdsBack).not.to.equal(undefined);
    expect(success.child('bound', NS_BIND2)?.child('enabled', NS_SM)?.attrs).to.not.have.property('resume');
    const features = await client.next();
    expect(
      features.getChildElements().map(({ name }) => name),
      'what is on is not offered',
    ).not.to.include('sm');
    client.says("<r xmlns='urn:xmpp:sm:3'/>");
    expect((await client.next()).attrs['h']).to.equal('0');
  });

  it('§3.2 a session begins with nothing that was not asked for', async () => {
    const session = sessionOf((await enter(bind())).success);
    expect([session.state(CARBONS).isEnabled, session.holdsBack, session.management]).to.deep.equal([
      false,
      undefined,
      undefined,
    ]);
  });

  it('§3.2.1 a tag that cannot be part of a resource is left out', async () => {
    const { success } = await enter(bind(`<tag>${'x'.repeat(1020)}</tag>`));
    expect(addressOf(success)).to.match(/^juliet@capulet\.example\/[\w-]{16,}$/);
  });

  it('§3.2.1 a client has the same resource each time, and nobody sees its id in it', async () => {
    const [first, second] = [await enter(AGENT + bind()), await enter(AGENT + bind())];
    expect(addressOf(second.success)).to.equal(addressOf(first.success));
    expect(addressOf(first.success)).not.to.match(/d4565fa7/i);
    const other = await enter(OTHER_AGENT + bind());
    expect(addressOf(other.success)).not.to.equal(addressOf(first.success));
    const tagged = await enter(OTHER_AGENT + bind('<tag>x</tag>'));
    expect(addressOf(tagged.success)).not.to.contain(addressOf(other.success).split('/')[1]);
  });

  it('§3.2 ends what the same client had before, and no other session', async () => {
    const [first, other] = [await enter(AGENT + bind()), await enter(OTHER_AGENT + bind())];
    const unnamed = [await enter(bind()), await enter(bind())];
    await enter(AGENT + bind());
    expect(first.client.end?.condition).to.equal('conflict');
    expect([other, ...unnamed].map(({ client }) => client.end)).to.deep.equal([undefined, undefined, undefined]);
    expect(world.host.sessions.size).to.equal(4);
  });

  it('a resource that cannot be bound is refused; the client may bind another way', async () => {
    await serve({ maxResources: 1 });
    const first = await enter(AGENT + bind());
    const second = await enter(OTHER_AGENT + bind());
    expect(addressOf(second.success)).to.equal(JULIET);
    const failed = second.success.child('failed', NS_BIND2)?.getChildElements()[0];
    expect(failed?.getChildElements()[0]?.name).to.equal('resource-constraint');
    expect((await second.client.next()).getChildElements()[0]?.name).to.equal('bind');
    first.client.close();
    await settled();
    expect((await second.client.bind('balcony')).attrs['type']).to.equal('result');
  });

  describe('history', () => {
    const write = async (body: string, inside = ''): Promise<void> => {
      world
        .client('romeo@capulet.example/orchard')
        .sends(`<message to='${JULIET}' type='chat'><body>${body}</body>${inside}</message>`);
      await settled();
    };

    it('§3.2.1 Example 4: the client is told of its archive', async () => {
      await write('one');
      await write('two');
      const { success } = await enter(bind());
      const metadata = success.child('bound', NS_BIND2)?.child('metadata', NS_MAM);
      expect(metadata?.getChildElements().map(({ name }) => name)).to.deep.equal(['start', 'end']);
    });

    it('§3.2 what it will find there is not sent, and no longer waits', async () => {
      await write('one');
      await write('two', "<no-permanent-store xmlns='urn:xmpp:hints'/>");
      const { client } = await enter(bind());
      await client.next();
      client.says("<presence xmlns='jabber:client'/>");
      await settled();
      const got = [await client.next(), await client.next()];
      const bodies = got
        .filter(({ name }) => name === 'message')
        .map((message) => message.child('body', NS_CLIENT)?.text);
      expect(bodies, 'only what is not in the archive').to.deep.equal(['two']);
      expect(await world.store.offline.count(JULIET)).to.equal(1);
    });
  });

  describe('XEP-0198 §9.2 resumption', () => {
    const ENABLE = "<enable xmlns='urn:xmpp:sm:3' resume='true'/>";

    async function lost(): Promise<{ id: string; address: string }> {
      const { client, success } = await enter(bind(ENABLE));
      const enabled = success.child('bound', NS_BIND2)?.child('enabled', NS_SM);
      client.stream.closed('lost', []);
      return { id: enabled?.attrs['id'] ?? '', address: addressOf(success) };
    }

    it('goes before the binding of a resource, which is ignored', async () => {
      const { id, address } = await lost();
      world
        .client('romeo@capulet.example/orchard')
        .sends(`<message to='${address}' type='chat'><body>!</body></message>`);
      await settled();
      const { client, success } = await enter(bind(ENABLE) + `<resume xmlns='urn:xmpp:sm:3' h='0' previd='${id}'/>`);
      expect(success.child('resumed', NS_SM)?.attrs).to.include({ h: '0', previd: id });
      expect(success.child('bound', NS_BIND2)).to.equal(undefined);
      expect(addressOf(success)).to.equal(address);
      await settled();
      expect(client.unread.slice(0, 2)).to.deep.equal(['stream:features', 'message']);
      expect(world.host.sessions.of(jid(JULIET))).to.have.length(1);
    });

    it('that fails is told, and a resource is bound', async () => {
      await lost();
      const { success } = await enter(bind(ENABLE) + "<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>");
      expect(success.child('failed', NS_SM)?.getChildElements()[0]?.name).to.equal('item-not-found');
      expect(success.child('bound', NS_BIND2)?.child('enabled', NS_SM)?.attrs['resume']).to.equal('true');
    });

    it('of more than was sent ends the stream, and nothing is bound', async () => {
      const { id } = await lost();
      const client = new StreamClient(world, { resumptions }).opens();
      await client.next();
      client.authenticates('PLAIN', RIGHT, bind() + `<resume xmlns='urn:xmpp:sm:3' h='9' previd='${id}'/>`);
      // PBKDF2 runs in a thread of its own.
      while (client.end === undefined) await new Promise((resolve) => setImmediate(resolve));
      expect(client.end?.condition).to.equal('undefined-condition');
      expect(world.host.sessions.of(jid(JULIET))).to.have.length(1);
    });
  });
});
