import { once } from 'node:events';
import { constants, type IncomingHttpHeaders } from 'node:http2';
import { get } from 'node:https';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { CLOSE, OPEN, SERVER_CLOSE } from '../support/frame-client.ts';
import { Http2Client } from '../support/http2-client.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { HTTP2_TALKERS, login, named, type Talker } from '../support/talker.ts';

const TLS = { cert: 'spec/support/certificates/first.pem', key: 'spec/support/certificates/first.key' };
const SECURE = { listen_tls: ['127.0.0.1:0'], tls: TLS };
const BURST = 100;

function chat(to: string, body: string): string {
  return `<message xmlns='jabber:client' type='chat' to='${to}'><body>${body}</body></message>`;
}

async function body(talker: Talker): Promise<string | undefined> {
  return (await named(talker, 'message')).child('body', 'jabber:client')?.text;
}

describe('HTTP/2', () => {
  let server: HoldfastServer;
  let clients: { cut(): void }[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob'], { http: SECURE });
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.cut();
    await server.close({ drain: 0 });
  });

  async function connect(): Promise<Http2Client> {
    const client = await Http2Client.connect(server.urls[1] ?? '');
    clients.push(client);
    return client;
  }

  for (const [transport, talk] of Object.entries(HTTP2_TALKERS)) {
    it(`carries ${transport}`, async () => {
      const [alice, bob] = await Promise.all([talk(server), talk(server)]);
      clients.push(alice, bob);
      await login(alice, 'alice');
      await login(bob, 'bob');
      const bodies = Array.from({ length: BURST }, (_, index) => `${index} ☃`);
      alice.say(...bodies.map((text) => chat('bob@localhost/spec', text)));
      for (const text of bodies) expect(await body(bob)).to.equal(text);
      bob.say(chat('alice@localhost/spec', 'x'.repeat(100_000)));
      expect((await body(alice))?.length).to.equal(100_000);
      alice.say('<message xmlns="jabber:client"></body>');
      expect(await alice.ended).to.match(/not-well-formed|bad-request/);
    });
  }

  it('clients that know only HTTP/1.1 get that, on the same port', async () => {
    const session = new RawSession(`${server.urls[1]}/http-bind`);
    await session.open();
    await session.login('alice', 'alice');
    session.close();
    const [answer] = await once(get(`${server.urls[1]}/health/live`, { rejectUnauthorized: false }), 'response');
    expect([answer.httpVersion, answer.statusCode]).to.deep.equal(['1.1', 200]);
    answer.resume();
  });

  it('is not there where it is switched off', async () => {
    const other = await startServer([], { http: { ...SECURE, http2: false } });
    const failure = await Http2Client.connect(other.urls[1] ?? '').catch((error: unknown) => error);
    expect(failure).to.be.an('error');
    await other.close({ drain: 0 });
  });

  it('answers have no header that belongs to a connection', async () => {
    const client = await connect();
    const paths = ['/', '/http-bind', '/xmpp/v1/sessions', '/http-poll', '/upload/none', '/health/live', '/none'];
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
        const answer = await client.fetch(`${server.urls[1]}${path}`, { method });
        for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'upgrade']) {
          expect(answer.headers.get(name), `${method} ${path} ${name}`).to.equal(null);
        }
        await answer.arrayBuffer();
      }
    }
  });

  it('discovery names the host that was asked', async () => {
    const client = await connect();
    const answer = await client.fetch(`${server.urls[1]}/.well-known/host-meta.json`);
    expect(await answer.text()).to.contain(`${server.urls[1]}/http-bind`);
  });

  it('a held BOSH request that the client takes back counts as lost: what came is in the next answer', async () => {
    const client = await connect();
    const bob = new RawSession(`${server.urls[1]}/http-bind`, 'localhost', client.fetch);
    await bob.open();
    await bob.login('bob', 'bob');
    await bob.post(`<presence xmlns='jabber:client'/>`);
    void bob.post().catch(() => undefined);
    const held = client.stream;
    while (server.manager.held === 0) await client.fetch(`${server.urls[1]}/health/live`);
    held?.close(constants.NGHTTP2_CANCEL);
    await client.fetch(`${server.urls[1]}/health/live`);
    const alice = new RawSession(server.boshUrl);
    await alice.open();
    await alice.login('alice', 'alice');
    void alice.post(chat('bob@localhost', 'still there?')).catch(() => undefined);
    const [message] = (await bob.again()).getChildElements();
    expect(message?.child('body', 'jabber:client')?.text).to.equal('still there?');
    alice.close();
  });

  describe('its limits', () => {
    it('a hundred requests at a time on one connection', async () => {
      const { session } = await connect();
      expect(session.remoteSettings.maxConcurrentStreams).to.equal(100);
    });

    it('a head of 16 KiB', async () => {
      const client = await connect();
      const headers = { 'X-Long': 'x'.repeat(20_000) };
      const outcome = await client.fetch(`${server.urls[1]}/health/live`, { headers }).catch(() => 'refused');
      expect(outcome === 'refused' || (outcome instanceof Response && outcome.status >= 400)).to.equal(true);
    });

    it('requests that are taken back as soon as they are made, again and again, end the connection', async () => {
      const { session } = await connect();
      const closed = new Promise((resolve) => session.once('close', resolve));
      let code = 0;
      session.on('goaway', (reason: number) => (code = reason));
      while (!session.destroyed && !session.closed) {
        const stream = session.request({ ':path': '/health/live' });
        stream.on('error', () => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        stream.close(constants.NGHTTP2_CANCEL);
      }
      await closed;
      expect(code).to.equal(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  });

  describe('when the server stops', () => {
    it('says so with GOAWAY, and what is under way comes to its end', async () => {
      const client = await connect();
      const session = new RawSession(`${server.urls[1]}/http-bind`, 'localhost', client.fetch);
      await session.open();
      const goaway = once(client.session, 'goaway');
      const held = session.post();
      await client.fetch(`${server.urls[1]}/health/live`);
      const closing = server.close();
      expect((await held).attrs).to.include({ type: 'terminate', condition: 'system-shutdown' });
      expect((await goaway)[0]).to.equal(constants.NGHTTP2_NO_ERROR);
      await closing;
    });
  });

  describe('RFC 8441: WebSocket', () => {
    const ASK = {
      ':protocol': 'websocket',
      ':path': '/xmpp-websocket',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'xmpp',
    };

    it('WH-07 the server says that it can', async () => {
      const { session } = await connect();
      expect(session.remoteSettings.enableConnectProtocol).to.equal(true);
    });

    it('WH-07, W-3.1-02 is taken with 200 and the subprotocol', async () => {
      const client = await connect();
      const stream = client.session.request({ ':method': 'CONNECT', ':scheme': 'https', ...ASK }, { endStream: false });
      const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      expect(headers[':status']).to.equal(200);
      expect(headers['sec-websocket-protocol']).to.equal('xmpp');
      expect(headers['sec-websocket-accept']).to.equal(undefined);
    });

    it('WH-07, W-3.6-02 ends as over a connection of its own', async () => {
      const client = await connect();
      const socket = await client.webSocket('/xmpp-websocket');
      socket.send(OPEN);
      expect((await socket.element()).name).to.equal('open');
      await socket.element();
      socket.send(CLOSE);
      socket.close();
      expect(await socket.rest()).to.deep.equal([SERVER_CLOSE]);
      expect(await socket.closed).to.equal(1000);
    });

    it('WH-07 many share one connection', async () => {
      const client = await connect();
      const sockets = await Promise.all(Array.from({ length: 20 }, () => client.webSocket('/ws/')));
      for (const socket of sockets) socket.send(OPEN);
      for (const socket of sockets) expect((await socket.element()).name).to.equal('open');
      expect(server.webSockets.size).to.equal(20);
    });

    it('WH-07, W-3.6-03 a stream that is reset is a connection that broke; the others go on', async () => {
      const client = await connect();
      const [first, second] = [await client.webSocket('/ws'), await client.webSocket('/ws')];
      first.cut();
      await first.closed;
      second.send(OPEN);
      expect((await second.element()).name).to.equal('open');
      while (server.webSockets.size > 1) await client.fetch(`${server.urls[1]}/health/live`);
    });

    for (const [what, headers, status] of [
      ['of another version', { 'sec-websocket-version': '7' }, 426],
      ['that does not offer xmpp', { 'sec-websocket-protocol': 'chat' }, 400],
      ['to another path', { ':path': '/elsewhere' }, 404],
      ['for another protocol', { ':protocol': 'connect-udp' }, 501],
    ] as const) {
      it(`WH-07, WH-01 one ${what} gets ${status}`, async () => {
        expect((await (await connect()).connect({ ...ASK, ...headers })).status).to.equal(status);
      });
    }

    it('WH-07, WH-04 one from a page of a foreign origin gets 403', async () => {
      const other = await startServer([], { http: { ...SECURE, cors_origins: ['https://chat.example'] } });
      const client = await Http2Client.connect(other.urls[1] ?? '');
      clients.push(client);
      expect((await client.connect({ ...ASK, origin: 'https://evil.example' })).status).to.equal(403);
      expect((await client.connect({ ...ASK, origin: 'https://chat.example' })).status).to.equal(200);
      await other.close({ drain: 0 });
    });
  });
});
