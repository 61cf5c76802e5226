import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { ScramClient } from '../support/scram-client.ts';
import { TcpClient } from '../support/tcp-client.ts';

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const pem = (name: string): { cert: string; key: string } => ({
  cert: join('spec', 'support', 'certificates', `${name}.pem`),
  key: join('spec', 'support', 'certificates', `${name}.key`),
});
const TLS_1_2: ConnectionOptions = { maxVersion: 'TLSv1.2' };

/** What a client knows of its connection. */
const CHANNELS: Readonly<Record<string, (socket: TLSSocket) => Uint8Array | undefined>> = {
  'tls-exporter': (socket) => socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
  'tls-server-end-point': (socket) => createHash('sha256').update(socket.getPeerCertificate().raw).digest(),
  'tls-unique': (socket) => socket.getFinished(),
};

describe('channel binding over TCP', () => {
  let server: HoldfastServer;
  const clients: TcpClient[] = [];

  async function serve(certificate = 'first'): Promise<void> {
    const ANY = ['127.0.0.1:0'];
    server = await startServer(['alice'], { tcp: { listen: ANY, listen_tls: ANY, tls: pem(certificate) } });
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close({ drain: 0 });
  });

  async function connect(options: ConnectionOptions = {}): Promise<TcpClient> {
    const client = await TcpClient.connect(server.tcp.urls[1] ?? '', options);
    clients.push(client);
    return client;
  }

  /** Logs in with SCRAM-SHA-256-PLUS. @param channel what the client knows */
  async function login(client: TcpClient, type: string, channel: Uint8Array | undefined): Promise<string> {
    if (!channel) throw new Error(`no ${type}`);
    const scram = new ScramClient({
      hash: 'sha256',
      name: 'alice',
      password: 'alice',
      nonce: 'a-nonce',
      flag: `p=${type}`,
      channel,
    });
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    client.say(`<auth ${SASL} mechanism='SCRAM-SHA-256-PLUS'>${encoded(scram.first)}</auth>`);
    const challenge = />([^<]*)<\/challenge>/.exec(await client.until(/<\/(?:challenge|failure)>/))?.[1];
    if (challenge === undefined) return 'failure';
    client.say(`<response ${SASL}>${encoded(scram.final(Buffer.from(challenge, 'base64').toString()))}</response>`);
    return /<(success|failure) /.exec(await client.until(/<\/(?:success|failure)>/))?.[1] ?? '';
  }

  for (const [type, channelOf] of Object.entries(CHANNELS)) {
    it(`${type} ties the login to the connection, with direct TLS and behind STARTTLS`, async () => {
      await serve();
      const direct = await connect();
      await direct.opens();
      expect(await login(direct, type, channelOf(direct.socket as TLSSocket))).to.equal('success');
      const upgraded = await TcpClient.connect(server.tcp.urls[0] ?? '');
      clients.push(upgraded);
      await upgraded.opens();
      const secure = await upgraded.startTls();
      await upgraded.opens();
      expect(await login(upgraded, type, channelOf(secure))).to.equal('success');
    });
  }

  it('a login on another connection fails: somebody is between client and server', async () => {
    await serve();
    const [client, other] = [await connect(), await connect()];
    await client.opens();
    const channel = CHANNELS['tls-exporter']?.(other.socket as TLSSocket);
    expect(await login(client, 'tls-exporter', channel)).to.equal('failure');
  });

  it('TLS 1.2 has no tls-exporter', async () => {
    await serve();
    const client = await connect(TLS_1_2);
    expect(await client.opens())
      .to.contain('type="tls-server-end-point"')
      .and.not.to.contain('tls-exporter');
    const endPoint = CHANNELS['tls-server-end-point']?.(client.socket as TLSSocket);
    expect(await login(client, 'tls-server-end-point', endPoint)).to.equal('success');
  });

  it('a certificate signed with Ed25519 has no tls-server-end-point', async () => {
    await serve('ed25519');
    const client = await connect();
    expect(await client.opens())
      .to.contain('type="tls-exporter"')
      .and.not.to.contain('tls-server-end-point');
    expect(await login(client, 'tls-exporter', CHANNELS['tls-exporter']?.(client.socket as TLSSocket))).to.equal(
      'success',
    );
  });

  it('there is none without TLS', async () => {
    await serve();
    const client = await TcpClient.connect(server.tcp.urls[0] ?? '');
    clients.push(client);
    expect(await client.opens())
      .not.to.contain('PLUS')
      .and.not.to.contain('channel-binding');
  });
});
