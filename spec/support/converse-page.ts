import type { Browser, Locator } from 'playwright-core';
import type { HoldfastServer } from '../../lib/server.ts';
import { WatchedPage } from './browser.ts';

const DESKTOP = { viewport: { width: 1100, height: 700 } };

/** The chat page as somebody uses it: everything is clicked and typed. */
export class ConversePage {
  readonly watched: WatchedPage;

  private constructor(watched: WatchedPage) {
    this.watched = watched;
  }

  /** @param link what follows `/chat` @param base where the server is for this page */
  static async open(
    browser: Browser,
    server: HoldfastServer,
    link = '',
    base = server.urls[0] ?? '',
  ): Promise<ConversePage> {
    return new ConversePage(await WatchedPage.open(browser, new URL(`/chat${link}`, base).href, DESKTOP));
  }

  /** @param password the name, unless it is another */
  static async login(
    browser: Browser,
    server: HoldfastServer,
    name: string,
    { link = '', password = name, base = server.urls[0] ?? '' } = {},
  ): Promise<ConversePage> {
    const chat = await ConversePage.open(browser, server, link, base);
    await chat.find('input[name=jid]').fill(name);
    await chat.find('input[name=password]').fill(password);
    await chat.find('button[type=submit]').click();
    await chat.isOnline();
    return chat;
  }

  /** Fills in what the invitation has left open. */
  async register(name: string, password: string): Promise<void> {
    const form = this.find('converse-registration-form');
    await form.locator('input[name=username]').fill(name);
    await form.locator('input[name=password]').fill(password);
    await this.watched.screenshot('registration');
    await form.locator('[type=submit]').click();
    await this.isOnline();
  }

  find(selector: string): Locator {
    return this.watched.page.locator(selector);
  }

  /** Waits until the page says so. */
  async isOnline(): Promise<void> {
    await this.find('converse-user-profile .chat-status--online, converse-user-profile .online').first().waitFor();
  }

  async addContact(address: string): Promise<void> {
    await this.find('.dropdown--contacts button').click();
    await this.find('.add-contact').click();
    await this.find('.add-xmpp-contact input[name=jid]').fill(address);
    await this.find('.add-xmpp-contact button[type=submit]').click();
  }

  async acceptContact(address: string): Promise<void> {
    const request = this.find(`converse-roster li:has([data-jid="${address}"])`);
    await request.locator('converse-dropdown button').click();
    await request.locator('.accept-xmpp-request').click();
    await this.find('converse-modal, .modal.show').locator('form button[type=submit]').click();
  }

  /** Opens the conversation with a contact. */
  async converseWith(address: string): Promise<void> {
    await this.find(`converse-roster [data-jid="${address}"]`).first().click();
    await this.find('textarea.chat-textarea:visible').waitFor();
  }

  async setAvatar(file: string): Promise<void> {
    await this.find('.show-profile').click();
    await this.find('input[name=avatar_image]').setInputFiles(file);
    const modal = this.find('converse-profile-modal');
    await modal.locator('.image-picker image').waitFor();
    await modal.locator('#profile-tabpanel [type=submit]').click();
    await modal.waitFor({ state: 'hidden' });
  }

  /** A room of this server, by its name. */
  async enterRoom(name: string, nick: string): Promise<void> {
    await this.find('converse-rooms-list converse-dropdown button').first().click();
    await this.find('.show-add-muc-modal').click();
    await this.find('.add-chatroom input[name=chatroom]').fill(name);
    await this.find('.add-chatroom input[name=nickname]').fill(nick);
    await this.find('.add-chatroom [type=submit]').click();
    await this.find('converse-muc textarea.chat-textarea:visible').waitFor();
  }

  /** Blocks the one whose conversation is open. */
  async block(): Promise<void> {
    await this.find('.chat-head:visible converse-dropdown button').first().click();
    await this.find('.block-user').click();
    await this.find('.modal.show [type=submit]').first().click();
  }

  /** The commands of an address, in the settings. */
  async listCommands(address: string): Promise<void> {
    await this.find('.show-client-info').click();
    const commands = this.find('converse-adhoc-commands');
    await commands.locator('input[name=jid]').fill(address);
    await commands.locator('input[type=submit]').click();
    await commands.getByText('Commands found').waitFor();
  }

  async openCommand(name: string): Promise<void> {
    await this.find(`converse-adhoc-commands [data-command-name="${name}"]`).click();
  }

  async say(text: string): Promise<void> {
    await this.find('textarea.chat-textarea:visible').fill(text);
    await this.find('textarea.chat-textarea:visible').press('Enter');
  }

  /** Waits until a message with this text is in sight. */
  async sees(text: string): Promise<void> {
    await this.find('.chat-msg__text:visible').getByText(text, { exact: true }).waitFor();
  }

  /** Text of each message in sight. */
  messages(): Promise<string[]> {
    return this.find('.chat-msg__text:visible').allInnerTexts();
  }
}
