import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type * as Library from '../../lib/index.ts';
import { startBrowser, WatchedPage } from '../support/browser.ts';
import { builtProgram } from '../support/built-program.ts';
import { requires } from '../support/optional.ts';

/** Bytes of the script in gzip. */
const MOST = 80_000;
/** A POST that arrives after the session has moved is refused, as it should be: its stanzas go another way. Browsers note every such answer. */
const LATE = /status of 409 \(Conflict\) \(\S+\/frames\)/;
const OVERHANG = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const DESKTOP = { viewport: { width: 1440, height: 1000 } };
const PHONE = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true };

describe('the lab in a browser', function () {
  requires(this, 'chromium');
  this.timeout(120_000);
  let server: Library.HoldfastServer;
  let browser: Browser;

  before(async () => {
    // The page is part of what is built.
    const library = (await import(pathToFileURL(join(builtProgram(), 'index.js')).href)) as typeof Library;
    server = await library.createServer({
      hosts: { 'anon.localhost': { anonymous: true } },
      storage: { driver: 'memory' },
      http: { listen: ['127.0.0.1:0'] },
    });
    await server.listen();
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await server.close({ drain: 0 });
  });

  it(`is one script of no more than ${MOST} bytes in gzip`, () => {
    const script = readFileSync(join(builtProgram(), 'lab', 'lab.js'));
    expect(gzipSync(script, { level: 9 }).length).to.be.at.most(MOST);
  });

  it('shows all transports at work, and takes a session on a tour of 20 moves with nothing lost or duplicated', async () => {
    const lab = await open(browser, server, { ...DESKTOP, colorScheme: 'light' });
    const { page } = lab;
    for (const row of await page.locator('.lanes tbody tr').all()) {
      await until(page, async () => Number(await row.locator('td').nth(4).textContent()) > 2);
    }
    await page.getByRole('button', { name: 'Burst of 20' }).click();
    await page.getByRole('button', { name: 'Tour of 20 moves' }).click();
    await page
      .locator('.facts div', { hasText: 'moves' })
      .getByText('20', { exact: true })
      .waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await until(page, async () => (await total(page, 'received')) === (await total(page, 'sent')));
    expect(await total(page, 'sent')).to.be.at.least(20);
    const taken = page.locator('.facts div', { hasText: 'taken (h)' }).locator('dd');
    expect(Number(await taken.textContent())).to.be.at.least(await total(page, 'sent'));
    expect(await total(page, 'lost')).to.equal(0);
    expect(await total(page, 'duplicated')).to.equal(0);
    await lab.screenshot('lab-light');
    expect(lab.faults.filter((fault) => !LATE.test(fault))).to.deep.equal([]);
    await lab.close();
  });

  it('reads a saved comparison, and says when a file is none', async () => {
    const lab = await open(browser, server, DESKTOP);
    const { page } = lab;
    const cell = {
      workload: 'W1',
      label: 'BOSH, hold 1',
      figures: { latency50: 51.3, requests: 1 },
      theory: { latency50: 50 },
    };
    const report = {
      format: 1,
      software: 'Holdfast',
      at: '2026-01-01T00:00:00Z',
      weather: { name: 'lan' },
      cells: [cell],
    };
    const choose = (value: unknown): Promise<void> =>
      page.getByLabel('Open a report').setInputFiles({
        name: 'report.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(value)),
      });
    await choose({ ...report, format: 0 });
    await page.getByText('report.json is no report of holdfast compare.').waitFor();
    await choose(report);
    expect(await page.getByRole('row', { name: /BOSH, hold 1/ }).innerText()).to.match(
      /W1\s+51 ms \(50 ms\)\s+–\s+–\s+1.00/,
    );
    expect(lab.faults).to.deep.equal([]);
    await lab.close();
  });

  for (const [screen, options] of Object.entries({ 'a desktop, dark': DESKTOP, 'a phone': PHONE })) {
    it(`fits ${screen}`, async () => {
      const lab = await open(browser, server, { ...options, colorScheme: 'dark' });
      const { page } = lab;
      await until(page, async () => (await total(page, 'received')) > 2);
      expect(await page.evaluate(OVERHANG)).to.equal(0);
      expect(await page.evaluate('document.documentElement.dataset.theme')).to.equal('dark');
      await lab.screenshot(`lab-${screen}`);
      await page.getByRole('button', { name: 'Light' }).click();
      await page.getByRole('button', { name: 'Dark' }).waitFor();
      expect(lab.faults.filter((fault) => !LATE.test(fault))).to.deep.equal([]);
      await lab.close();
    });
  }
});

async function open(browser: Browser, server: Library.HoldfastServer, options: object): Promise<WatchedPage> {
  const url = new URL('/lab', server.urls[0]);
  return WatchedPage.open(browser, url.href, options, [`http://localhost:${url.port}`]);
}

async function total(page: Page, name: string): Promise<number> {
  return Number((await page.locator(`[data-total="${name}"]`).textContent())?.replaceAll(',', ''));
}

/** Looks again with every new figure. */
async function until(page: Page, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await page.evaluate('new Promise(requestAnimationFrame)');
}
