import { once } from 'node:events';
import { client, xml, type Client } from '@xmpp/client';
import { expect } from 'chai';
import WebSocket from 'ws';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const BURST = 500;

// xmpp.js takes the WebSocket of the environment, which Node 20 does not have.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

interface Member {
  readonly agent: Client;
  readonly jid: string;
  readonly bodies: string[];
  until(isThere: () => boolean): Promise<void>;
}

describe('xmpp.js over WebSocket', () => {
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

  async function login(username: string): Promise<Member> {
    const agent = client({ service: server.webSocketUrl, domain: 'localhost', username, password: username });
    const bodies: string[] = [];
    agent.on('stanza', (stanza) => {
      const body = stanza.is('message') ? stanza.getChildText('body') : null;
      if (body !== null) bodies.push(body);
      agent.emit('taken');
    });
    agent.reconnect.stop();
    const jid = String(await agent.start());
    // xmpp.js counts nothing before it has read <enabled/>, which follows "online".
    await agent.iqCaller.request(xml('iq', { type: 'get' }, xml('ping', 'urn:xmpp:ping')));
    const member: Member = {
      agent,
      jid,
      bodies,
      async until(isThere) {
        while (!isThere()) await once(agent, 'taken');
      },
    };
    members.push(member);
    await agent.send(xml('presence'));
    return member;
  }

  function message(to: string, body: string): ReturnType<typeof xml> {
    return xml('message', { to, type: 'chat' }, xml('body', {}, body));
  }

  it('logs in, fetches the roster, and logs out', async () => {
    const alice = await login('alice');
    expect(alice.jid).to.match(/^alice@localhost\/.+/);
    const answer = await alice.agent.iqCaller.request(xml('iq', { type: 'get' }, xml('query', 'jabber:iq:roster')));
    expect(answer.getChild('query', 'jabber:iq:roster')?.children).to.deep.equal([]);
    await alice.agent.stop();
    expect(server.hosts.find('localhost')?.sessions.size).to.equal(0);
  });

  it('is told that the password is wrong', async () => {
    const agent = client({ service: server.webSocketUrl, domain: 'localhost', username: 'alice', password: 'wrong' });
    agent.on('error', () => undefined);
    const error: unknown = await agent.start().catch((reason: unknown) => reason);
    expect(error).to.include({ condition: 'not-authorized' });
    await agent.stop();
  });

  it('two chat in both directions', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    await alice.agent.send(message('bob@localhost', 'Wherefore art thou? <&> 😀'));
    await bob.until(() => bob.bodies.length === 1);
    await bob.agent.send(message(alice.jid, 'Here.'));
    await alice.until(() => alice.bodies.length === 1);
    expect([bob.bodies, alice.bodies]).to.deep.equal([['Wherefore art thou? <&> 😀'], ['Here.']]);
  });

  it(`gets a burst of ${BURST} messages once and in order`, async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    const bodies = Array.from({ length: BURST }, (_, index) => String(index));
    await Promise.all(bodies.map((body) => alice.agent.send(message('bob@localhost', body))));
    await bob.until(() => bob.bodies.length >= BURST);
    expect(bob.bodies).to.deep.equal(bodies);
  });

  it('resumes its session after a connection that broke, and gets what it missed', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    bob.agent.reconnect.delay = 1;
    bob.agent.on('error', () => undefined);
    const resumed = resumption(bob.agent);
    bob.agent.reconnect.start();
    cut(bob.agent);
    for (const body of ['one', 'two']) await alice.agent.send(message(bob.jid, body));
    await resumed;
    await bob.until(() => bob.bodies.length === 2);
    await bob.agent.send(message(alice.jid, 'three'));
    await alice.until(() => alice.bodies.length === 1);
    expect([bob.bodies, alice.bodies]).to.deep.equal([['one', 'two'], ['three']]);
    expect(String(bob.agent.jid)).to.equal(bob.jid);
    bob.agent.reconnect.stop();
  });
});

/** Kept when the client has resumed its session. */
async function resumption({ streamManagement }: Client): Promise<void> {
  await once(streamManagement as unknown as NodeJS.EventEmitter, 'resumed'); // its own types do not have it
}

/** Breaks the connection of a client. */
function cut(agent: Client): void {
  const { socket } = agent as unknown as { socket: { socket: WebSocket } }; // its own types do not have it
  socket.socket.terminate();
}
