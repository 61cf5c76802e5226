import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { HoldfastServer } from '../../lib/server.ts';
import { jid } from '../core/world.ts';
import { startBrowser } from '../support/browser.ts';
import { ConversePage } from '../support/converse-page.ts';
import { requires, requiresConverse } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';

describe('XEP-0050 commands with Converse.js, in Chromium', function () {
  requires(this, 'chromium');
  requiresConverse(this);
  this.timeout(60_000);
  let server: HoldfastServer;
  let browser: Browser;
  let alice: ConversePage;

  before(async () => {
    const hosts = { localhost: { admins: ['alice@localhost'], registration: 'invite' as const } };
    [server, browser] = await Promise.all([startServer(['alice', 'bob'], { hosts }), startBrowser()]);
    alice = await ConversePage.login(browser, server, 'alice');
    await alice.listCommands('localhost');
  });
  after(() => Promise.all([server.close({ drain: 0 }), browser.close()]));

  it('an administrator adds a user with a form', async () => {
    await alice.openCommand('Add User');
    const form = alice.find('converse-adhoc-commands form form, converse-adhoc-commands li form');
    await form.locator('[name=accountjid]').fill('carol@localhost');
    await form.locator('[name=password]').fill('carol and more');
    await form.locator('[name=password-verify]').fill('carol and more');
    await alice.watched.screenshot('add-user');
    await form.locator('[data-action=complete]').click();
    await alice.find('converse-adhoc-commands').getByText('carol@localhost can log in.').waitFor();
    expect(await server.hosts.find('localhost')?.accounts.verify(jid('carol@localhost'), 'carol and more')).to.equal(
      true,
    );
  });

  it('and sees what a command without a form has found', async () => {
    await alice.openCommand('Get Number of Registered Users');
    await alice.find('converse-adhoc-commands').getByText('The number of registered users').waitFor();
    await alice.watched.screenshot('registered-users');
  });

  it('everybody gets an invitation', async () => {
    await alice.openCommand('Invite user');
    await alice.watched.screenshot('invite-user');
    await alice
      .find('converse-adhoc-commands')
      .getByText(/xmpp:alice@localhost\?roster;preauth=/)
      .first()
      .waitFor();
    expect(alice.watched.faults).to.deep.equal([]);
  });
});
