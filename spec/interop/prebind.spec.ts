import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
const BURST = 100;

type Prebound = { jid: string; sid: string; rid: number };

describe('Strophe.js attaches to a session that a back end opened', () => {
  let server: HoldfastServer;
  let clients: StropheClient[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob'], { prebind: { secret: SECRET } });
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await server.close({ drain: 0 });
  });

  /** What the back end does for a user who is signed in. */
  async function prebind(jid: string): Promise<Prebound> {
    const response = await fetch(`${server.urls[0]}/prebind`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: JSON.stringify({ jid }),
    });
    return (await response.json()) as Prebound;
  }

  function client(name: string): StropheClient {
    const made = new StropheClient(server.boshUrl, name, 'it does not know the password');
    clients.push(made);
    return made;
  }

  it('chats, and logs out', async () => {
    const [alice, bob] = [client('alice'), client('bob')];
    const facts = await prebind('alice@localhost');
    await Promise.all([alice.attach(facts), bob.attach(await prebind('bob@localhost'))]);
    expect(alice.jid).to.equal(facts.jid);
    const bodies = Array.from({ length: BURST }, (_, index) => String(index));
    alice.chat('bob@localhost', ...bodies);
    await bob.until(() => bob.messages.length === BURST);
    bob.chat(alice.jid, 'Here.');
    await alice.until(() => alice.messages.length === 1);
    expect(bob.messages.map(({ body }) => body)).to.deep.equal(bodies);
    await alice.logout();
    await bob.until(() => bob.messages.length === BURST);
    expect(server.manager.size).to.equal(1);
  });

  it('a page that is loaded again gets another session, and finds what it missed', async () => {
    const first = client('bob');
    await first.attach(await prebind('bob@localhost'));
    await first.logout();
    const alice = client('alice');
    await alice.attach(await prebind('alice@localhost'));
    alice.chat('bob@localhost', 'one', 'two');
    await alice.roster();
    const second = client('bob');
    await second.attach(await prebind('bob@localhost'));
    await second.until(() => second.messages.length === 2);
    expect(second.messages.map(({ body }) => body)).to.deep.equal(['one', 'two']);
  });

  it('survives broken connections like any session', async () => {
    const [alice, bob] = [client('alice'), client('bob')];
    await Promise.all([alice.attach(await prebind('alice@localhost')), bob.attach(await prebind('bob@localhost'))]);
    for (let round = 0; round < 3; round += 1) {
      bob.network.cut();
      alice.chat('bob@localhost', `message ${round}`);
      await bob.until(() => bob.messages.length > round);
    }
    expect(bob.messages.map(({ body }) => body)).to.deep.equal(['message 0', 'message 1', 'message 2']);
  });
});
