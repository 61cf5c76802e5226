import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { client, xml, type Client } from '@xmpp/client';
import { expect } from 'chai';
import WebSocket from 'ws';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

// xmpp.js takes the WebSocket of the environment, which Node 20 does not have.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

type Stanza = ReturnType<typeof xml>;

const ROOM = 'coven@rooms.localhost';
const MUC = 'http://jabber.org/protocol/muc';
const MAM = 'urn:xmpp:mam:2';
const FORWARD = 'urn:xmpp:forward:0';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const TUNE = 'http://jabber.org/protocol/tune';
const DISCO_INFO = 'http://jabber.org/protocol/disco#info';

interface Member {
  readonly agent: Client;
  readonly jid: string;
  readonly stanzas: Stanza[];
  ask(type: 'get' | 'set', payload: Stanza, to?: string): Promise<Stanza>;
  until(isThere: (stanza: Stanza) => boolean): Promise<Stanza>;
}

/** xmpp.js brings none of these itself: its users build them of elements. */
describe('xmpp.js over WebSocket: archive, carbons, events and rooms', () => {
  let server: HoldfastServer;
  let members: Member[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    members = [];
  });
  afterEach(async () => {
    for (const { agent } of members) await agent.stop();
    await server.close({ drain: 0 });
  });

  async function login(username: string, presence = xml('presence')): Promise<Member> {
    const agent = client({ service: server.webSocketUrl, domain: 'localhost', username, password: username });
    agent.reconnect.stop();
    const stanzas: Stanza[] = [];
    agent.on('stanza', (stanza: Stanza) => {
      stanzas.push(stanza);
      agent.emit('taken');
    });
    const jid = String(await agent.start());
    const member: Member = {
      agent,
      jid,
      stanzas,
      ask: (type, payload, to) =>
        agent.iqCaller.request(xml('iq', to === undefined ? { type } : { type, to }, payload)),
      async until(isThere) {
        for (;;) {
          const found = stanzas.find(isThere);
          if (found) return found;
          await once(agent, 'taken');
        }
      },
    };
    members.push(member);
    await agent.send(presence);
    return member;
  }

  function say(to: string, body: string, type = 'chat'): Stanza {
    return xml('message', { to, type }, xml('body', {}, body));
  }

  function bodyOf(stanza: Stanza): string | undefined {
    return stanza.is('message') ? (stanza.getChildText('body') ?? undefined) : undefined;
  }

  it('pages through the archive, and finds each message once', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    const bodies = Array.from({ length: 10 }, (_, index) => `message ${index}`);
    for (const body of bodies) await alice.agent.send(say('bob@localhost', body));
    await bob.until((stanza) => bodyOf(stanza) === 'message 9');
    const found: (string | null | undefined)[] = [];
    let after: Stanza | undefined;
    for (let isComplete = false; !isComplete;) {
      const [seen, page] = [
        bob.stanzas.length,
        xml('set', 'http://jabber.org/protocol/rsm', xml('max', {}, '4'), ...(after ? [after] : [])),
      ];
      const answer = await bob.ask('set', xml('query', { xmlns: MAM, queryid: 'q' }, page));
      const fin = answer.getChild('fin', MAM);
      const results = bob.stanzas.slice(seen).flatMap((stanza) => stanza.getChild('result', MAM) ?? []);
      found.push(
        ...results.map((result) => result.getChild('forwarded', FORWARD)?.getChild('message')?.getChildText('body')),
      );
      after = xml('after', {}, fin?.getChild('set')?.getChildText('last') ?? '');
      isComplete = fin?.attrs['complete'] === 'true';
    }
    expect(found).to.deep.equal(bodies);
  });

  it('gets copies of what its other client sends and gets', async () => {
    const [desk, phone, bob] = [await login('alice'), await login('alice'), await login('bob')];
    const copy = (stanza: Stanza, kind: string): string | null | undefined =>
      stanza
        .getChild(kind, 'urn:xmpp:carbons:2')
        ?.getChild('forwarded', FORWARD)
        ?.getChild('message')
        ?.getChildText('body');
    await phone.ask('set', xml('enable', 'urn:xmpp:carbons:2'));
    await desk.agent.send(say('bob@localhost', 'hello'));
    await phone.until((stanza) => copy(stanza, 'sent') === 'hello');
    await bob.agent.send(say(desk.jid, 'hi'));
    await phone.until((stanza) => copy(stanza, 'received') === 'hi');
  });

  it('hears of what another client of its account publishes, and reads it back', async () => {
    const features = [DISCO_INFO, `${TUNE}+notify`];
    const text = ['client/web//', ...features].map((part) => `${part}<`).join('');
    const ver = createHash('sha1').update(text).digest('base64');
    const caps = xml('c', { xmlns: 'http://jabber.org/protocol/caps', hash: 'sha-1', node: 'urn:spec', ver });
    const [desk, phone] = [await login('alice'), await login('alice', xml('presence', {}, caps))];
    const question = await phone.until(
      (stanza) => stanza.is('iq') && stanza.getChild('query', DISCO_INFO) !== undefined,
    );
    const { id, from } = question.attrs;
    const node = question.getChild('query')?.attrs['node'];
    const identity = xml('identity', { category: 'client', type: 'web' });
    const list = features.map((feature) => xml('feature', { var: feature }));
    await phone.agent.send(
      xml('iq', { type: 'result', id, to: from }, xml('query', { xmlns: DISCO_INFO, node }, identity, ...list)),
    );
    await phone.ask('get', xml('ping', 'urn:xmpp:ping'));
    const tune = xml('tune', TUNE, xml('title', {}, 'Eclogue'));
    await desk.ask('set', xml('pubsub', PUBSUB, xml('publish', { node: TUNE }, xml('item', { id: 'current' }, tune))));
    const event = await phone.until((stanza) => stanza.getChild('event', `${PUBSUB}#event`) !== undefined);
    expect(event.attrs['from']).to.equal('alice@localhost');
    const items = await phone.ask('get', xml('pubsub', PUBSUB, xml('items', { node: TUNE })));
    const item = items.getChild('pubsub')?.getChild('items')?.getChild('item');
    expect(item?.getChild('tune', TUNE)?.getChildText('title')).to.equal('Eclogue');
  });

  it('two meet in a room, and its archive has what they said', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    const enter = ({ agent }: Member, nick: string): Promise<void> =>
      agent.send(xml('presence', { to: `${ROOM}/${nick}` }, xml('x', MUC)));
    const isIn =
      (nick: string) =>
      (stanza: Stanza): boolean =>
        stanza.is('presence') && stanza.attrs['from'] === `${ROOM}/${nick}`;
    await enter(alice, 'alice');
    await alice.until(isIn('alice'));
    await alice.ask('set', xml('query', `${MUC}#owner`, xml('x', { xmlns: 'jabber:x:data', type: 'submit' })), ROOM);
    await enter(bob, 'bob');
    await alice.until(isIn('bob'));
    await bob.agent.send(say(ROOM, 'Hail', 'groupchat'));
    const hail = await alice.until((stanza) => bodyOf(stanza) === 'Hail');
    expect(hail.attrs['from']).to.equal(`${ROOM}/bob`);
    await alice.ask('set', xml('query', MAM), ROOM);
    const archived = await alice.until((stanza) => stanza.getChild('result', MAM) !== undefined);
    const message = archived.getChild('result')?.getChild('forwarded')?.getChild('message');
    expect(message?.getChildText('body')).to.equal('Hail');
  });
});
