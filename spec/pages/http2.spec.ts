import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { HoldfastServer } from '../../lib/server.ts';
import { startBrowser, WatchedPage } from '../support/browser.ts';
import { requires } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';

const TLS = { cert: 'spec/support/certificates/first.pem', key: 'spec/support/certificates/first.key' };

/** In the page: what the browser used for each request. */
const PROTOCOLS = `(async () => {
  const answer = await fetch('/http-bind', {
    method: 'POST',
    body: "<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='localhost' ver='1.11' wait='10' hold='1'/>",
  });
  await answer.text();
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return [...new Set(entries.map((entry) => entry.nextHopProtocol))];
})()`;

/** In the page: the first message of a stream over WebSocket. */
const FIRST_MESSAGE = `new Promise((resolve, reject) => {
  const socket = new WebSocket('wss://' + location.host + '/xmpp-websocket', 'xmpp');
  const OPEN = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
  socket.onopen = () => socket.send(OPEN);
  socket.onmessage = ({ data }) => (resolve(data), socket.close(1000));
  socket.onerror = () => reject(new Error('no WebSocket'));
})`;

describe('pages over TLS', function () {
  requires(this, 'chromium');
  let server: HoldfastServer;
  let browser: Browser;

  before(async () => {
    const http = { listen_tls: ['127.0.0.1:0'], tls: TLS };
    [server, browser] = await Promise.all([startServer([], { http }), startBrowser(['--ignore-certificate-errors'])]);
  });
  after(() => Promise.all([server.close({ drain: 0 }), browser.close()]));

  it('come over HTTP/2, and so does the chat', async () => {
    const watched = await WatchedPage.open(browser, `${server.urls[1]}/health/live`);
    expect(await watched.page.evaluate(PROTOCOLS)).to.deep.equal(['h2']);
    await watched.close();
  });

  it('WH-07 open a WebSocket on the connection that they have', async () => {
    const watched = await WatchedPage.open(browser, `${server.urls[1]}/health/live`);
    const tools = await watched.page.context().newCDPSession(watched.page);
    await tools.send('Network.enable');
    const statuses: number[] = [];
    tools.on('Network.webSocketHandshakeResponseReceived', ({ response }) => statuses.push(response.status));
    expect(await watched.page.evaluate(FIRST_MESSAGE)).to.match(/^<open [^>]*from="localhost"/);
    // Over HTTP/1.1 it would be 101.
    expect(statuses).to.deep.equal([200]);
    await watched.close();
  });
});
