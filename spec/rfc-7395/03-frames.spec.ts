import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { parse } from '../../lib/xml/index.ts';
import { CLOSE, FrameClient, OPEN, SERVER_CLOSE } from '../support/frame-client.ts';
import { read } from '../support/read-xml.ts';
import { startServer } from '../support/running-server.ts';

const STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';

describe('RFC 7395 §3: messages over WebSocket', () => {
  let server: HoldfastServer;
  let clients: FrameClient[];

  before(async () => {
    server = await startServer(['alice', 'bob']);
  });

  beforeEach(() => {
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.cut();
    for (const client of clients) await client.closed;
  });

  after(() => server.close({ drain: 0 }));

  async function connect(): Promise<FrameClient> {
    const client = await FrameClient.connect(server.webSocketUrl);
    clients.push(client);
    return client;
  }

  async function login(name: string): Promise<FrameClient> {
    return (await connect()).login(name);
  }

  /** What is left to come is this error, `<close/>`, and the end. */
  async function expectError(client: FrameClient, condition: string, code = 1000): Promise<void> {
    const messages = await client.rest();
    const error = read(messages.at(-2) ?? '');
    expect(error.name).to.equal('stream:error');
    expect(error.child(condition, STREAMS), messages.at(-2)).to.not.equal(undefined);
    expect(messages.at(-1)).to.equal(SERVER_CLOSE);
    expect(await client.closed).to.equal(code);
  }

  describe('§3.2 messages', () => {
    it('W-3.2-01 a binary message closes the connection with 1003', async () => {
      const client = await login('alice');
      client.send(Buffer.from(OPEN));
      expect(await client.closed).to.equal(1003);
    });

    it('W-3.2-01 a message that is not UTF-8 closes it with 1007', async () => {
      const client = await login('alice');
      client.socket.send(Buffer.from([0x3c, 0xff, 0xfe]), { binary: false });
      expect(await client.closed).to.equal(1007);
    });

    it('W-3.2-01 fragments are one message, wherever they are cut', async () => {
      const client = await login('alice');
      const bytes = Buffer.from(`<message xmlns='jabber:client' to='alice@localhost/spec'><body>ü😀</body></message>`);
      const cut = bytes.indexOf(0xf0) + 2;
      client.socket.send(bytes.subarray(0, cut - 3), { binary: false, fin: false });
      client.socket.send(bytes.subarray(cut - 3, cut), { binary: false, fin: false });
      client.socket.send(bytes.subarray(cut), { binary: false, fin: true });
      expect((await client.named('message')).getChildElements()[0]?.text).to.equal('ü😀');
    });

    for (const [what, bytes] of [
      ['that is not masked', [0x81, 1, 0x20]],
      ['with a reserved bit', [0xc1, 0x80, 0, 0, 0, 0]],
      ['of a reserved kind', [0x83, 0x80, 0, 0, 0, 0]],
      ['that controls, and is too long', [0x89, 0xfe, 0, 126, 0, 0, 0, 0]],
    ] as const) {
      it(`WH-02 a frame ${what} closes it with 1002`, async () => {
        const client = await login('alice');
        const connection = Reflect.get(client.socket, '_socket') as Socket; // below what ws would write
        connection.write(Buffer.from(bytes));
        expect(await client.closed).to.equal(1002);
      });
    }

    it('WH-03 a message over the limit is a policy violation, then 1009', async () => {
      const client = await login('alice');
      client.send(`<message xmlns='jabber:client'><body>${'x'.repeat(300 * 1024)}</body></message>`);
      await expectError(client, 'policy-violation', 1009);
    });

    it('WH-03 fragments are counted together', async () => {
      const client = await login('alice');
      client.socket.send('<message><body>', { fin: false });
      for (let sent = 0; sent < 3; sent += 1) client.socket.send('x'.repeat(100 * 1024), { fin: false });
      await expectError(client, 'policy-violation', 1009);
    });

    it('WH-03 before login the limit is lower', async () => {
      const client = await connect();
      client.send(
        OPEN,
        `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${'A'.repeat(20_000)}</auth>`,
      );
      await expectError(client, 'policy-violation', 1009);
    });
  });

  describe('§3.3 framing', () => {
    it('W-3.3.1-01 a stream header of TCP is refused', async () => {
      const client = await connect();
      client.send(
        `<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'/>`,
      );
      expect((await client.element()).name).to.equal('open');
      await expectError(client, 'invalid-namespace');
    });

    for (const namespace of ['', ` xmlns='jabber:client'`, ` xmlns='urn:example'`]) {
      it(`W-3.3.2-01 W-3.3.2-02 <open${namespace}/> is an invalid namespace`, async () => {
        const client = await connect();
        client.send(`<open${namespace} to='localhost' version='1.0'/>`);
        expect((await client.element()).name).to.equal('open');
        await expectError(client, 'invalid-namespace');
      });
    }

    for (const [what, message] of [
      ['an undeclared prefix', '<x:message/>'],
      ['two stanzas', `<presence xmlns='jabber:client'/><presence xmlns='jabber:client'/>`],
      ['half a stanza', `<message xmlns='jabber:client'><body>`],
      ['text', 'x'],
    ] as const) {
      it(`W-3.3.3-01 W-3.3.3-03 ${what} is not well-formed`, async () => {
        const client = await login('alice');
        client.send(message);
        await expectError(client, 'not-well-formed');
      });
    }

    it('W-3.3.3-01 a comment is restricted XML', async () => {
      const client = await login('alice');
      client.send(`<message xmlns='jabber:client'><!-- --></message>`);
      await expectError(client, 'restricted-xml');
    });

    it('W-3.3.3-02 an XML declaration is accepted, and none is sent', async () => {
      const client = await connect();
      client.send(`<?xml version='1.0'?>${OPEN}`);
      expect(await client.next()).to.match(/^<open /);
      expect((await client.element()).name).to.equal('stream:features');
    });

    it('W-3.3.3-03 white space alone is ignored (WD-02), and may precede an element', async () => {
      const client = await login('alice');
      client.send(
        ' ',
        '\n',
        '',
        `\n <iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`,
      );
      expect((await client.named('iq')).attrs['id']).to.equal('p');
      expect((await server.metrics.read()).text).to.match(/^holdfast_websocket_ignored_total [1-9]/m);
    });

    it('W-3.3.3-01 W-3.3.3-03 W-3.3.3-04 W-3.3.3-06 W-3.8-01 a hundred stanzas are a hundred messages, each a document', async () => {
      const [alice, bob] = [await login('alice'), await login('bob')];
      for (let index = 0; index < 100; index += 1) {
        alice.send(`<message xmlns='jabber:client' to='bob@localhost/spec'><body>${index}</body></message>`);
      }
      for (let index = 0; index < 100; index += 1) {
        const text = await bob.next();
        expect(text).to.match(/^<message [^>]*xmlns="jabber:client"/);
        expect(parse(text).ok).to.equal(true);
        expect(text).to.contain(`<body>${index}</body>`);
      }
    });

    it('W-3.3.3-05 features declare the stream prefix', async () => {
      const client = await connect();
      client.send(OPEN);
      await client.next();
      expect(await client.next()).to.match(/^<stream:features xmlns:stream="http:\/\/etherx\.jabber\.org\/streams"/);
    });

    it('W-3.3.3-06 a stanza without a namespace is one of jabber:client (WD-03)', async () => {
      const client = await login('alice');
      client.send(`<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
      expect((await client.named('iq')).attrs['type']).to.equal('result');
    });
  });

  describe('§3.4 opening', () => {
    it('W-3.4-01 the server says nothing first', async () => {
      const client = await connect();
      client.socket.ping();
      await new Promise((resolve) => client.socket.once('pong', resolve));
      expect(client.messages).to.deep.equal([]);
    });

    it('W-3.4-01 an element before <open/> is an error after a header', async () => {
      const client = await connect();
      client.send(`<presence xmlns='jabber:client'/>`);
      expect((await client.rest()).map((message) => read(message).name)).to.deep.equal([
        'open',
        'stream:error',
        'close',
      ]);
    });

    it('W-3.4-02 the header has from, id, version and language; the features come apart', async () => {
      const client = await connect();
      client.send(OPEN);
      const { name, attrs } = await client.element();
      expect(name).to.equal('open');
      expect(attrs).to.include({ from: 'localhost', version: '1.0', 'xml:lang': 'en' });
      expect(attrs['id']).to.match(/^[a-z2-7]{26}$/);
      expect((await client.element()).name).to.equal('stream:features');
    });

    it('W-3.4-02 ids differ', async () => {
      const client = await connect();
      client.send(OPEN, OPEN);
      const ids = [await client.named('open'), await client.named('open')].map(({ attrs }) => attrs['id']);
      expect(ids[0]).to.not.equal(ids[1]);
    });

    it('W-3.4-03 a stream may be opened anew a few times before login, and no more (WD-04)', async () => {
      const client = await connect();
      client.send(...Array.from({ length: 5 }, () => OPEN));
      await expectError(client, 'policy-violation');
    });

    it('W-3.4-03 not after binding', async () => {
      const client = await login('alice');
      client.send(OPEN);
      await expectError(client, 'policy-violation');
    });

    it('W-3.4-04 W-3.5-01 W-3.5-02 an unknown domain is told after a header, and before <close/>', async () => {
      const client = await connect();
      client.send(OPEN.replace('localhost', 'nowhere.example'));
      const messages = await client.rest();
      expect(messages.map((message) => read(message).name)).to.deep.equal(['open', 'stream:error', 'close']);
      expect(messages[1]).to.contain('<host-unknown ');
    });
  });

  describe('§3.7 and §3.9', () => {
    it('W-3.7-01 the stream is opened anew after login, with another id', async () => {
      const client = await connect();
      client.send(OPEN);
      const first = await client.named('open');
      await client.authenticate('alice');
      client.send(OPEN);
      const again = await client.named('open');
      expect(again.attrs['id']).to.not.equal(first.attrs['id']);
      expect((await client.element()).child('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).to.not.equal(undefined);
    });

    it('W-3.7-02 <close/> instead ends the session', async () => {
      const client = await connect();
      await client.authenticate('alice');
      client.send(CLOSE);
      expect(await client.next()).to.equal(SERVER_CLOSE);
    });

    it('W-3.9-02 TLS is no stream feature, before login or after', async () => {
      const client = await connect();
      client.send(OPEN);
      await client.next();
      const before = await client.next();
      await client.authenticate('alice');
      client.send(OPEN);
      await client.next();
      for (const features of [before, await client.next()]) expect(features).to.not.contain('starttls');
    });

    it('W-3.9-01 a request for TLS is refused', async () => {
      const client = await connect();
      client.send(OPEN, `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
      await client.named('failure');
      expect(await client.next()).to.equal(SERVER_CLOSE);
    });

    it('W-3.8-02 a ping gets a pong with the same data', async () => {
      const client = await connect();
      client.socket.ping('data');
      const [data] = await new Promise<[Buffer]>((resolve) => client.socket.once('pong', (bytes) => resolve([bytes])));
      expect(String(data)).to.equal('data');
    });
  });
});

describe('RFC 7395 §3.3.3, strict', () => {
  it('W-3.3.3-06 a stanza without a namespace is refused (WD-03)', async () => {
    const server = await startServer(['alice'], { websocket: { strict: true } });
    const client = await FrameClient.connect(server.webSocketUrl);
    await client.login('alice');
    client.send('<presence/>');
    expect((await client.rest())[0]).to.contain('<invalid-namespace ');
    await server.close({ drain: 0 });
  });
});
