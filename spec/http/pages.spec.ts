import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import Router from 'koa-router';
import { chat } from '../../lib/http/routes/chat.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { requiresConverse } from '../support/optional.ts';

/** What a path answers. */
async function get(server: HoldfastServer, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL(path, server.urls[0]), { headers });
}

describe('the home page', () => {
  it('says what runs here: version, domains, and whole addresses', async () => {
    const server = await startServer();
    const { boshUrl, webSocketUrl } = server;
    const page = await (await get(server, '/')).text();
    await server.close({ drain: 0 });
    expect(page).to.contain('0.1.0');
    expect(page).to.contain('for <code>localhost</code>, with guests at <code>anon.localhost</code>');
    expect(page).to.contain(`>${boshUrl}<`).and.to.contain(`>${webSocketUrl}<`);
    expect(page).to.contain('href="/chat"').and.to.contain('href="/chat?guest"');
  });

  it('lets the browser load nothing, and names no endpoint that is off', async () => {
    const server = await startServer([], { websocket: { enabled: false }, pages: { chat: false } });
    const response = await get(server, '/');
    const page = await response.text();
    await server.close({ drain: 0 });
    const policy = response.headers.get('content-security-policy');
    expect(policy).to.match(/^default-src 'none'; style-src 'sha256-\S{44}';/);
    expect(policy).to.contain("form-action 'none'; frame-ancestors 'none'");
    expect(page).not.to.match(/<script|WebSocket|href="\/chat/);
  });

  it('writes https and wss behind a proxy that it trusts', async () => {
    const server = await startServer([], { http: { trusted_proxies: ['127.0.0.1'] } });
    const behind = await get(server, '/', { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' });
    const page = await behind.text();
    const secure = server.boshUrl.replace('http:', 'https:');
    await server.close({ drain: 0 });
    expect(page).to.contain(`>${secure}<`).and.to.contain('>wss://');
  });

  it('writes the public URL when there is one', async () => {
    const server = await startServer([], { http: { public_url: 'https://chat.example' } });
    const page = await (await get(server, '/')).text();
    await server.close({ drain: 0 });
    expect(page).to.contain('>https://chat.example/http-bind<').and.to.contain('>wss://chat.example/xmpp-websocket<');
  });

  it('is not there when it is switched off', async () => {
    const server = await startServer([], { pages: { home: false } });
    const { status } = await get(server, '/');
    await server.close({ drain: 0 });
    expect(status).to.equal(404);
  });
});

describe('the lab', () => {
  it('says in a server that runs from its sources where it is', async () => {
    const server = await startServer();
    const response = await get(server, '/lab');
    const home = await (await get(server, '/')).text();
    await server.close({ drain: 0 });
    expect(response.status).to.equal(404);
    expect(await response.text()).to.contain('<code>npm start</code> builds it');
    expect(home).to.contain('href="/lab"');
  });

  it('is not there when it is switched off', async () => {
    const server = await startServer([], { pages: { lab: false } });
    const response = await get(server, '/lab');
    const home = await (await get(server, '/')).text();
    await server.close({ drain: 0 });
    expect([response.status, await response.text()]).to.deep.equal([404, 'Not Found']);
    expect(home).not.to.contain('href="/lab"');
  });
});

describe('the chat page without Converse.js', () => {
  it('says how to install it', async () => {
    const app = new Koa();
    const router = new Router();
    const endpoints = { boshPath: '/http-bind', webSocketPath: undefined };
    const domains = { domain: 'localhost', guestDomain: undefined, roomsDomain: undefined };
    chat(router, { ...endpoints, ...domains, hasRegistration: false }, undefined);
    app.use(router.routes());
    const http = app.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const response = await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/chat`);
    const page = await response.text();
    http.close();
    expect(response.status).to.equal(404);
    expect(page).to.contain('run <code>npm install --include=optional</code>');
  });
});

describe('the chat page over HTTP', function () {
  requiresConverse(this);
  let server: HoldfastServer;
  let assets: string;

  before(async () => {
    server = await startServer();
    const page = await (await get(server, '/chat')).text();
    assets = /src="(\/chat\/converse-[\d.]+\/)converse\.min\.js"/.exec(page)?.[1] ?? '';
  });
  after(() => server.close({ drain: 0 }));

  it('lets the browser ask nobody but this server', async () => {
    const { headers } = await get(server, '/chat');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).to.match(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
    expect(policy).to.contain("connect-src 'self'").and.to.contain("frame-ancestors 'none'");
    expect(policy).not.to.match(/https?:|\*/);
    expect(headers.get('referrer-policy')).to.equal('no-referrer');
  });

  it('has Converse.js, packed, for a year, and with a tag', async () => {
    const first = await get(server, `${assets}converse.min.js`, { 'accept-encoding': 'gzip' });
    expect(first.status).to.equal(200);
    expect(first.headers.get('content-encoding')).to.equal('gzip');
    expect(first.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    expect(first.headers.get('content-type')).to.equal('text/javascript; charset=utf-8');
    const etag = first.headers.get('etag') ?? '';
    const again = await get(server, `${assets}converse.min.js`, {
      'if-none-match': etag,
      'cache-control': 'max-age=0',
    });
    expect(again.status).to.equal(304);
    const plain = await get(server, `${assets}converse.min.js`, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).to.equal(null);
    expect((await plain.text()) === (await first.text())).to.equal(true);
  });

  it('asks each time whether its own script is the same', async () => {
    const { status, headers } = await get(server, `${assets}chat-page.mjs`);
    expect(status).to.equal(200);
    expect(headers.get('cache-control')).to.equal('no-cache');
  });

  for (const path of [
    'website.css',
    'converse.js',
    'converse.min.js.map',
    '../package.json',
    '..%2Fpackage.json',
    '%2e%2e/package.json',
    '%00',
    'chunkjs',
    '',
  ]) {
    it(`does not have ${JSON.stringify(path)}`, async () => {
      const { status } = await get(server, `${assets}${path}`);
      expect(status).to.equal(404);
    });
  }

  it('is not there when it is switched off, and nor is anything below it', async () => {
    const without = await startServer([], { pages: { chat: false } });
    const paths = ['/chat', `${assets}chat-page.mjs`, `${assets}converse.min.js`];
    const statuses = await Promise.all(paths.map(async (path) => (await get(without, path)).status));
    await without.close({ drain: 0 });
    expect(statuses).to.deep.equal([404, 404, 404]);
  });
});

describe('the page of invitations', () => {
  it('has one script, from here, and lets the browser load nothing else', async () => {
    const server = await startServer();
    const response = await get(server, '/invite');
    const script = await get(server, '/invite/invite-page.mjs');
    await server.close({ drain: 0 });
    expect(response.headers.get('content-security-policy')).to.match(
      /^script-src 'self'; default-src 'none'; style-src/,
    );
    expect(response.headers.get('referrer-policy')).to.equal('no-referrer');
    expect(script.headers.get('content-type')).to.equal('text/javascript; charset=utf-8');
    expect(await response.text())
      .to.contain('src="/invite/invite-page.mjs"')
      .and.to.contain('Chat in this browser');
  });

  it('offers no chat where there is none, and is not there when it is switched off', async () => {
    const server = await startServer([], { pages: { chat: false } });
    const page = await (await get(server, '/invite')).text();
    await server.close({ drain: 0 });
    expect(page).not.to.contain('Chat in this browser');
    const without = await startServer([], { pages: { invite: false } });
    const { status } = await get(without, '/invite');
    await without.close({ drain: 0 });
    expect(status).to.equal(404);
  });
});
