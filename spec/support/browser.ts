import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

/** Chromium itself must not talk to anybody either. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Milliseconds that something on a page may take before the spec fails: a busy machine is slow. */
const PATIENCE = 20_000;

/** The system's Chromium; a suite that uses it says `requires(this, 'chromium')`. */
export function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: [...FLAGS, ...flags] });
}

/** A page in a profile of its own, with everything noted that should not happen there. */
export class WatchedPage {
  readonly page: Page;
  /** What the page complained of on its console, threw, or asked of other servers. */
  readonly faults: string[] = [];

  private constructor(page: Page, origins: readonly string[]) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.faults.push(`thrown: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && !origins.includes(url.origin)) this.faults.push(`outside: ${url.href}`);
    });
  }

  /** @param others further origins that it may ask */
  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    others: readonly string[] = [],
  ): Promise<WatchedPage> {
    const context: BrowserContext = await browser.newContext(options);
    const watched = new WatchedPage(await context.newPage(), [new URL(url).origin, ...others]);
    await watched.page.goto(url);
    return watched;
  }

  /** For people to look at, when `SCREENSHOTS` names a folder. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env['SCREENSHOTS'];
    if (folder === undefined) return;
    const path = join(folder, `${name.replaceAll(' ', '-')}.png`);
    await this.page.screenshot({ path, animations: 'disabled' });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
