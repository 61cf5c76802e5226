import { createServer } from 'node:http';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import type { ConfigInput } from '../../lib/config/schema.ts';
import { Prebinding } from '../../lib/bosh/prebinding.ts';
import { jid } from '../core/world.ts';
import { problemsWith } from '../support/config-problems.ts';
import { HttpSession, xmlOf } from '../support/http-session.ts';
import { startServer } from '../support/running-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SECRET = 'a secret of at least thirty-two characters'.replaceAll(' ', '-');
const ALICE = 'alice@localhost';

type Prebound = { jid: string; sid: string; rid: number };

describe('POST /prebind', () => {
  let server: HoldfastServer;

  afterEach(() => server.close({ drain: 0 }));

  async function serve(config: Partial<ConfigInput> = {}): Promise<void> {
    server = await startServer(['alice'], { prebind: { secret: SECRET }, ...config });
  }

  async function ask(wish: unknown = { jid: ALICE }, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.urls[0]}/prebind`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json', ...headers },
      body: typeof wish === 'string' ? wish : JSON.stringify(wish),
    });
  }

  async function prebound(wish?: unknown): Promise<Prebound> {
    const response = await ask(wish);
    expect(response.status).to.equal(200);
    return (await response.json()) as Prebound;
  }

  function sessionOf({ sid, rid }: Prebound): HttpSession {
    const session = new HttpSession(server.boshUrl);
    session.sid = sid;
    session.rid = rid - 1;
    return session;
  }

  it('is not there without a secret', async () => {
    server = await startServer(['alice']);
    expect((await ask()).status).to.equal(404);
  });

  it('opens a session with a bound resource: the next request goes on with it', async () => {
    await serve();
    const facts = await prebound();
    expect(facts.jid).to.match(/^alice@localhost\/.+/);
    const answer = xmlOf(
      await sessionOf(facts).post("<iq xmlns='jabber:client' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"),
    );
    const [iq] = answer.getChildElements();
    expect(iq?.attrs).to.deep.include({ type: 'result', id: 'p', to: facts.jid });
    expect(server.hosts.find('localhost')?.sessions.size).to.equal(1);
  });

  it('the resource, wait and hold are those that were asked for, as far as the server grants them', async () => {
    await serve({ bosh: { max_wait: '20 s' } });
    const { jid: bound } = await prebound({ jid: ALICE, resource: 'page', wait: 60, hold: 0 });
    expect(bound).to.equal(`${ALICE}/page`);
    const [transport] = server.manager.sessions;
    expect(transport?.session.terms).to.include({ wait: 20, hold: 0 });
  });

  it('the session is held to the rules: a request out of the window ends it', async () => {
    await serve({ bosh: { strict: true } });
    const { sid, rid } = await prebound();
    const answer = xmlOf(await sessionOf({ jid: '', sid, rid: rid + 100 }).post());
    expect(answer.attrs).to.include({ type: 'terminate' });
    expect(server.manager.size).to.equal(0);
  });

  it('the client may open other streams, and is known on its own domain only', async () => {
    await serve();
    const session = sessionOf(await prebound());
    const features = async (to: string): Promise<string> =>
      (await session.post('', { to, 'xml:lang': 'en' })).body.toString();
    expect(await features('anon.localhost')).to.contain('ANONYMOUS');
    expect(await features('localhost'))
      .to.contain('xmpp-bind')
      .and.not.to.contain('mechanisms');
  });

  it('each call opens another session, until the account has enough', async () => {
    await serve({ hosts: { localhost: { max_resources: 2, conflict: 'refuse' } } });
    const first = await prebound({ jid: ALICE, resource: 'page' });
    const second = await ask({ jid: ALICE, resource: 'page' });
    expect([second.status, await second.json()]).to.deep.equal([409, { error: 'conflict' }]);
    await prebound();
    const third = await ask();
    expect([third.status, await third.json()]).to.deep.equal([409, { error: 'resource-constraint' }]);
    expect(server.manager.size, 'what could not be bound is not left behind').to.equal(2);
    expect(first.jid).to.equal(`${ALICE}/page`);
  });

  it('a secret that is wrong, missing, or shown in another way: 401', async () => {
    await serve();
    for (const authorization of ['', SECRET, 'Bearer', 'Bearer wrong', `Bearer ${SECRET}x`, `Basic ${SECRET}`]) {
      const response = await ask({ jid: ALICE }, { authorization });
      expect(response.status, authorization).to.equal(401);
      expect(response.headers.get('www-authenticate')).to.equal('Bearer');
    }
    expect(server.manager.size).to.equal(0);
  });

  it('after twenty wrong secrets in a minute an address has to wait', async () => {
    await serve();
    for (let count = 0; count < 20; count += 1) await ask({}, { authorization: 'Bearer wrong' });
    const response = await ask();
    expect(response.status).to.equal(429);
    expect(Number(response.headers.get('retry-after'))).to.be.within(1, 60);
  });

  it('more sessions in a minute than the configuration allows: 429', async () => {
    await serve({ prebind: { secret: SECRET, per_minute: 2 } });
    await prebound();
    await prebound();
    const response = await ask();
    expect(response.status).to.equal(429);
    expect(Number(response.headers.get('retry-after'))).to.be.within(1, 60);
  });

  it('opens more sessions than one address may', async () => {
    await serve({ limits: { sessions_per_address: 1, session_creations_per_minute: 1 } });
    await prebound();
    await prebound();
  });

  it('opens them without TLS where clients are sent to TLS: the back end is on this machine', async () => {
    await serve({ bosh: { see_other_uri: 'https://localhost/http-bind' } });
    await prebound();
  });

  it('a secret is long, and has no spaces', () => {
    const faults = (secret: string): string => problemsWith('prebind.secret', secret).join();
    expect(faults(SECRET)).to.equal('');
    expect(faults('short')).to.contain('32 characters');
    expect(faults(SECRET.replaceAll('-', ' '))).to.contain('without spaces');
  });

  it('what cannot be asked for: 400, also more than 4 KiB', async () => {
    await serve();
    const wishes = [
      '',
      'alice',
      '[]',
      'null',
      {},
      { jid: 1 },
      { jid: ALICE, resource: '' },
      { jid: ALICE, wait: -1 },
      { jid: ALICE, hold: 1.5 },
      { jid: ALICE, wait: 256 },
      { jid: ALICE, sid: 'mine' },
      { jid: ALICE, resource: 'x'.repeat(4096) },
      { jid: ALICE, resource: 'x'.repeat(1024) },
    ];
    for (const wish of wishes) expect((await ask(wish)).status, JSON.stringify(wish).slice(0, 80)).to.equal(400);
    expect(server.manager.size).to.equal(0);
  });

  it('who has no account here: 404', async () => {
    await serve();
    for (const who of [
      'bob@localhost',
      'alice@example.com',
      'localhost',
      `${ALICE}/tab`,
      '@',
      'guest@anon.localhost',
    ]) {
      expect((await ask({ jid: who })).status, who).to.equal(404);
    }
    expect(await server.hosts.find('localhost')?.accounts.exists(jid('bob@localhost'))).to.equal(false);
  });

  it('with create_accounts everybody has one', async () => {
    await serve({ prebind: { secret: SECRET, create_accounts: true } });
    await prebound({ jid: 'bob@localhost' });
    expect(await server.hosts.find('localhost')?.accounts.exists(jid('bob@localhost'))).to.equal(true);
    expect((await ask({ jid: 'guest@anon.localhost' })).status).to.equal(404);
  });

  it('pages cannot ask: there are no CORS headers, and no preflight is answered', async () => {
    await serve();
    const response = await ask({ jid: ALICE }, { origin: 'https://evil.example' });
    expect(response.headers.get('access-control-allow-origin')).to.equal(null);
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const preflight = await fetch(`${server.urls[0]}/prebind`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).to.equal(null);
    expect((await fetch(`${server.urls[0]}/prebind`)).status).to.equal(405);
  });

  it('from another machine without TLS: 403, unless the configuration allows it', async () => {
    const http = { trusted_proxies: ['127.0.0.1'] };
    await serve({ http });
    const remote = { 'x-forwarded-for': '192.0.2.1' };
    expect((await ask({ jid: ALICE }, remote)).status).to.equal(403);
    expect((await ask({ jid: ALICE }, { ...remote, 'x-forwarded-proto': 'https' })).status).to.equal(200);
    await server.close({ drain: 0 });
    await serve({ http, prebind: { secret: SECRET, plain_without_tls: true } });
    expect((await ask({ jid: ALICE }, remote)).status).to.equal(200);
  });

  it('an attached server answers it, too', async () => {
    await serve();
    const http = createServer((_request, response) => response.writeHead(418).end());
    server.attach(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as { port: number };
    const headers = { authorization: `Bearer ${SECRET}` };
    const response = await fetch(`http://127.0.0.1:${port}/prebind`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ jid: ALICE }),
    });
    expect(response.status).to.equal(200);
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
});

describe('a session that nobody comes for', () => {
  it('ends after the inactivity that was agreed, and its resource is free', async () => {
    const clock = new VirtualClock();
    const server = await startServer(['alice'], { bosh: { inactivity: '60 s' } }, { clock });
    const opening = new Prebinding(server.manager, new SeededRandom(1)).open(
      { account: jid(ALICE), resource: undefined, wait: 60, hold: 1 },
      { secure: false, loopback: false, address: '127.0.0.1' },
    );
    clock.endTurn();
    while (server.hosts.find('localhost')?.sessions.size === 0) await new Promise(setImmediate);
    clock.endTurn();
    expect(await opening).to.have.property('sid');
    clock.advance(59_000);
    expect(server.manager.size).to.equal(1);
    clock.advance(2000);
    expect(server.manager.size).to.equal(0);
    expect(server.hosts.find('localhost')?.sessions.size).to.equal(0);
    await server.close({ drain: 0 });
  });
});
