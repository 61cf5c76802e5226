import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { HoldfastServer } from '../../lib/server.ts';
import { startBrowser, WatchedPage } from '../support/browser.ts';
import { builtProgram } from '../support/built-program.ts';
import { FrameClient } from '../support/frame-client.ts';
import { requires } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';

const NAMES = ['websocket', 'sse', 'stream', 'long-poll', 'poll', 'bosh'];
/** Milliseconds between two messages of the counted stream. */
const INTERVAL = 10;
/** What the browser says of late requests on a transport that was left; and of pages without an icon. */
const EXPECTED = /status of 40[49]|favicon/;

/** In the page: logs in with the client library, shows each move, and counts what comes. */
const CLIENT = `(async (source) => {
  const { Client } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  document.title = 'One session, many transports';
  document.body.innerHTML =
    '<style>body { font: 14px sans-serif; margin: 24px } ol { columns: 3 } .bad { color: red }</style>' +
    '<h1>One session, many transports</h1><p id="state"></p><ol></ol>';
  const show = () => {
    const { received, wrong } = window.tour;
    document.querySelector('#state').textContent =
      'now over ' + window.tour.client.transport + '; ' + received + ' messages received, ' + wrong + ' lost, repeated or out of order';
  };
  const client = new Client({
    domain: 'localhost', username: 'alice', password: 'alice', resource: 'tour', automatic: false, pollInterval: 20,
  });
  window.tour = { client, received: 0, wrong: 0, moves: [] };
  client.on('stanza', (stanza) => {
    if (stanza.name !== 'message') return;
    window.tour.received += 1;
    if (Number(/<body>(\\d+)</.exec(stanza.toString())[1]) !== window.tour.received) window.tour.wrong += 1;
    show();
  });
  client.on('transport', ({ from, to, stall }) => {
    if (from === undefined) return;
    window.tour.moves.push(from + ' ' + to);
    const item = document.createElement('li');
    item.textContent = from + ' → ' + to + ', ' + Math.round(stall) + ' ms';
    document.querySelector('ol').append(item);
  });
  await client.start('websocket');
  client.send('<presence/>');
})`;

/** Every pair of transports once, one after the other, back to where it began. */
function tour(names: readonly string[]): string[] {
  const [start = ''] = names;
  const left = new Map(names.map((name) => [name, names.filter((other) => other !== name)]));
  const path = [start];
  const found: string[] = [];
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const next = left.get(at)?.pop();
    if (next === undefined) found.push(path.pop() ?? '');
    else path.push(next);
  }
  return found.reverse();
}

describe('a page that moves through all transports', function () {
  requires(this, 'chromium');
  this.timeout(60_000);
  let server: HoldfastServer;
  let browser: Browser;

  before(async () => {
    [server, browser] = await Promise.all([startServer(['alice', 'bob']), startBrowser()]);
  });
  after(() => Promise.all([server.close({ drain: 0 }), browser.close()]));

  it('from each to each other, and receives a counted stream without loss, repetition or disorder', async () => {
    const source = readFileSync(join(builtProgram(), 'client', 'index.js'), 'utf8');
    const watched = await WatchedPage.open(browser, `${server.urls[0]}/health/live`);
    const { page } = watched;
    await page.evaluate(`${CLIENT}(${JSON.stringify(source)})`);
    const bob = await (await FrameClient.connect(server.webSocketUrl)).login('bob');
    let sent = 0;
    const counting = setInterval(() => {
      sent += 1;
      bob.send(`<message xmlns='jabber:client' to='alice@localhost/tour' type='chat'><body>${sent}</body></message>`);
    }, INTERVAL);
    const [, ...stations] = tour(NAMES);
    for (const name of stations) {
      const before = await page.evaluate('tour.received');
      await page.evaluate(`tour.client.moveTo('${name}')`);
      // Something has to come on each.
      await page.waitForFunction(`tour.received > ${Number(before)}`);
    }
    clearInterval(counting);
    await page.waitForFunction(`tour.received >= ${sent}`);
    expect(await page.evaluate('[tour.received, tour.wrong]')).to.deep.equal([sent, 0]);
    const moves = stations.map((name, index) => `${stations[index - 1] ?? NAMES[0]} ${name}`);
    expect(new Set(moves).size).to.equal(NAMES.length * (NAMES.length - 1));
    expect(await page.evaluate('tour.moves')).to.deep.equal(moves);
    expect(watched.faults.filter((fault) => !EXPECTED.test(fault))).to.deep.equal([]);
    await watched.screenshot('tour');
    await page.evaluate('tour.client.stop()');
    await bob.leave();
    await watched.close();
  });
});
