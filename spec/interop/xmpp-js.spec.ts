import { once } from 'node:events';
import { client, xml, type Client } from '@xmpp/client';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const BURST = 500;

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
});
