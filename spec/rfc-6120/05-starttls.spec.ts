import { resolve } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { ConfigInput } from '../../lib/config/schema.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { World } from '../core/world.ts';
import { driven } from '../support/driven.ts';
import { startServer } from '../support/running-server.ts';
import { StreamClient } from '../support/stream-client.ts';
import { START, START_TLS, TcpClient } from '../support/tcp-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const FOLDER = resolve('spec', 'support', 'certificates');
const FIRST = { cert: resolve(FOLDER, 'first.pem'), key: resolve(FOLDER, 'first.key') };
const ANY = ['127.0.0.1:0'];

describe('RFC 6120 §5: STARTTLS', () => {
  let server: HoldfastServer;
  const clients: TcpClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close({ drain: 0 });
  });

  async function serve(tcp: ConfigInput['tcp'], dependencies = {}): Promise<void> {
    server = await startServer(['alice', 'bob'], { tcp }, dependencies);
  }

  async function connect(url = server.tcp.urls[0] ?? '', options = {}): Promise<TcpClient> {
    const client = await TcpClient.connect(url, options);
    clients.push(client);
    return client;
  }

  describe('with a certificate', () => {
    beforeEach(() => serve({ listen: ANY, listen_tls: ANY, tls: FIRST }));

    it('§5.4.1 is announced, and not required on this machine', async () => {
      const features = await (await connect()).opens();
      expect(features).to.contain('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>');
      expect(features).not.to.contain('<required');
      expect(features).to.contain('SCRAM-SHA-256');
    });

    it('§5.4.3.3 begins a new stream with another id, without the feature', async () => {
      const client = await connect();
      const before = await client.opens();
      const secure = await client.startTls();
      expect(secure.getPeerCertificate().subject.CN).to.equal('first.example');
      const after = await client.opens();
      expect(after).not.to.contain('starttls');
      const id = (text: string): string | undefined => / id="([^"]*)"/.exec(text)?.[1];
      expect(id(after)).to.be.a('string').and.not.to.equal(id(before));
    });

    it('logs in behind it', async () => {
      const client = await connect();
      await client.opens();
      await client.startTls();
      const jid = await client.login('alice');
      expect(jid).to.match(/^alice@localhost\/./);
      const [session] = server.hosts.find('localhost')?.sessions.all() ?? [];
      expect(session?.transport.info).to.include({ name: 'tcp', secure: true });
    });

    it('what was said in the clear behind <starttls/> is never read', async () => {
      const client = await connect();
      await client.opens();
      const credentials = Buffer.from('\0alice\0alice').toString('base64');
      client.say(`${START_TLS}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
      expect(await client.until(/<proceed [^>]*\/>/)).not.to.contain('success');
      client.say(START);
      expect(await client.rest()).not.to.contain('stream');
    });

    it('XEP-0368 §3 direct TLS with ALPN xmpp-client, without STARTTLS', async () => {
      const client = await connect(server.tcp.urls[1], { ALPNProtocols: ['xmpp-client'] });
      expect((client.socket as TLSSocket).alpnProtocol).to.equal('xmpp-client');
      expect(await client.opens()).not.to.contain('starttls');
      client.say(START_TLS);
      expect(await client.rest()).to.match(/^<failure xmlns="urn:ietf:params:xml:ns:xmpp-tls"\/><\/stream:stream>$/);
    });

    it('XEP-0368 §3 refuses another protocol by ALPN', async () => {
      const error: unknown = await connect(server.tcp.urls[1], { ALPNProtocols: ['http/1.1'] }).catch(
        (e: unknown) => e,
      );
      expect(error).to.be.an('error');
    });

    it('RFC 7590 §3 takes no TLS before 1.2', async () => {
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
      const error: unknown = await connect(server.tcp.urls[1], old).catch((e: unknown) => e);
      expect(error).to.be.an('error');
    });

    it('§5.4.3.2 a handshake that fails ends the connection without a word', async () => {
      const client = await connect();
      await client.opens();
      client.say(START_TLS);
      await client.until(/<proceed [^>]*\/>/);
      client.say('this is no handshake');
      expect(await client.rest()).not.to.contain('stream');
    });

    it('a new certificate leaves those alone who are there', async () => {
      const client = await connect(server.tcp.urls[1]);
      await client.login('alice');
      expect(server.reloadCertificates()).to.equal(true);
      client.say("<iq type='get' id='1' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
      expect(await client.until(/<iq [^>]*\/>/)).to.contain('type="result"');
    });
  });

  it('§5.4.2.2 without a certificate it is not announced, and fails', async () => {
    await serve({ listen: ANY });
    const client = await connect();
    expect(await client.opens()).not.to.contain('starttls');
    client.say(START_TLS);
    expect(await client.rest()).to.equal('<failure xmlns="urn:ietf:params:xml:ns:xmpp-tls"/></stream:stream>');
  });

  describe('in time', () => {
    const clock = new VirtualClock();

    beforeEach(() => serve({ listen: ANY, tls: FIRST }, { clock }));

    it('a header that comes byte by byte ends with auth.timeout', async () => {
      const client = await connect();
      client.say(START.slice(0, 20));
      await driven(clock, client.rest(), seconds(1));
      expect(client.isClosed).to.equal(true);
    });

    it('§4.9.3.4 who does not log in gets connection-timeout', async () => {
      const client = await connect();
      await driven(clock, client.opens());
      expect(await driven(clock, client.rest(), seconds(1))).to.contain('<connection-timeout');
    });
  });
});

describe('RFC 6120 §5.3.1: TLS that is required', () => {
  let begun: number;

  /** A client whose carrier insists on TLS. */
  function client(): StreamClient {
    const world = new World();
    world.start();
    begun = 0;
    const startTls = { isRequired: true, begin: () => void (begun += 1) };
    return new StreamClient(world, { info: { secure: false }, startTls });
  }

  it('nothing else is announced', async () => {
    const features = await client().opens().next();
    expect(features.toString()).to.match(/<starttls [^>]*><required\/><\/starttls><\/stream:features>$/);
  });

  it('nobody logs in without it', async () => {
    const made = client().opens();
    await made.next();
    made.auth('SCRAM-SHA-256', 'n,,n=romeo,r=abc');
    expect(made.end?.condition).to.equal('policy-violation');
  });

  it('no request is answered before it', async () => {
    const made = client().opens();
    await made.next();
    made.says("<iq xmlns='jabber:client' type='get' id='1'><query xmlns='jabber:iq:register'/></iq>");
    expect(made.end?.condition).to.equal('policy-violation');
  });

  it('begins when the client asks for it', async () => {
    const made = client().opens();
    await made.next();
    made.says(START_TLS);
    expect((await made.next()).name).to.equal('proceed');
    expect(begun).to.equal(1);
  });
});
