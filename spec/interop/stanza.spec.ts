import { once } from 'node:events';
import { expect } from 'chai';
import { createClient, type Agent, type AgentConfig } from 'stanza';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const BURST = 500;
/** stanza sends one message in a request, and waits 10 ms before each. */
const BURST_TIME = 60_000;

/** A stanza.js client and what it was sent. */
interface Client {
  readonly agent: Agent;
  readonly messages: { readonly from: string; readonly body: string; readonly delayed: boolean }[];
  until(isThere: () => boolean): Promise<void>;
}

const TRANSPORTS = {
  BOSH: (server: HoldfastServer) => ({ bosh: server.boshUrl, websocket: false }),
  WebSocket: (server: HoldfastServer) => ({ bosh: false, websocket: server.webSocketUrl }),
};

for (const [transport, transportsOf] of Object.entries(TRANSPORTS)) {
  describe(`stanza over ${transport}`, () => chats(transportsOf));
}

function chats(transportsOf: (server: HoldfastServer) => NonNullable<AgentConfig['transports']>): void {
  let server: HoldfastServer;
  let clients: Client[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) await leave(client);
    await server.close({ drain: 0 });
  });

  function make(name: string): Client {
    const agent = createClient({
      jid: `${name}@localhost`,
      password: name,
      transports: transportsOf(server),
      autoReconnect: false,
    });
    const messages: Client['messages'] = [];
    agent.on(
      'message',
      ({ from, body, delay }) => void messages.push({ from, body: body ?? '', delayed: delay !== undefined }),
    );
    const client: Client = {
      agent,
      messages,
      async until(isThere) {
        while (!isThere()) await once(agent, '*');
      },
    };
    clients.push(client);
    return client;
  }

  /**
   * stanza throws when its connections break after it has said goodbye, so its goodbye is waited for;
   * and it says none while its last stanza is on the way, so that is waited for, too.
   */
  async function leave({ agent }: Client): Promise<void> {
    if (!agent.transport) return;
    if (agent.sessionStarted) await agent.ping('localhost');
    const gone = once(agent, 'disconnected');
    agent.disconnect();
    await gone;
  }

  async function login(name: string): Promise<Client> {
    const client = make(name);
    const started = once(client.agent, 'session:started');
    client.agent.connect();
    await started;
    await client.agent.getRoster();
    client.agent.sendPresence();
    return client;
  }

  it('logs in with SCRAM, fetches the roster, and logs out', async () => {
    const alice = await login('alice');
    const { agent } = alice;
    expect(agent.jid).to.match(/^alice@localhost\/.+/);
    expect((await agent.getRoster()).items).to.deep.equal([]);
    await leave(alice);
    expect(server.manager.size).to.equal(0);
    expect(server.hosts.find('localhost')?.sessions.size).to.equal(0);
  });

  it('is told that the password is wrong', async () => {
    const { agent } = make('carol');
    const failed = once(agent, 'auth:failed');
    agent.connect();
    await failed;
  });

  it('two subscribe to each other', async () => {
    const [alice, bob] = await Promise.all([login('alice'), login('bob')]);
    const asked = once(bob.agent, 'subscribe');
    const pushed: (string | undefined)[] = [];
    alice.agent.on(
      'roster:update',
      ({ roster }) => void pushed.push(...(roster.items ?? []).map((item) => item.subscription)),
    );
    alice.agent.subscribe('bob@localhost');
    await asked;
    const answered = once(alice.agent, 'subscribed');
    bob.agent.acceptSubscription('alice@localhost');
    await answered;
    await alice.until(() => pushed.includes('to'));
    expect(pushed).to.deep.equal(['none', 'to']);
  });

  it('two chat in both directions', async () => {
    const [alice, bob] = await Promise.all([login('alice'), login('bob')]);
    await bob.agent.ping('localhost');
    alice.agent.sendMessage({ to: 'bob@localhost', type: 'chat', body: 'Wherefore art thou? <&> 😀' });
    await bob.until(() => bob.messages.length === 1);
    bob.agent.sendMessage({ to: alice.agent.jid, type: 'chat', body: 'Here.' });
    await alice.until(() => alice.messages.length === 1);
    expect(bob.messages[0]).to.include({ from: alice.agent.jid, body: 'Wherefore art thou? <&> 😀' });
    expect(alice.messages[0]?.body).to.equal('Here.');
  });

  it('finds what it missed, once, in order', async () => {
    const alice = await login('alice');
    for (const body of ['one', 'two', 'three']) {
      alice.agent.sendMessage({ to: 'bob@localhost', type: 'chat', body });
    }
    await alice.agent.ping('localhost');
    const bob = await login('bob');
    await bob.until(() => bob.messages.length === 3);
    expect(bob.messages.map(({ body, delayed }) => [body, delayed])).to.deep.equal([
      ['one', true],
      ['two', true],
      ['three', true],
    ]);
    await leave(bob);
    const again = await login('bob');
    await again.agent.ping('localhost');
    expect(again.messages).to.deep.equal([]);
  });

  it(`gets a burst of ${BURST} messages once and in order`, async () => {
    const [alice, bob] = await Promise.all([login('alice'), login('bob')]);
    await bob.agent.ping('localhost');
    const bodies = Array.from({ length: BURST }, (_, index) => String(index));
    for (const body of bodies) alice.agent.sendMessage({ to: 'bob@localhost', type: 'chat', body });
    await bob.until(() => bob.messages.length >= BURST);
    await bob.agent.ping('localhost');
    expect(bob.messages.map(({ body }) => body)).to.deep.equal(bodies);
  }).timeout(BURST_TIME);
}
