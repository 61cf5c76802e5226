import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { HoldfastServer } from '../../lib/server.ts';
import { startBrowser, WatchedPage } from '../support/browser.ts';
import { requires, requiresConverse } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';

const SCREENS = {
  'a desktop': { viewport: { width: 1280, height: 800 } },
  'a phone': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};
const SCHEMES = { light: 'light', dark: 'dark' } as const;

/** The page may scroll down, never sideways. */
const OVERHANG = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const BACKGROUND = 'getComputedStyle(document.querySelector("converse-root, body")).backgroundColor';

describe('pages in a browser', function () {
  requires(this, 'chromium');
  requiresConverse(this);
  this.timeout(60_000);
  let server: HoldfastServer;
  let browser: Browser;

  before(async () => {
    [server, browser] = await Promise.all([startServer(), startBrowser()]);
  });
  after(() => Promise.all([server.close({ drain: 0 }), browser.close()]));

  for (const [screen, options] of Object.entries(SCREENS)) {
    for (const colorScheme of Object.values(SCHEMES)) {
      it(`look right on ${screen}, ${colorScheme}, and ask nobody else for anything`, async () => {
        const home = await WatchedPage.open(browser, `${server.urls[0]}/`, { ...options, colorScheme });
        expect(isDark(await home.page.evaluate(BACKGROUND))).to.equal(colorScheme === 'dark');
        expect(await home.page.evaluate(OVERHANG)).to.equal(0);
        await home.screenshot(`home-${screen}-${colorScheme}`);
        await home.page.getByRole('link', { name: 'Open the chat' }).click();
        await home.page.getByRole('textbox', { name: 'XMPP Address' }).waitFor();
        await home.page.getByRole('link', { name: 'localhost' }).waitFor();
        expect(await home.page.evaluate(OVERHANG)).to.equal(0);
        await home.screenshot(`chat-${screen}-${colorScheme}`);
        expect(home.faults).to.deep.equal([]);
        await home.close();
      });
    }
  }

  for (const [invitation, lead, chat] of [
    ['romeo@localhost?roster;preauth=abc;ibr=y', 'romeo@localhost invites you to chat.', 'jid=localhost'],
    ['romeo@localhost?roster;preauth=abc', 'romeo@localhost invites you to chat.', undefined],
    ['d%27artagnan@localhost?register;preauth=abc', "You can be d'artagnan@localhost.", 'jid=d%27artagnan%40localhost'],
    ['localhost?register;preauth=abc', 'You can have an account at localhost.', 'jid=localhost'],
  ] as const) {
    it(`say what the invitation ${invitation} is for`, async () => {
      const invite = await WatchedPage.open(browser, `${server.urls[0]}/invite#${invitation}`);
      await invite.page.getByText(lead).waitFor();
      expect(await invite.page.locator('#open').getAttribute('href')).to.equal(`xmpp:${invitation}`);
      const link = chat === undefined ? null : `/chat#register&${chat}&token=abc`;
      expect(await invite.page.locator('#chat').getAttribute('href')).to.equal(link);
      expect(await invite.page.locator('#clients li').first().textContent(), 'for this system').to.contain('Linux');
      expect(await invite.page.evaluate(OVERHANG)).to.equal(0);
      await invite.screenshot(`invite-${lead}`);
      expect(invite.faults).to.deep.equal([]);
      await invite.close();
    });
  }

  for (const fragment of ['', 'romeo@localhost', 'javascript:alert(1)', '<b>?roster;preauth=a', '%?roster;preauth=a']) {
    it(`offer nothing for the invitation "${fragment}"`, async () => {
      const invite = await WatchedPage.open(browser, `${server.urls[0]}/invite#${fragment}`);
      await invite.page.getByText('This link is incomplete').waitFor();
      expect(await invite.page.locator('#open').isVisible()).to.equal(false);
      expect(invite.faults).to.deep.equal([]);
      await invite.close();
    });
  }

  it('say without scripts that the chat needs one; home needs none', async () => {
    const home = await WatchedPage.open(browser, `${server.urls[0]}/`, { javaScriptEnabled: false });
    await home.page.getByRole('link', { name: 'Open the chat' }).click();
    await home.page.locator('noscript').waitFor();
    await home.close();
  });
});

/** Whether a colour such as `rgb(23, 22, 20)` is nearer to black. */
function isDark(color: unknown): boolean {
  const parts = String(color).match(/\d+/g) ?? [];
  const [red = 255, green = 255, blue = 255] = parts.map(Number);
  return red + green + blue < 384;
}
