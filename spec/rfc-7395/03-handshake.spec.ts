import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import WebSocket from 'ws';
import type { HoldfastServer } from '../../lib/server.ts';
import { FrameClient } from '../support/frame-client.ts';
import { startServer } from '../support/running-server.ts';

/** The example of RFC 6455 §1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

describe('RFC 7395 §3.1: the handshake', () => {
  let server: HoldfastServer;
  let sockets: Socket[];

  beforeEach(async () => {
    server = await startServer(['alice'], {
      http: { cors_origins: ['https://chat.example'] },
      limits: { sessions_per_address: 3, session_creations_per_minute: 0 },
    });
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close({ drain: 0 });
  });

  /** The head of the answer to a handshake that differs from a good one by these headers. */
  async function shake(changes: Record<string, string | undefined> = {}, start = 'GET /xmpp-websocket'): Promise<Head> {
    const headers = {
      Host: 'localhost',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': KEY,
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Protocol': 'xmpp',
      ...changes,
    };
    const socket = connect(Number(new URL(server.urls[0] ?? '').port), '127.0.0.1');
    sockets.push(socket);
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}`],
    );
    socket.write(`${start} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    let text = '';
    while (!text.includes('\r\n\r\n')) text += String((await once(socket, 'data'))[0]);
    const [first = '', ...rest] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
    return {
      status: Number(first.split(' ')[1]),
      headers: new Map(rest.map((line) => [line.split(': ')[0]?.toLowerCase() ?? '', line.split(': ')[1] ?? ''])),
    };
  }

  it('W-3.1-02 the answer names the subprotocol xmpp', async () => {
    const { status, headers } = await shake();
    expect(status).to.equal(101);
    expect(headers.get('sec-websocket-protocol')).to.equal('xmpp');
  });

  it('W-3.1-02 it is xmpp also when the client offers others first', async () => {
    expect((await shake({ 'Sec-WebSocket-Protocol': 'foo, xmpp' })).headers.get('sec-websocket-protocol')).to.equal(
      'xmpp',
    );
  });

  for (const offer of [undefined, 'foo', 'XMPP', 'xmpp-framing']) {
    it(`W-3.1-03 an offer of ${offer ?? 'nothing'} is refused (WD-01)`, async () => {
      expect((await shake({ 'Sec-WebSocket-Protocol': offer })).status).to.equal(400);
    });
  }

  it('WH-01 the key is answered as RFC 6455 says', async () => {
    expect((await shake()).headers.get('sec-websocket-accept')).to.equal(ACCEPT);
  });

  for (const version of ['12', '8', '14', undefined]) {
    it(`WH-01 version ${version ?? '(none)'} gets 426 and is told the right one`, async () => {
      const { status, headers } = await shake({ 'Sec-WebSocket-Version': version });
      expect([status, headers.get('sec-websocket-version')]).to.deep.equal([426, '13']);
    });
  }

  for (const key of [undefined, '', 'short', `${KEY}${KEY}`]) {
    it(`WH-01 the key ${key ?? '(none)'} gets 400`, async () => {
      expect((await shake({ 'Sec-WebSocket-Key': key })).status).to.equal(400);
    });
  }

  it('WH-01 only GET upgrades', async () => {
    expect((await shake({}, 'POST /xmpp-websocket')).status).to.equal(405);
  });

  it('WH-01 a request without an upgrade gets a page with status 426', async () => {
    const response = await fetch(`${server.urls[0]}/xmpp-websocket`);
    expect([response.status, response.headers.get('upgrade')]).to.deep.equal([426, 'websocket']);
    expect(await response.text()).to.contain('XMPP over WebSocket');
  });

  it('another path is no endpoint', async () => {
    expect((await shake({}, 'GET /elsewhere')).status).to.equal(404);
  });

  for (const path of ['/ws', '/xmpp-websocket/', '/xmpp-websocket?who=me']) {
    it(`${path} is the same endpoint`, async () => {
      expect((await shake({}, `GET ${path}`)).status).to.equal(101);
    });
  }

  it('an upgrade to something else is ignored, and the request answered', async () => {
    expect((await shake({ Upgrade: 'h2c' }, 'GET /health/live')).status).to.equal(200);
    expect((await shake({ Upgrade: 'h2c', 'Content-Length': '0' }, 'POST /http-bind')).status).to.equal(200);
  });

  it('WH-04 a page of an origin that is not listed gets 403', async () => {
    expect((await shake({ Origin: 'https://evil.example' })).status).to.equal(403);
    expect((await shake({ Origin: 'https://chat.example' })).status).to.equal(101);
  });

  it('one address may have so many connections', async () => {
    for (const status of [101, 101, 101]) expect((await shake()).status).to.equal(status);
    const { status, headers } = await shake();
    expect([status, headers.get('retry-after')]).to.deep.equal([429, '60']);
  });

  it('compression is not offered by default', async () => {
    const { headers } = await shake({ 'Sec-WebSocket-Extensions': 'permessage-deflate' });
    expect(headers.has('sec-websocket-extensions')).to.equal(false);
  });
});

describe('RFC 7692: compression, where it is switched on', () => {
  let server: HoldfastServer;

  before(async () => {
    server = await startServer(['alice'], { websocket: { compression: true } });
  });

  after(() => server.close({ drain: 0 }));

  it('WH-05 keeps no context between messages', async () => {
    const socket = new WebSocket(server.webSocketUrl, 'xmpp');
    const [answer] = (await once(socket, 'upgrade')) as [IncomingMessage];
    expect(answer.headers['sec-websocket-extensions']).to.equal(
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
    );
    socket.terminate();
  });

  it('WH-05 WH-03 a bomb is stopped at the limit for messages', async () => {
    const client = await FrameClient.connect(server.webSocketUrl, { perMessageDeflate: { threshold: 0 } });
    await client.login('alice');
    client.send(`<message xmlns='jabber:client'><body>${' '.repeat(5_000_000)}</body></message>`);
    expect(await client.closed).to.equal(1009);
  });
});

describe("WebSocket in an HTTP server of one's own", () => {
  it('connects, and leaves other upgrades to others', async () => {
    const server = await startServer(['alice']);
    const http = createServer();
    const seen: string[] = [];
    http.on('upgrade', (request, socket) => {
      seen.push(request.url ?? '');
      socket.destroy();
    });
    server.attach(http);
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`; // it listens on a port
    const client = await FrameClient.connect(`${url}/ws`);
    await client.login('alice');
    await client.leave();
    const refused: unknown = await FrameClient.connect(`${url}/other`).catch((error: unknown) => error);
    expect(refused).to.be.an('error');
    expect(seen).to.deep.equal(['/other']);
    await server.close({ drain: 0 });
    http.close();
    await once(http, 'close');
  });
});
