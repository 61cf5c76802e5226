import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';
const BURST = 500;

const URLS = {
  BOSH: (server: HoldfastServer) => server.boshUrl,
  WebSocket: (server: HoldfastServer) => server.webSocketUrl,
};

for (const [transport, urlOf] of Object.entries(URLS)) {
  describe(`Strophe.js over ${transport}`, () => chats(urlOf));
}

function chats(urlOf: (server: HoldfastServer) => string): void {
  let server: HoldfastServer;
  let clients: StropheClient[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await server.close({ drain: 0 });
  });

  function client(name: string): StropheClient {
    const made = new StropheClient(urlOf(server), name);
    clients.push(made);
    return made;
  }

  async function pair(): Promise<[StropheClient, StropheClient]> {
    const alice = client('alice');
    const bob = client('bob');
    await Promise.all([alice.login(), bob.login()]);
    return [alice, bob];
  }

  it('logs in with SCRAM, fetches the roster, and logs out', async () => {
    const alice = client('alice');
    await alice.connect('tab');
    expect(alice.jid).to.equal(`${ALICE}/tab`);
    expect(await alice.roster()).to.deep.equal([]);
    await alice.logout();
    expect(server.manager.size).to.equal(0);
    expect(server.hosts.find('localhost')?.sessions.size).to.equal(0);
  });

  it('is told that the password is wrong', async () => {
    const stranger = new StropheClient(urlOf(server), 'carol');
    clients.push(stranger);
    const error = await stranger.connect().catch(String);
    expect(error).to.contain('carol');
  });

  it('two subscribe to each other and see each other come and go', async () => {
    const [alice, bob] = await pair();
    alice.presence(BOB, 'subscribe');
    await bob.until(() => bob.presences.some(({ from, type }) => from === ALICE && type === 'subscribe'));
    bob.presence(ALICE, 'subscribed');
    bob.presence(ALICE, 'subscribe');
    await alice.until(() => alice.presences.some(({ from, type }) => from === BOB && type === 'subscribe'));
    alice.presence(BOB, 'subscribed');
    await alice.until(() => alice.pushes.some(({ jid, subscription }) => jid === BOB && subscription === 'both'));
    await bob.until(() => bob.presences.some(({ from, type }) => from === alice.jid && type === 'available'));
    await alice.logout();
    await bob.until(() => bob.presences.some(({ from, type }) => from === alice.jid && type === 'unavailable'));
    expect(await bob.roster()).to.deep.equal([{ jid: ALICE, subscription: 'both' }]);
  });

  it('two chat in both directions', async () => {
    const [alice, bob] = await pair();
    alice.chat(BOB, 'Wherefore art thou? <&> 😀');
    await bob.until(() => bob.messages.length === 1);
    bob.chat(alice.jid, 'Here.');
    await alice.until(() => alice.messages.length === 1);
    expect(bob.messages).to.deep.equal([{ from: alice.jid, body: 'Wherefore art thou? <&> 😀', delayed: false }]);
    expect(alice.messages.map(({ body }) => body)).to.deep.equal(['Here.']);
  });

  it('finds what it missed, once, in order', async () => {
    const alice = client('alice');
    await alice.login();
    alice.chat(BOB, 'one', 'two', 'three');
    await alice.roster();
    const first = client('bob');
    await first.login();
    await first.until(() => first.messages.length === 3);
    expect(first.messages.map(({ body, delayed }) => [body, delayed])).to.deep.equal([
      ['one', true],
      ['two', true],
      ['three', true],
    ]);
    await first.roster();
    await first.logout();
    const second = client('bob');
    await second.login();
    await second.roster();
    expect(second.messages).to.deep.equal([]);
  });

  it(`gets a burst of ${BURST} messages once and in order`, async () => {
    const [alice, bob] = await pair();
    const bodies = Array.from({ length: BURST }, (_, index) => String(index));
    alice.chat(BOB, ...bodies);
    await bob.until(() => bob.messages.length >= BURST);
    await bob.roster();
    expect(bob.messages.map(({ body }) => body)).to.deep.equal(bodies);
  });
}

describe('Strophe.js over BOSH, when connections break', () => {
  let server: HoldfastServer;
  let clients: StropheClient[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
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

  it('one that breaks while a request is held costs nothing', async () => {
    const [alice, bob] = await Promise.all([login('alice'), login('bob')]);
    for (let round = 0; round < 5; round += 1) {
      bob.network.cut();
      alice.chat(BOB, `message ${round}`);
      await bob.until(() => bob.messages.length > round);
    }
    await bob.roster();
    expect(bob.messages.map(({ body }) => body)).to.deep.equal([0, 1, 2, 3, 4].map((round) => `message ${round}`));
  });

  it('a client that vanishes loses nothing: it finds it at the next login', async () => {
    const [alice, bob] = await Promise.all([login('alice'), login('bob')]);
    bob.close();
    alice.chat(BOB, 'are you there?');
    await alice.roster();
    for (const session of server.manager.sessions) if (session.session.held === 0) session.terminate('system-shutdown');
    const again = await login('bob');
    await again.until(() => again.messages.length === 1);
    expect(again.messages[0]?.body).to.equal('are you there?');
  });
});
