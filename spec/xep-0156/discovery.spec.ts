import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { read } from '../support/read-xml.ts';
import { startServer } from '../support/running-server.ts';

const BOSH = 'urn:xmpp:alt-connections:xbosh';
const WEBSOCKET = 'urn:xmpp:alt-connections:websocket';

describe('XEP-0156: discovery', () => {
  let server: HoldfastServer | undefined;

  afterEach(() => server?.close({ drain: 0 }));

  async function start(config: Parameters<typeof startServer>[1] = {}): Promise<HoldfastServer> {
    server = await startServer([], config);
    return server;
  }

  function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server?.urls[0]}/.well-known/${path}`, { headers });
  }

  async function linksOf(response: Response): Promise<Record<string, string>> {
    const { links } = (await response.json()) as { links: { rel: string; href: string }[] }; // checked by what follows
    return Object.fromEntries(links.map(({ rel, href }) => [rel, href]));
  }

  const PUBLIC = { http: { public_url: 'https://chat.example.com' } };

  it('W-4-01 §2.2 the XRD links both endpoints, over TLS only', async () => {
    await start(PUBLIC);
    const response = await ask('host-meta');
    expect(response.headers.get('content-type')).to.contain('application/xrd+xml');
    const xrd = read(await response.text());
    expect([xrd.name, xrd.getNS()]).to.deep.equal(['XRD', 'http://docs.oasis-open.org/ns/xri/xrd-1.0']);
    expect(xrd.getChildElements().map(({ name, attrs }) => [name, attrs['rel'], attrs['href']])).to.deep.equal([
      ['Link', BOSH, 'https://chat.example.com/http-bind'],
      ['Link', WEBSOCKET, 'wss://chat.example.com/xmpp-websocket'],
    ]);
  });

  it('W-4-01 §2.2 and so does the JSON, at its own address and where it is asked for', async () => {
    await start(PUBLIC);
    const links = {
      [BOSH]: 'https://chat.example.com/http-bind',
      [WEBSOCKET]: 'wss://chat.example.com/xmpp-websocket',
    };
    expect(await linksOf(await ask('host-meta.json'))).to.deep.equal(links);
    expect(await linksOf(await ask('host-meta', { Accept: 'application/json' }))).to.deep.equal(links);
  });

  it('§3 pages of any origin may read it, also where others may not use the endpoints', async () => {
    await start({ http: { cors_origins: ['https://chat.example'] } });
    for (const path of ['host-meta', 'host-meta.json']) {
      expect((await ask(path)).headers.get('access-control-allow-origin')).to.equal('*');
    }
  });

  it('without a configured address it is the host that was asked, with TLS', async () => {
    await start({ http: { trusted_proxies: ['127.0.0.1'] } });
    const forwarded = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' };
    const { host } = new URL(server?.urls[0] ?? '');
    expect((await linksOf(await ask('host-meta.json', forwarded)))[BOSH]).to.equal(`https://${host}/http-bind`);
  });

  it('W-4-01 §2.2 asked without TLS there are no links, for there is nothing to trust', async () => {
    await start();
    expect(await linksOf(await ask('host-meta.json'))).to.deep.equal({});
  });

  it('leaves out an endpoint that is switched off', async () => {
    await start({ ...PUBLIC, websocket: { enabled: false } });
    expect(await linksOf(await ask('host-meta.json'))).to.have.all.keys(BOSH);
  });
});
