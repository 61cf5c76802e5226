import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { Browser } from 'playwright-core';
import { findConverse } from '../../lib/http/routes/chat.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { startBrowser, WatchedPage } from '../support/browser.ts';
import { ConversePage } from '../support/converse-page.ts';
import { requires, requiresConverse } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
const ASSETS = `/chat/converse-${findConverse()?.version}/`;

/** A page of the application, for a user who is signed in there and types nothing. */
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Application</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${ASSETS}converse.min.css">
<script type="module">
  import converse from '${ASSETS}converse.min.js';

  // Before login Converse.js shows pictures of other servers.
  for (const name of ['converse-footer', 'converse-brand-logo']) customElements.define(name, class extends HTMLElement {});
  converse.initialize({
    assets_path: '${ASSETS}',
    authentication: 'prebind',
    auto_login: true,
    blacklisted_plugins: ['converse-omemo'],
    prebind_url: '/session',
    bosh_service_url: '/http-bind',
    discover_connection_methods: false,
    i18n: 'en',
    view_mode: 'fullscreen',
  });
</script>`;

describe('Converse.js with sessions that a back end opens, in Chromium', function () {
  requires(this, 'chromium');
  requiresConverse(this);
  this.timeout(60_000);
  let server: HoldfastServer;
  let application: Server;
  let browser: Browser;
  let watched: WatchedPage;
  let opened: number;

  before(async () => {
    opened = 0;
    [server, browser] = await Promise.all([
      startServer(['alice', 'bob'], { prebind: { secret: SECRET } }),
      startBrowser(),
    ]);
    const others = server.callback();
    application = createServer((request, response) => {
      if (request.url === '/app') response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
      else if (request.url === '/session') void openSession().then((session) => response.end(session));
      else others(request, response);
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const { port } = application.address() as AddressInfo;
    watched = await WatchedPage.open(browser, `http://127.0.0.1:${port}/app`);
  });
  after(async () => {
    await browser.close();
    application.closeAllConnections();
    await new Promise((resolve) => application.close(resolve));
    await server.close({ drain: 0 });
  });

  /** What the back end does for the one who is signed in. */
  async function openSession(): Promise<string> {
    opened += 1;
    const response = await fetch(`${server.urls[0]}/prebind`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: JSON.stringify({ jid: 'alice@localhost' }),
    });
    return response.text();
  }

  async function isOnline(): Promise<void> {
    await watched.page
      .locator('converse-user-profile .online, converse-user-profile .chat-status--online')
      .first()
      .waitFor();
  }

  it('the user is online at once, and gets what is written to her', async () => {
    await isOnline();
    const bob = new StropheClient(server.boshUrl, 'bob');
    await bob.login();
    bob.chat('alice@localhost', 'Hello Alice');
    await watched.page.locator('converse-roster [data-jid="bob@localhost"]').first().click();
    await watched.page.locator('.chat-msg__text').getByText('Hello Alice').waitFor();
    await watched.screenshot('prebound');
    expect(opened).to.equal(1);
    await bob.logout();
  });

  it('after a reload the page goes on with the same session', async () => {
    const [before] = server.manager.sessions;
    await watched.page.reload();
    await isOnline();
    expect([opened, [...server.manager.sessions]]).to.deep.equal([1, [before]]);
  });

  it('when that session is over, the page gets another one by itself', async () => {
    const bound = once(server, 'session:bound');
    for (const transport of server.manager.sessions) transport.terminate('item-not-found');
    await bound;
    await isOnline();
    // Converse.js may ask more than once while it connects anew; it uses the last.
    expect(opened).to.be.at.least(2);
  });

  it('nothing was complained of', () => {
    expect(watched.faults).to.deep.equal([]);
  });
});

describe('Converse.js on the chat page, with a JSON Web Token in place of a password', function () {
  requires(this, 'chromium');
  requiresConverse(this);
  this.timeout(60_000);

  it('logs in', async () => {
    const login = { method: 'jwt', jwt: { secret: SECRET } } as const;
    const [server, browser] = await Promise.all([startServer([], { hosts: { localhost: { login } } }), startBrowser()]);
    const token = new SignJWT({ sub: 'alice' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1 minute');
    const password = await token.sign(Buffer.from(SECRET));
    const page = await ConversePage.login(browser, server, 'alice', { password });
    expect(page.watched.faults).to.deep.equal([]);
    await browser.close();
    await server.close({ drain: 0 });
  });
});
