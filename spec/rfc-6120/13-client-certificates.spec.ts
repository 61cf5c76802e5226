import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { TcpClient } from '../support/tcp-client.ts';

const FOLDER = join('spec', 'support', 'certificates');
const CA = join(FOLDER, 'clients', 'ca.pem');
const TLS = { cert: join(FOLDER, 'first.pem'), key: join(FOLDER, 'first.key') };
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";

/** A certificate that a client has. */
function certificate(name: string): ConnectionOptions {
  const read = (end: string): Buffer => readFileSync(join(FOLDER, 'clients', `${name}.${end}`));
  return { cert: read('pem'), key: read('key') };
}

describe('RFC 6120 §13.7.2.2: client certificates', () => {
  let server: HoldfastServer;
  const clients: TcpClient[] = [];

  async function serve(accounts: readonly string[] = ['alice', 'bob'], clientCa = CA): Promise<void> {
    const ANY = ['127.0.0.1:0'];
    const tls = clientCa === '' ? TLS : { ...TLS, client_ca: clientCa };
    server = await startServer(accounts, { tcp: { listen: ANY, listen_tls: ANY, tls } });
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close({ drain: 0 });
  });

  async function connect(name?: string, header?: string): Promise<[TcpClient, features: string]> {
    const client = await TcpClient.connect(server.tcp.urls[1] ?? '', name === undefined ? {} : certificate(name));
    clients.push(client);
    return [client, await client.opens(header)];
  }

  /** @param authzid who the client wants to be; empty for who the certificate says */
  async function authenticate(client: TcpClient, authzid = ''): Promise<string> {
    const data = authzid === '' ? '=' : Buffer.from(authzid).toString('base64');
    client.say(`<auth ${SASL} mechanism='EXTERNAL'>${data}</auth>`);
    const answer = await client.until(/<success [^>]*\/>|<\/failure>/);
    return /<(success|invalid-authzid|not-authorized|invalid-mechanism)/.exec(answer)?.[1] ?? answer;
  }

  it('sub-case 1: the address in the certificate logs in, and EXTERNAL is on offer first', async () => {
    await serve();
    const [client, features] = await connect('alice');
    expect(features).to.contain('<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>EXTERNAL</mechanism>');
    expect(await authenticate(client)).to.equal('success');
    expect(await client.opens()).to.contain('to="alice@localhost"');
  });

  it('behind STARTTLS, too', async () => {
    await serve();
    const client = await TcpClient.connect(server.tcp.urls[0] ?? '');
    clients.push(client);
    expect(await client.opens()).not.to.contain('EXTERNAL');
    await client.startTls(certificate('alice'));
    await client.opens();
    expect(await authenticate(client)).to.equal('success');
  });

  it('on a TLS session that is resumed, too', async () => {
    await serve();
    const [client] = await connect('alice');
    const options = { ...certificate('alice'), session: (client.socket as TLSSocket).getSession() };
    const again = await TcpClient.connect(server.tcp.urls[1] ?? '', options);
    clients.push(again);
    expect((again.socket as TLSSocket).isSessionReused()).to.equal(true);
    await again.opens();
    expect(await authenticate(again)).to.equal('success');
  });

  it('with SASL2', async () => {
    await serve();
    const [client] = await connect('alice');
    client.say("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='EXTERNAL'><initial-response/></authenticate>");
    const answer = await client.until(/<\/success>/);
    expect(answer).to.contain('<authorization-identifier>alice@localhost<');
  });

  it('who asks without an initial response is asked for it', async () => {
    await serve();
    const [client] = await connect('alice');
    client.say(`<auth ${SASL} mechanism='EXTERNAL'/>`);
    await client.until(/<challenge [^>]*\/>/);
    client.say(`<response ${SASL}/>`);
    await client.until(/<success [^>]*\/>/);
  });

  it('the client may say who it is, and nobody else', async () => {
    await serve();
    const [client] = await connect('alice');
    expect(await authenticate(client, 'bob@localhost')).to.equal('invalid-authzid');
    expect(await authenticate(client, 'alice@localhost')).to.equal('success');
  });

  it('sub-case 2: of several addresses the client chooses one, or the header has done so', async () => {
    await serve();
    const [client] = await connect('two');
    expect(await authenticate(client)).to.equal('invalid-authzid');
    expect(await authenticate(client, 'bob@localhost')).to.equal('success');
    const [other] = await connect('two', "from='bob@localhost'");
    expect(await authenticate(other)).to.equal('success');
    expect(await other.opens()).to.contain('to="bob@localhost"');
  });

  it('an account that does not exist is not-authorized', async () => {
    await serve(['bob']);
    const [client] = await connect('alice');
    expect(await authenticate(client)).to.equal('not-authorized');
  });

  const UNTRUSTED: Readonly<Record<string, string | undefined>> = {
    'sub-case 3: without an address': 'none',
    'case 3: signed by itself': 'stranger',
    'that has expired': 'expired',
    'that is for servers': 'server',
    'that is not there': undefined,
  };
  for (const [what, name] of Object.entries(UNTRUSTED)) {
    it(`a certificate ${what} is worth nothing: other mechanisms are on offer`, async () => {
      await serve();
      const [client, features] = await connect(name);
      expect(features).to.contain('SCRAM-SHA-256').and.not.to.contain('EXTERNAL');
      expect(await authenticate(client)).to.equal('invalid-mechanism');
    });
  }

  it('nobody is asked for one unless it is configured', async () => {
    await serve(['alice'], '');
    const [, features] = await connect('alice');
    expect(features).not.to.contain('EXTERNAL');
  });

  it('a file without certificates is a fault of the configuration', async () => {
    const error: unknown = await serve([], join(FOLDER, 'first.key')).catch((e: unknown) => e);
    expect(String(error)).to.contain('tcp.tls').and.to.contain('first.key');
    await serve([]);
  });
});
