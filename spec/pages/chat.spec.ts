import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { $msg, $pres } from 'strophe.js';
import { seconds } from '../../lib/base/time.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { startBrowser } from '../support/browser.ts';
import { Cable } from '../support/cable.ts';
import { ConversePage } from '../support/converse-page.ts';
import { requires, requiresConverse } from '../support/optional.ts';
import { createAccount, startServer } from '../support/running-server.ts';
import { Sandbox } from '../support/sandbox.ts';
import { StropheClient } from '../support/strophe-client.ts';

const BOB = 'bob@localhost';
const CAROL = 'carol@localhost';
const ROOM = 'qa@rooms.localhost';
const WELCOME = 'Welcome, all of you';
const passwordOf = (name: string): string => `${name} and more`;
/** Ten by ten pixels. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';
/** What Chromium and Converse.js say when requests cannot get out. */
const OFFLINE = /ERR_INTERNET_DISCONNECTED|request id \d+\.\d+ error 0 happened/;

/** One story: each chapter goes on where the one before it ended. */
describe('Converse.js over BOSH, in Chromium', function () {
  requires(this, 'chromium');
  requiresConverse(this);
  this.timeout(60_000);
  let server: HoldfastServer;
  let browser: Browser;
  let bob: ConversePage;
  let carol: ConversePage;

  before(async () => {
    const hosts = { localhost: { registration: 'invite' as const } };
    [server, browser] = await Promise.all([startServer([], { hosts }), startBrowser()]);
  });
  after(() => Promise.all([server.close({ drain: 0 }), browser.close()]));

  /** Opens an invitation, and chooses a name. */
  async function comes(name: string): Promise<ConversePage> {
    const made = await server.hosts.find('localhost')?.invitations.create({ uses: 1, registers: true }, seconds(300));
    const chat = await ConversePage.open(browser, server, `#register&jid=localhost&token=${made?.token}`);
    await chat.register(name, passwordOf(name));
    expect(new URL(chat.watched.page.url()).hash).to.equal(`#jid=${name}%40localhost`);
    return chat;
  }

  /** Waits until the server has both as contacts who see each other. */
  async function becomeContacts(account: string, contact: string): Promise<void> {
    const { items } = (await server.hosts.find('localhost')?.store.roster.load(account)) ?? { items: [] };
    if (items.some((item) => item.contact === contact && item.subscription === 'both')) return;
    await bob.watched.page.waitForTimeout(50);
    return becomeContacts(account, contact);
  }

  it('invitations fill in the form; the new accounts are logged in', async () => {
    bob = await comes('bob');
    carol = await comes('carol');
  });

  it('two become contacts, see each other online, and chat in both directions', async () => {
    await carol.addContact(BOB);
    await bob.acceptContact(CAROL);
    await bob.find('.toast').getByText('Successfully accepted the contact request').waitFor();
    await becomeContacts(BOB, CAROL);
    await becomeContacts(CAROL, BOB);
    for (const [one, address] of [
      [bob, CAROL],
      [carol, BOB],
    ] as const) {
      await one.find(`converse-roster li:has([data-jid="${address}"]) .chat-status--avatar`).first().waitFor();
    }
    await bob.converseWith(CAROL);
    await carol.converseWith(BOB);
    await carol.say('Hello Bob');
    await bob.sees('Hello Bob');
    await bob.say('Hello Carol');
    await carol.sees('Hello Carol');
    await carol.watched.screenshot('conversation');
  });

  it('both set avatars, and see each other’s', async () => {
    const box = new Sandbox();
    writeFileSync(box.path('me.png'), PICTURE, 'base64');
    for (const [one, other, address] of [
      [carol, bob, CAROL],
      [bob, carol, BOB],
    ] as const) {
      await one.setAvatar(box.path('me.png'));
      await one.find('converse-user-profile converse-avatar image').waitFor();
      await other.find(`converse-roster [data-jid="${address}"] converse-avatar image`).waitFor();
    }
    await carol.watched.screenshot('avatars');
    await box.close();
  });

  it('the history is there after a reload', async () => {
    await bob.watched.page.reload();
    await bob.isOnline();
    await bob.sees('Hello Carol');
    expect(await bob.messages()).to.deep.equal(['Hello Bob', 'Hello Carol']);
  });

  it('another browser has it over WebSocket, and resumes its session when the connection breaks', async () => {
    const base = server.urls[0] ?? '';
    const cable = await Cable.to(base);
    const second = await ConversePage.login(browser, server, 'bob', {
      link: '?transport=websocket',
      password: passwordOf('bob'),
      base: cable.urlOf(base),
    });
    expect(server.webSockets.size).to.equal(1);
    await second.converseWith(CAROL);
    await second.sees('Hello Carol');
    expect(await second.messages()).to.deep.equal(['Hello Bob', 'Hello Carol']);
    expect(second.watched.faults).to.deep.equal([]);
    const sessions = (): unknown[] => [...(server.hosts.find('localhost')?.sessions.all() ?? [])];
    const before = sessions();
    cable.cut();
    await carol.say('Both of you?');
    await second.sees('Both of you?');
    await bob.sees('Both of you?');
    expect(
      sessions().every((session) => before.includes(session)),
      'no session is new',
    ).to.equal(true);
    await second.watched.close();
    cable.close();
  });

  it('a picture is uploaded, and both see it', async () => {
    const box = new Sandbox();
    writeFileSync(box.path('red.png'), PICTURE, 'base64');
    await carol
      .find('input.fileupload:visible, converse-chat-toolbar input[type=file]')
      .first()
      .setInputFiles(box.path('red.png'));
    await carol.find('.chat-msg img.chat-image').first().waitFor();
    await bob.find('.chat-msg img.chat-image').first().waitFor();
    await box.close();
  });

  it('nothing was complained of so far', () => {
    expect([...bob.watched.faults, ...carol.watched.faults]).to.deep.equal([]);
  });

  it('what is said while the network is down arrives in both directions when it is back', async () => {
    const network = carol.watched.page.context();
    const failed = carol.watched.page.waitForEvent('requestfailed');
    await network.setOffline(true);
    await carol.say('Am I alone?');
    await bob.say('Are you there?');
    await failed;
    await network.setOffline(false);
    await bob.sees('Am I alone?');
    await carol.sees('Are you there?');
    expect((await bob.messages()).toSorted()).to.deep.equal((await carol.messages()).toSorted());
    expect(carol.watched.faults.filter((fault) => !OFFLINE.test(fault))).to.deep.equal([]);
  });

  it('five meet in a room, three of them with Strophe.js, and see the avatar', async () => {
    const names = ['dave', 'erin', 'frank'];
    for (const name of names) await createAccount(server, name);
    await carol.enterRoom('qa', 'Carol');
    const clients = names.map((name) => new StropheClient(server.boshUrl, name));
    await Promise.all(clients.map((client) => client.login()));
    for (const client of clients) {
      client.send($pres({ to: `${ROOM}/${client.name}` }).c('x', { xmlns: 'http://jabber.org/protocol/muc' }));
    }
    await bob.enterRoom('qa', 'Bob');
    for (const client of clients) {
      client.send($msg({ to: ROOM, type: 'groupchat' }).c('body').t(`I am ${client.name}`));
      await Promise.all([carol.sees(`I am ${client.name}`), bob.sees(`I am ${client.name}`)]);
    }
    await bob.say(WELCOME);
    for (const client of clients) await client.until(() => client.messages.some(({ body }) => body === WELCOME));
    await bob.find('converse-muc converse-avatar image').first().waitFor();
    await bob.watched.screenshot('room');
    for (const client of clients) client.close();
  });

  it('whom somebody blocks, cannot write any more', async () => {
    await carol.converseWith(BOB);
    await bob.converseWith(CAROL);
    await bob.block();
    await bob.find(`converse-roster [data-jid="${CAROL}"]`).waitFor({ state: 'detached' });
    await carol.say('Hello?');
    await carol.find('.chat-msg__error:visible, .chat-error:visible').first().waitFor();
    expect(bob.watched.faults).to.deep.equal([]);
  });
});
