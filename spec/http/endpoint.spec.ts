import { createServer } from 'node:net';
import { expect } from 'chai';
import { HttpConnection } from '../../lib/conformance/http-connection.ts';
import type { HttpResponse } from '../../lib/conformance/http-response.ts';
import { targetOf } from '../../lib/conformance/target.ts';
import type { LogFields } from '../../lib/base/log.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { wrapper } from '../support/bosh-world.ts';
import { headerOf, HttpSession, xmlOf } from '../support/http-session.ts';
import { message } from '../support/playbook.ts';
import { startServer } from '../support/running-server.ts';

const APP = 'https://app.test';

describe('the BOSH endpoint', () => {
  let server: HoldfastServer;
  let session: HttpSession;
  const logged: string[] = [];

  before(async () => {
    const line = (event: string, fields: LogFields = {}): void =>
      void logged.push(`${event} ${JSON.stringify(fields)}`);
    server = await startServer([], {}, { log: { debug: line, info: line, warn: line, error: line } });
  });

  after(() => server.close({ drain: 0 }));

  beforeEach(() => {
    session = new HttpSession(server.boshUrl);
  });

  /** Answers of every kind: of a session, without one, too large, to GET, and to a wrong method. */
  async function answersTo(headers: Record<string, string>): Promise<HttpResponse[]> {
    return [
      await session.open({}, { headers }),
      await session.post('', { type: 'terminate' }, { headers }),
      await session.request('<body', { headers }),
      await session.request(wrapper({ rid: 1, sid: 'nobody' }), { headers }),
      await session.request('x'.repeat(300 * 1024), { headers }),
      await session.request('', { method: 'GET', headers }),
      await session.request('', { method: 'PUT', headers }),
      await session.request('', { method: 'GET', path: '/http-bind?%3Cbody/%3E', headers }),
    ];
  }

  it('H-01 lets pages of any origin read every answer, errors included', async () => {
    for (const answer of await answersTo({ Origin: APP })) {
      expect(headerOf(answer, 'access-control-allow-origin')).to.equal('*');
      expect(headerOf(answer, 'access-control-allow-credentials')).to.equal(undefined);
    }
  });

  it('H-01 with a list of origins names the one that asked', async () => {
    const picky = await startServer([], { http: { cors_origins: [APP] } });
    try {
      const client = new HttpSession(picky.boshUrl);
      const ours = await client.open({}, { headers: { Origin: APP } });
      expect(headerOf(ours, 'access-control-allow-origin')).to.equal(APP);
      const other = await client.open({}, { headers: { Origin: 'https://evil.test' } });
      expect(headerOf(other, 'access-control-allow-origin')).to.equal(undefined);
      for (const answer of [ours, other]) expect(headerOf(answer, 'vary')).to.equal('Origin');
    } finally {
      await picky.close({ drain: 0 });
    }
  });

  for (const headers of [{ Origin: APP, 'Access-Control-Request-Method': 'POST' }, {}] as Record<string, string>[]) {
    it(`H-02 answers a preflight ${headers['Origin'] ? 'with' : 'without'} an origin`, async () => {
      const answer = await session.request('', { method: 'OPTIONS', headers });
      expect(answer.status).to.equal(200);
      expect(headerOf(answer, 'access-control-allow-methods')).to.contain('POST');
      expect(headerOf(answer, 'access-control-allow-headers')?.toLowerCase()).to.contain('content-type');
      expect(headerOf(answer, 'access-control-max-age')).to.equal('86400');
    });
  }

  it('H-03 H-04 sets no cookies, and forbids to store or compare', async () => {
    for (const answer of await answersTo({ 'If-None-Match': '*', 'If-Modified-Since': new Date().toUTCString() })) {
      expect(headerOf(answer, 'set-cookie')).to.equal(undefined);
      expect(headerOf(answer, 'etag')).to.equal(undefined);
      expect(headerOf(answer, 'cache-control')).to.contain('no-store');
      expect(answer.status).not.to.equal(304);
    }
  });

  it('H-05 keeps a connection, unless the client says otherwise', async () => {
    const target = targetOf(server.boshUrl);
    const keeps = async (version: '1.0' | '1.1', header: string): Promise<boolean> => {
      const connection = await HttpConnection.open(target);
      await connection.send(connection.format({ version, headers: { Connection: header } }, Buffer.from('')));
      const next = await connection.send(connection.format({ version }, Buffer.from('')));
      connection.destroy();
      return next.is === 'response';
    };
    expect(await keeps('1.1', '')).to.equal(true);
    expect(await keeps('1.1', 'close')).to.equal(false);
    expect(await keeps('1.0', '')).to.equal(false);
    expect(await keeps('1.0', 'keep-alive')).to.equal(true);
  });

  it('H-06 B-5-05 GET and HEAD get a page, other methods 405 and the list', async () => {
    const page = await session.request('', { method: 'GET' });
    expect(page.status).to.equal(200);
    expect(headerOf(page, 'content-type')).to.match(/^text\/html/);
    const head = await session.request('', { method: 'HEAD' });
    expect([head.status, head.body.length]).to.deep.equal([200, 0]);
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const refused = await session.request('', { method });
      expect(refused.status).to.equal(405);
      expect(headerOf(refused, 'allow')).to.equal('POST, GET, HEAD, OPTIONS');
    }
  });

  it('H-07 has a path and aliases, with and without a slash at the end', async () => {
    for (const path of ['/http-bind', '/http-bind/', '/bosh', '/bosh/']) {
      expect(xmlOf(await session.open({}, { path })).attrs['sid'], path).to.be.a('string');
    }
    const moved = await startServer([], { bosh: { path: '/chat', aliases: [] } });
    try {
      expect(xmlOf(await new HttpSession(moved.boshUrl).open()).attrs['sid']).to.be.a('string');
      expect((await new HttpSession(moved.boshUrl).open({}, { path: '/http-bind' })).status).to.equal(404);
    } finally {
      await moved.close({ drain: 0 });
    }
  });

  it('H-08 a body that is too large ends the session that it names, or gets 413', async () => {
    const large = 'x'.repeat(300 * 1024);
    expect((await session.request(large)).status).to.equal(413);
    await session.open();
    const answer = await session.request(wrapper({ sid: session.sid, rid: session.rid + 1 }, message('m', large)));
    expect(xmlOf(answer).attrs['condition']).to.equal('policy-violation');
    expect(xmlOf(await session.post()).attrs['condition']).to.equal('item-not-found');
  });

  it('H-08 before login a body may be 16 KiB', async () => {
    await session.open();
    const answer = await session.post(message('m', 'x'.repeat(17 * 1024)));
    expect(xmlOf(answer).attrs['condition']).to.equal('policy-violation');
  });

  it('H-09 counts sessions and creations of an address, and says when to come again', async () => {
    const limits = { sessions_per_address: 2, session_creations_per_minute: 3 };
    const small = await startServer([], { limits });
    try {
      const open = async (): Promise<HttpResponse> => new HttpSession(small.boshUrl).open();
      expect(xmlOf(await open()).attrs['sid']).to.be.a('string');
      expect(xmlOf(await open()).attrs['sid']).to.be.a('string');
      for (const why of ['two sessions', 'three creations']) {
        const refused = await open();
        expect(xmlOf(refused).attrs['condition'], why).to.equal('policy-violation');
        expect(Number(headerOf(refused, 'retry-after')), why).to.be.within(1, 60);
      }
    } finally {
      await small.close({ drain: 0 });
    }
  });

  it('H-10 a session that does not log in is ended', async () => {
    const hasty = await startServer([], { auth: { iterations: 4096, timeout: '1 s' } });
    try {
      const client = new HttpSession(hasty.boshUrl);
      await client.open();
      const answer = await client.post();
      expect(answer.body.toString()).to.contain('<connection-timeout');
    } finally {
      await hasty.close({ drain: 0 });
    }
  });

  it('H-11 browsers are told not to guess, nor to run what looks like a page', async () => {
    const plain = await session.open();
    expect(headerOf(plain, 'x-content-type-options')).to.equal('nosniff');
    expect(headerOf(plain, 'content-security-policy')).to.equal(undefined);
    const html = await session.open({ content: 'text/html; charset=utf-8' });
    expect(headerOf(html, 'content-type')).to.equal('text/html; charset=utf-8');
    expect(headerOf(html, 'content-security-policy')).to.equal("default-src 'none'; sandbox");
  });

  it('B-7.1-13 `content` is the Content-Type of held, repeated and last answers, too', async () => {
    await session.open({ content: 'text/plain', wait: 1 });
    const held = await session.post();
    session.rid -= 1;
    const repeated = await session.post();
    const last = await session.post('', { type: 'terminate' });
    for (const answer of [held, repeated, last]) expect(headerOf(answer, 'content-type')).to.equal('text/plain');
  });

  it('H-12 no sid, key, or SASL payload is in the log', async () => {
    const secret = Buffer.from('\0alice\0hunter2').toString('base64');
    await session.open({ newkey: 'f'.repeat(40) });
    await session.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`, {
      key: 'e'.repeat(40),
    });
    const log = logged.join('\n');
    for (const word of [session.sid, secret, 'hunter2', 'f'.repeat(40), 'e'.repeat(40)])
      expect(log).not.to.contain(word);
    expect(log).to.contain('bosh.session.ended');
  });

  it('H-13 believes what proxies say only where they are configured', async () => {
    const forwarded = { headers: { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' } };
    const mechanisms = async (one: HoldfastServer): Promise<string> =>
      (await new HttpSession(one.boshUrl, 'localhost').open({}, forwarded)).body.toString();
    expect(await mechanisms(server)).not.to.contain('>PLAIN<');
    const behind = await startServer([], { http: { trusted_proxies: ['127.0.0.1'] } });
    try {
      expect(await mechanisms(behind)).to.contain('>PLAIN<');
    } finally {
      await behind.close({ drain: 0 });
    }
  });

  it('H-14 every answer is well-formed, and no attribute is there twice', async () => {
    for (const hold of [0, 1]) {
      for (const wait of [0, 5])
        expect(xmlOf(await session.open({ hold, wait, newkey: 'k', ack: 1 })).attrs['sid']).to.be.a('string');
    }
  });

  it('J-2.1-01 a wrapper in the query is not found; any other query gets the page', async () => {
    const answer = await session.request('', { method: 'GET', path: '/http-bind?%3Cbody%20/%3E' });
    expect([answer.status, answer.body.length]).to.deep.equal([404, 0]);
    expect((await session.request('', { method: 'GET', path: '/http-bind?x=1' })).status).to.equal(200);
  });

  it('J-2.3-04 J-2.2-02 script syntax is never stored, and takes a query of 8 KiB', async () => {
    const scripts = await startServer([], { bosh: { script_syntax: true } });
    try {
      const client = new HttpSession(scripts.boshUrl);
      const query = encodeURIComponent(client.creation({ from: `${'a'.repeat(8000)}@anon.localhost` }));
      const answer = await client.request('', { method: 'GET', path: `/http-bind?${query}` });
      expect(answer.body.toString()).to.match(/^_BOSH_\("<body .* sid='/);
      expect(headerOf(answer, 'cache-control')).to.equal('no-store, no-cache');
      expect(headerOf(answer, 'pragma')).to.equal('no-cache');
      expect(headerOf(answer, 'content-type')).to.equal('text/javascript; charset=utf-8');
      expect(headerOf(answer, 'x-content-type-options')).to.equal('nosniff');
    } finally {
      await scripts.close({ drain: 0 });
    }
  });

  it('B-7.1-10 `route` opens no connection', async () => {
    let connections = 0;
    const listener = createServer(() => (connections += 1));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    for (const route of [`xmpp:127.0.0.1:${port}`, 'xmpp:[::1]:1', 'garbage']) {
      expect(xmlOf(await session.open({ route })).attrs['sid']).to.be.a('string');
    }
    await new Promise((resolve) => listener.close(resolve));
    expect(connections).to.equal(0);
  });
});
