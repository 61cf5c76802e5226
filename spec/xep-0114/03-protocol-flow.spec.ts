import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { HoldfastServer, ServerDependencies } from '../../lib/server.ts';
import { componentStart, connectComponent, greetAsComponent } from '../support/component-client.ts';
import { driven } from '../support/driven.ts';
import { startServer } from '../support/running-server.ts';
import { TcpClient } from '../support/tcp-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const DOMAIN = 'plays.localhost';
const SECRET = 'a secret of the spec';

describe('XEP-0114 §3: the protocol flow', () => {
  let server: HoldfastServer;
  const clients: TcpClient[] = [];

  async function serve(dependencies: ServerDependencies = {}, more: object = {}): Promise<void> {
    const services = [{ domain: DOMAIN, secret: SECRET }];
    server = await startServer([], { components: { listen: ['127.0.0.1:0'], services }, ...more }, dependencies);
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close({ drain: 0 });
  });

  const urlOf = (): string => server.tcp.componentUrls[0] ?? '';

  function kept(client: TcpClient): TcpClient {
    clients.push(client);
    return client;
  }

  const connect = async (): Promise<TcpClient> => kept(await TcpClient.connect(urlOf()));
  const greet = async (secret = SECRET): Promise<TcpClient> => kept(await greetAsComponent(urlOf(), DOMAIN, secret));
  const ready = async (): Promise<TcpClient> => kept(await connectComponent(urlOf(), DOMAIN, SECRET));

  /** Opens a stream that is refused. */
  async function refusal(domain: string, namespace?: string): Promise<string> {
    const client = await connect();
    client.say(componentStart(domain, namespace));
    return client.rest();
  }

  it('no port is opened without components', async () => {
    server = await startServer([], { components: { listen: ['127.0.0.1:0'] } });
    expect(server.tcp.componentUrls).to.deep.equal([]);
  });

  it('Examples 1 and 2: the header is answered from the domain of the component, with an id', async () => {
    await serve();
    const client = await connect();
    client.say(`<?xml version='1.0'?>${componentStart(DOMAIN)}`);
    const header = await client.until(/<stream:stream [^>]*>/);
    expect(header).to.contain('xmlns="jabber:component:accept"').and.to.contain(`from="${DOMAIN}"`);
    expect(header)
      .to.match(/ id="[\w-]{16,}"/)
      .and.not.to.contain('version="');
  });

  it('Examples 3 and 4: the secret is answered with an empty handshake, and no features', async () => {
    await serve();
    const client = await greet();
    expect(await client.until(/<handshake [^>]*\/>/)).to.equal('<handshake xmlns="jabber:component:accept"/>');
  });

  it('a wrong secret is not-authorized, and the connection closes', async () => {
    await serve();
    const client = await greet('another');
    expect(await client.rest()).to.match(/<not-authorized [^>]*\/><\/stream:error><\/stream:stream>$/);
  });

  it('so is a stanza before the secret', async () => {
    await serve();
    const client = await connect();
    client.say(`${componentStart(DOMAIN)}<message from='${DOMAIN}' to='alice@localhost'/>`);
    expect(await client.rest()).to.contain('<not-authorized ');
  });

  it('after too many wrong ones the right one is refused, too', async () => {
    await serve({}, { auth: { max_failures_per_account: 2 } });
    for (let round = 0; round < 2; round += 1) await (await greet('another')).rest();
    expect(await (await greet()).rest()).to.contain('<policy-violation ');
  });

  it('a domain that is not configured is host-unknown, behind a header', async () => {
    await serve();
    expect(await refusal('other.localhost')).to.match(
      /^<\?xml [^>]*><stream:stream [^>]*><stream:error .*<host-unknown /,
    );
    expect(await refusal('localhost'), 'a host is none').to.contain('<host-unknown ');
  });

  it('a second one for the same domain is a conflict; the first one stays', async () => {
    await serve();
    const first = await ready();
    expect(await refusal(DOMAIN)).to.match(/^<\?xml [^>]*><stream:stream [^>]*><stream:error .*<conflict /);
    first.say(`<iq type='get' id='1' from='${DOMAIN}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(await first.until(/<iq [^>]*>/)).to.contain('type="result"');
  });

  it('of two that show their secret at once one is a conflict', async () => {
    await serve();
    const both = await Promise.all([connect(), connect()]);
    for (const client of both) client.say(componentStart(DOMAIN));
    const headers = await Promise.all(both.map((client) => client.until(/<stream:stream [^>]*>/)));
    expect(headers.join('')).not.to.contain('<stream:error');
    const [first, second] = await Promise.all(
      [greet(), greet()].map(async (client) => (await client).until(/handshake|conflict/)),
    );
    expect([first, second].join('')).to.contain('handshake').and.to.contain('conflict');
  });

  it('a stream in another namespace is refused: invalid-namespace, behind a header', async () => {
    await serve();
    for (const namespace of ['jabber:client', 'jabber:component:connect']) {
      expect(await refusal(DOMAIN, namespace)).to.match(/^<\?xml [^>]*><stream:stream .*<invalid-namespace /);
    }
  });

  const refusals: Readonly<Record<string, readonly [string, string]>> = {
    'from another domain': [`<message from='a@localhost' to='alice@localhost'/>`, 'invalid-from'],
    'from below its domain': [`<message from='a.${DOMAIN}' to='alice@localhost'/>`, 'invalid-from'],
    'from what is no address': [`<message from='@${DOMAIN}' to='alice@localhost'/>`, 'invalid-from'],
    'without a sender': [`<message to='alice@localhost'/>`, 'improper-addressing'],
    'without a recipient': [`<message from='${DOMAIN}'/>`, 'improper-addressing'],
    'of another kind': [`<letter from='${DOMAIN}' to='alice@localhost'/>`, 'unsupported-stanza-type'],
    'in the namespace of clients': [
      `<message xmlns='jabber:client' from='${DOMAIN}' to='alice@localhost'/>`,
      'invalid-namespace',
    ],
    'that is too large': [
      `<message from='${DOMAIN}' to='alice@localhost'>${'x'.repeat(11_000)}</message>`,
      'policy-violation',
    ],
  };
  for (const [what, [stanza, condition]] of Object.entries(refusals)) {
    it(`a stanza ${what} ends the stream: ${condition}`, async () => {
      const services = [{ domain: DOMAIN, secret: SECRET }];
      await serve({}, { components: { listen: ['127.0.0.1:0'], services, max_stanza: '10 KiB' } });
      const client = await ready();
      client.say(stanza);
      expect(await client.rest()).to.contain(`<${condition} `);
    });
  }

  it('an address that is none, or an IQ that is none, is answered with an error', async () => {
    await serve();
    const client = await ready();
    client.say(`<message from='a@${DOMAIN}' to='@'/>`);
    const malformed = await client.until(/<\/message>/);
    expect(malformed)
      .to.contain('<jid-malformed ')
      .and.to.contain(`to="a@${DOMAIN}"`)
      .and.to.contain('from="localhost"');
    client.say(`<iq type='get' from='a@${DOMAIN}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(await client.until(/<\/iq>/)).to.contain('<bad-request ');
  });

  it('who shows no secret in time is sent away', async () => {
    const clock = new VirtualClock();
    await serve({ clock });
    const client = await connect();
    client.say(componentStart(DOMAIN));
    expect(await driven(clock, client.rest(), seconds(1))).to.contain('<connection-timeout ');
  });

  it('who has shown it may be silent for as long as it likes', async () => {
    const clock = new VirtualClock();
    await serve({ clock });
    const client = await driven(clock, ready());
    clock.advance(seconds(3600));
    client.say(`<iq type='get' id='1' from='${DOMAIN}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(await driven(clock, client.until(/<iq [^>]*>/))).to.match(/^<iq [^>]*type="result"/);
  });

  it('the port ends with the server: system-shutdown', async () => {
    await serve();
    const client = await ready();
    await server.close();
    expect(await client.rest()).to.match(/<system-shutdown [^>]*\/><\/stream:error><\/stream:stream>$/);
  });
});
