import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import tls, { type ConnectionOptions } from 'node:tls';
import { client, xml, type Client } from '@xmpp/client';
import { expect } from 'chai';
import WebSocket from 'ws';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const BURST = 500;
const CERTIFICATES = resolve('spec', 'support', 'certificates');
const CERTIFICATE = { cert: resolve(CERTIFICATES, 'first.pem'), key: resolve(CERTIFICATES, 'first.key') };
const ANY = ['127.0.0.1:0'];

/** How xmpp.js connects: what the server needs for it, and where it then is. */
const CARRIERS = {
  WebSocket: { tcp: {}, url: (server: HoldfastServer) => server.webSocketUrl },
  TCP: { tcp: { listen: ANY }, url: tcpUrl },
  'TCP with STARTTLS': { tcp: { listen: ANY, tls: CERTIFICATE }, url: tcpUrl },
  'TCP with direct TLS': { tcp: { listen_tls: ANY, tls: CERTIFICATE }, url: tcpUrl },
};

function tcpUrl({ tcp: { urls } }: HoldfastServer): string {
  return (urls[0] ?? '').replace('127.0.0.1', 'localhost');
}

// xmpp.js takes the WebSocket of the environment, which Node 20 does not have.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

interface Member {
  readonly agent: Client;
  readonly jid: string;
  readonly bodies: string[];
  until(isThere: () => boolean): Promise<void>;
}

for (const [carrier, { tcp, url }] of Object.entries(CARRIERS))
  describe(`xmpp.js over ${carrier}`, () => {
    const connect = tls.connect;
    let server: HoldfastServer;
    let members: Member[];

    // xmpp.js has no option for who is trusted.
    before(() => {
      const ca = readFileSync(CERTIFICATE.cert);
      tls.connect = ((options: ConnectionOptions) => connect({ ...options, ca })) as typeof tls.connect;
    });

    after(() => {
      tls.connect = connect;
    });

    beforeEach(async () => {
      server = await startServer(['alice', 'bob'], { tcp });
      members = [];
    });

    afterEach(async () => {
      for (const { agent } of members) await agent.stop();
      await server.close({ drain: 0 });
    });

    async function login(username: string): Promise<Member> {
      const agent = client({ service: url(server), domain: 'localhost', username, password: username });
      const bodies: string[] = [];
      agent.on('stanza', (stanza) => {
        const body = stanza.is('message') ? stanza.getChildText('body') : null;
        if (body !== null) bodies.push(body);
        agent.emit('taken');
      });
      agent.reconnect.stop();
      const jid = String(await agent.start());
      // xmpp.js counts nothing before it has read <enabled/>, which follows "online".
      do await agent.iqCaller.request(xml('iq', { type: 'get' }, xml('ping', 'urn:xmpp:ping')));
      while (!isManaged(agent));
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
      const agent = client({ service: url(server), domain: 'localhost', username: 'alice', password: 'wrong' });
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

    it('chats with a user over BOSH in both directions', async () => {
      const alice = new StropheClient(server.boshUrl, 'alice');
      await alice.login();
      const bob = await login('bob');
      alice.chat('bob@localhost', 'Wherefore art thou?');
      await bob.until(() => bob.bodies.length === 1);
      await bob.agent.send(message('alice@localhost', 'Here.'));
      await alice.until(() => alice.messages.length === 1);
      expect([bob.bodies, alice.messages[0]?.body]).to.deep.equal([['Wherefore art thou?'], 'Here.']);
      await alice.logout();
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

function isManaged({ streamManagement }: Client): boolean {
  return (streamManagement as unknown as { enabled: boolean }).enabled; // its own types do not have it
}

/** Kept when the client has resumed its session. */
async function resumption({ streamManagement }: Client): Promise<void> {
  await once(streamManagement as unknown as NodeJS.EventEmitter, 'resumed'); // its own types do not have it
}

/** Breaks the connection of a client. */
function cut(agent: Client): void {
  // Its own types do not have it: a socket of TCP, or a shell around one of TLS or a WebSocket.
  const { socket } = agent as unknown as { socket: Socket | { socket: Socket | WebSocket } };
  const inner = 'socket' in socket ? socket.socket : socket;
  if ('terminate' in inner) inner.terminate();
  else inner.destroy();
}
