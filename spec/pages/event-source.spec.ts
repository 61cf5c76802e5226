import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { HoldfastServer } from '../../lib/server.ts';
import { startBrowser, WatchedPage } from '../support/browser.ts';
import { Cable } from '../support/cable.ts';
import { FrameClient } from '../support/frame-client.ts';
import { requires } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';

/**
 * In the page: a client that reads with the browser's own EventSource, which can send neither a token nor
 * an acknowledgement. It shows what is said, and sends what it is told.
 */
const CLIENT = `(async (carrier) => {
  const created = await fetch('/xmpp/v1/sessions', { method: 'POST' });
  const session = created.headers.get('Location');
  const headers = { Authorization: 'Bearer ' + created.headers.get('Holdfast-Token') };
  // Without credentials no cookie is kept.
  const credentials = carrier === 'query' ? 'omit' : 'same-origin';
  const { headers: given } = await fetch(session + '/ticket', { method: 'POST', headers, credentials });
  const query = carrier === 'query' ? '?ticket=' + given.get('Holdfast-Ticket') : '';
  const source = new EventSource(session + '/events' + query);

  document.title = 'Native EventSource';
  document.body.innerHTML = '<h1>Native EventSource</h1><ol></ol>';
  let heard = '';
  let wake = () => undefined;
  window.opened = 0;
  source.onopen = () => (window.opened += 1);
  source.onmessage = ({ data }) => {
    const body = new DOMParser().parseFromString(data, 'text/xml').querySelector('message > body');
    if (body) document.querySelector('ol').append(Object.assign(document.createElement('li'), { textContent: body.textContent }));
    heard += data;
    wake();
  };
  const until = async (text) => {
    while (!heard.includes(text)) await new Promise((resolve) => (wake = resolve));
    heard = '';
  };
  let sent = 0;
  const post = (frame, number) =>
    fetch(session + '/frames', { method: 'POST', body: frame, headers: { ...headers, ...number } });
  window.say = (stanza) => post(stanza, { 'Holdfast-First': String((sent += 1)) });

  const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
  const auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + btoa('\\0alice\\0alice') + '</auth>';
  const bind =
    "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + carrier + '</resource></bind></iq>';
  for (const [frame, answer] of [[open, 'features>'], [auth, '<success'], [open, 'features>'], [bind, '</jid>']]) {
    await post(frame);
    await until(answer);
  }
  await window.say("<presence xmlns='jabber:client'/>");
  await until('<presence');
})`;

const SAID = `[...document.querySelectorAll('li')].map((item) => item.textContent)`;
const BURST = 20;

describe('a page with the EventSource of the browser', function () {
  requires(this, 'chromium');
  let server: HoldfastServer;
  let browser: Browser;

  before(async () => {
    [server, browser] = await Promise.all([startServer(['alice', 'bob']), startBrowser()]);
  });
  after(() => Promise.all([server.close({ drain: 0 }), browser.close()]));

  for (const carrier of ['cookie', 'query']) {
    it(`logs in with a ticket in the ${carrier}, chats, and misses nothing when its connection breaks`, async () => {
      const cable = await Cable.to(server.urls[0] ?? '');
      const watched = await WatchedPage.open(browser, cable.urlOf(`${server.urls[0]}/health/live`));
      const { page } = watched;
      const bob = await (await FrameClient.connect(server.webSocketUrl)).login('bob', 'desk');
      await page.evaluate(`${CLIENT}('${carrier}')`);
      await page.evaluate(
        `say("<message xmlns='jabber:client' to='bob@localhost/desk'><body>Hello, Bob</body></message>")`,
      );
      expect((await bob.named('message')).child('body', 'jabber:client')?.text).to.equal('Hello, Bob');

      const bodies = Array.from({ length: BURST }, (_, index) => `${index + 1} ☃`);
      for (const [index, body] of bodies.entries()) {
        if (index === BURST / 2) cable.cut();
        bob.send(`<message xmlns='jabber:client' to='alice@localhost/${carrier}'><body>${body}</body></message>`);
      }
      await page.waitForFunction(`document.querySelectorAll('li').length >= ${BURST}`);
      expect(await page.evaluate(SAID)).to.deep.equal(bodies);
      expect(await page.evaluate('opened')).to.be.at.least(2);
      await watched.screenshot(`event-source-${carrier}`);
      await bob.leave();
      await watched.close();
      cable.close();
    });
  }
});
