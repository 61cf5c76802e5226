import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { client as xmppClient, xml } from '@xmpp/client';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { createClient } from 'stanza';
import { $iq, Strophe } from 'strophe.js';
import WebSocket from 'ws';
import type { HoldfastServer } from '../../lib/server.ts';
import { NS_SASL, NS_SASL2 } from '../../lib/xmpp/ns.ts';
import { jid } from '../core/world.ts';
import { HttpSession, xmlOf } from '../support/http-session.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

// xmpp.js takes the WebSocket of the environment, which Node 20 does not have.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const SECRET = 'a secret of at least thirty-two characters';
const ALICE = jid('alice@localhost');
/** What Strophe.js says of PLAIN that was refused. */
const REFUSED = `alice: ${Strophe.Status.AUTHFAIL}`;

describe('users of an application, over BOSH', () => {
  let server: HoldfastServer;
  let clients: StropheClient[];

  beforeEach(() => {
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await server.close({ drain: 0 });
  });

  function client(name: string, password: string): StropheClient {
    const made = new StropheClient(server.boshUrl, name, password);
    clients.push(made);
    return made;
  }

  async function exists(): Promise<boolean> {
    return (await server.hosts.find('localhost')?.accounts.exists(ALICE)) ?? false;
  }

  describe('with a JSON Web Token', () => {
    async function serve(createAccounts = true): Promise<void> {
      const login = { method: 'jwt', create_accounts: createAccounts, jwt: { secret: SECRET } } as const;
      server = await startServer([], { hosts: { localhost: { login } } });
    }

    function tokenFor(name: string, lifetime = '1 minute'): Promise<string> {
      const token = new SignJWT({ sub: name }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(lifetime);
      return token.sign(Buffer.from(SECRET));
    }

    it('PLAIN is the one mechanism on offer, and there are no tokens of ours', async () => {
      await serve();
      const session = new HttpSession(server.boshUrl, 'localhost');
      const features = xmlOf(await session.open()).getChildElements()[0];
      const offered = [...(features?.child('mechanisms', NS_SASL)?.getChildElements() ?? [])];
      expect(offered.map((mechanism) => mechanism.text)).to.deep.equal(['PLAIN']);
      const sasl2 = features?.child('authentication', NS_SASL2);
      expect(sasl2?.getChildElements().map((element) => element.text || element.name)).to.deep.equal([
        'PLAIN',
        'inline',
      ]);
      expect(sasl2?.toString()).not.to.contain('urn:xmpp:fast:0');
    });

    it('Strophe.js logs in with it, and the account is there', async () => {
      await serve();
      await client('alice', await tokenFor('alice')).login('tab');
      expect(clients[0]?.jid).to.equal('alice@localhost/tab');
      expect(await exists()).to.equal(true);
    });

    it('stanza logs in with it', async () => {
      await serve();
      const transports = { bosh: server.boshUrl, websocket: false };
      const agent = createClient({ jid: 'alice@localhost', password: await tokenFor('alice'), transports });
      await new Promise((resolve, reject) => {
        agent.once('session:started', resolve);
        agent.once('auth:failed', reject);
        agent.connect();
      });
      expect(agent.jid).to.match(/^alice@localhost\//);
      await new Promise((resolve) => {
        agent.once('disconnected', resolve);
        agent.disconnect();
      });
    });

    it('xmpp.js logs in with it, by SASL2 over WebSocket', async () => {
      await serve();
      const options = { service: server.webSocketUrl, domain: 'localhost', username: 'alice' };
      const userAgent = xml('user-agent', { id: 'd4565fa7-4d72-4749-b3d3-740edbf87770' });
      const agent = xmppClient({ ...options, password: await tokenFor('alice'), userAgent } as typeof options);
      agent.reconnect.stop();
      const sent: string[] = [];
      agent.on('send', (element) => sent.push(element.name));
      expect(String(await agent.start())).to.match(/^alice@localhost\//);
      expect(sent).to.deep.equal(['authenticate']);
      await agent.stop();
    });

    it('what is no token, is out of date, or is for another does not do', async () => {
      await serve();
      for (const password of ['alice', await tokenFor('bob'), await tokenFor('alice', '1 minute ago')]) {
        expect(await client('alice', password).connect().catch(String)).to.contain(REFUSED);
      }
      expect(await exists()).to.equal(false);
    });

    it('without create_accounts only those who have an account get in', async () => {
      await serve(false);
      expect(
        await client('alice', await tokenFor('alice'))
          .connect()
          .catch(String),
      ).to.contain(REFUSED);
      expect(await exists()).to.equal(false);
      await server.hosts.find('localhost')?.accounts.create(ALICE, 'whatever');
      await client('alice', await tokenFor('alice')).login();
      expect(await client('alice', 'whatever').connect().catch(String)).to.contain(REFUSED);
    });

    it('there is no password to change', async () => {
      await serve();
      const alice = client('alice', await tokenFor('alice'));
      await alice.login();
      const query = (type: string): ReturnType<typeof $iq> =>
        $iq({ type, to: 'localhost' }).c('query', { xmlns: 'jabber:iq:register' });
      const form = await alice.ask(query('get'));
      expect(form.getElementsByTagName('password')).to.have.length(0);
      const change = query('set').c('username').t('alice').up().c('password').t('another one');
      expect(await alice.ask(change).catch(String)).to.contain('passwords are not kept here');
      const accounts = server.hosts.find('localhost')?.accounts;
      const byOperator = await accounts?.setPassword(ALICE, 'another one').catch(String);
      expect(byOperator).to.contain('passwords are not kept here');
    });
  });

  describe('with a password that another program knows', () => {
    let checker: Server;
    let isUp: boolean;

    beforeEach(async () => {
      isUp = true;
      checker = createServer((request, response) => {
        void json(request).then((asked) => {
          const { user, password } = asked as { user: string; password: string };
          response.writeHead(isUp ? 200 : 503).end(JSON.stringify({ valid: password === `${user}'s password` }));
        });
      });
      await new Promise<void>((resolve) => checker.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(checker.address() as AddressInfo).port}/`;
      server = await startServer([], { hosts: { localhost: { login: { method: 'http', http: { url } } } } });
    });
    afterEach(async () => {
      checker.closeAllConnections();
      await new Promise((resolve) => checker.close(resolve));
    });

    it('Strophe.js logs in, and the account is there', async () => {
      await client('alice', "alice's password").login();
      expect(await exists()).to.equal(true);
    });

    it('a wrong password is told', async () => {
      expect(await client('alice', "bob's password").connect().catch(String)).to.contain(REFUSED);
      expect(await exists()).to.equal(false);
    });

    it('while the other program is down nobody gets in, and all who try are told to come again', async () => {
      isUp = false;
      const session = new HttpSession(server.boshUrl, 'localhost');
      await session.open();
      const initial = Buffer.from("\0alice\0alice's password").toString('base64');
      const answer = await session.post(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${initial}</auth>`);
      expect(answer.body.toString()).to.contain('<temporary-auth-failure/>');
      expect(await client('alice', "alice's password").connect().catch(String)).to.contain(REFUSED);
      isUp = true;
      await client('alice', "alice's password").login();
    });
  });
});
