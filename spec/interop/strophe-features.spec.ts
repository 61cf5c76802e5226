import { expect } from 'chai';
import { $build, $iq, $msg, $pres } from 'strophe.js';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';
const ROOM = 'coven@rooms.localhost';
const MUC = 'http://jabber.org/protocol/muc';
const TUNE = 'http://jabber.org/protocol/tune';

/** Strophe.js brings none of these itself: they are built as its plug-ins build them. */
describe('Strophe.js over BOSH: carbons, events and rooms', () => {
  let server: HoldfastServer;
  let clients: StropheClient[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob', 'carol']);
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await server.close({ drain: 0 });
  });

  async function login(name: string): Promise<StropheClient> {
    const client = new StropheClient(server.boshUrl, name);
    clients.push(client);
    await client.login();
    return client;
  }

  it('gets copies of what its other client sends and gets, and no copy of what it gets itself', async () => {
    const [desk, phone, bob] = [await login('alice'), await login('alice'), await login('bob')];
    await phone.ask($iq({ type: 'set' }).c('enable', { xmlns: 'urn:xmpp:carbons:2' }));
    desk.chat(BOB, 'hello');
    await phone.until(() => phone.messages.length === 1);
    bob.chat(desk.jid, 'hi');
    await phone.until(() => phone.messages.length === 2);
    bob.chat(phone.jid, 'you');
    await phone.until(() => phone.messages.length === 3);
    await phone.roster();
    expect(phone.messages.map(({ from, body }) => [from, body])).to.deep.equal([
      [ALICE, 'hello'], // a copy comes from the account
      [ALICE, 'hi'],
      [bob.jid, 'you'],
    ]);
  });

  it('hears of what a contact publishes at a node that interests it', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    alice.presence(BOB, 'subscribe');
    await bob.until(() => bob.presences.some(({ type }) => type === 'subscribe'));
    bob.presence(ALICE, 'subscribed');
    await alice.until(() => alice.pushes.some(({ subscription }) => subscription === 'to'));
    alice.announce(`${TUNE}+notify`);
    await alice.roster();
    const publish = (id: string): unknown =>
      $iq({ type: 'set' })
        .c('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' })
        .c('publish', { node: TUNE })
        .c('item', { id })
        .cnode($build('tune', { xmlns: TUNE }).c('title').t('Eclogue').up().tree());
    await bob.ask(publish('current'));
    await alice.until(() => alice.events.length === 1);
    expect(alice.events).to.deep.equal([{ from: BOB, node: TUNE, ids: ['current'] }]);
    expect(bob.events).to.deep.equal([]);
  });

  it('three meet in a room: history, subject, a private message, and the one who leaves', async () => {
    const [alice, bob, carol] = [await login('alice'), await login('bob'), await login('carol')];
    const enter = (client: StropheClient): void =>
      client.send($pres({ to: `${ROOM}/${client.name}` }).c('x', { xmlns: MUC }));
    const isIn = (client: StropheClient, nick: string, type: string): boolean =>
      client.presences.some((presence) => presence.from === `${ROOM}/${nick}` && presence.type === type);
    enter(alice);
    await alice.until(() => isIn(alice, 'alice', 'available'));
    await alice.ask(
      $iq({ type: 'set', to: ROOM })
        .c('query', { xmlns: `${MUC}#owner` })
        .c('x', { xmlns: 'jabber:x:data', type: 'submit' }),
    );
    enter(bob);
    await alice.until(() => isIn(alice, 'bob', 'available'));
    alice.send($msg({ to: ROOM, type: 'groupchat' }).c('body').t('When shall we three meet again?'));
    await bob.until(() => bob.messages.some(({ body }) => body.startsWith('When')));
    enter(carol);
    await carol.until(() => carol.messages.some(({ body, delayed }) => body.startsWith('When') && delayed));
    expect([isIn(carol, 'alice', 'available'), isIn(carol, 'bob', 'available')]).to.deep.equal([true, true]);
    carol.send(
      $msg({ to: `${ROOM}/bob`, type: 'chat' })
        .c('body')
        .t('In thunder'),
    );
    await bob.until(() => bob.messages.some(({ from, body }) => from === `${ROOM}/carol` && body === 'In thunder'));
    bob.presence(`${ROOM}/bob`, 'unavailable');
    await carol.until(() => isIn(carol, 'bob', 'unavailable'));
    await alice.roster();
    expect(alice.messages.map(({ body }) => body)).not.to.include('In thunder');
  });
});
