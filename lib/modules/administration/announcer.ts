import { opaqueId } from '../../base/random.ts';
import type { Announcements } from '../../core/announcements.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { StateKey } from '../../core/keys.ts';
import type { HostContext } from '../../core/module.ts';
import { xml } from '../../xml/index.ts';
import { Stanza } from '../../xmpp/stanza.ts';

const KIND = 'motd';
/** Of each account: which message of the day it has had. */
const SEEN = 'motd-seen';
const ID_BITS = 60;

interface MessageOfTheDay {
  readonly id: string;
  readonly text: string;
}

const GREETED = new StateKey('motd-greeted', () => ({ isDone: false }));

/** Tells users what the operators of the domain want them to know. @spec XEP-0133 §4.23 §4.24 */
export class Announcer implements Announcements {
  readonly #host: HostContext;
  /** Undefined before it was read, null when there is none. */
  #motd: MessageOfTheDay | null | undefined;

  constructor(host: HostContext) {
    this.#host = host;
  }

  announce(text: string): number {
    const sessions = [...this.#host.sessions.all()].filter((session) => session.isAvailable);
    for (const session of sessions) this.#tell(session, text);
    return sessions.length;
  }

  async today(): Promise<string | undefined> {
    return (await this.#read())?.text;
  }

  async set(text: string): Promise<void> {
    const motd = { id: opaqueId(this.#host.random, ID_BITS), text };
    await this.#write(motd);
    const accounts = new Set(Array.from(this.#host.sessions.all(), ({ account }) => account.toString()));
    this.announce(text);
    for (const account of accounts) await this.#note(account, motd);
  }

  async edit(text: string): Promise<boolean> {
    const motd = await this.#read();
    if (motd) await this.#write({ ...motd, text });
    return motd !== null;
  }

  async remove(): Promise<boolean> {
    const existed = await this.#host.store.documents.remove(this.#host.domain, KIND, '');
    this.#motd = null;
    return existed;
  }

  /** A client is available: its user hears what is new, once. Asks the store only when there may be something. */
  greet(session: ClientSession): Promise<void> | undefined {
    const greeted = session.state(GREETED);
    if (greeted.isDone || this.#motd === null) return undefined;
    greeted.isDone = true;
    return this.#greet(session);
  }

  async #greet(session: ClientSession): Promise<void> {
    const motd = await this.#read();
    const account = session.account.toString();
    if (!motd || (await this.#host.store.documents.get(account, SEEN, '')) === motd.id) return;
    await this.#note(account, motd);
    this.#tell(session, motd.text);
  }

  /** @spec RFC 6121 §5.2.2 */
  #tell(session: ClientSession, text: string): void {
    const message = xml('message', { type: 'headline' }, xml('body', {}, text));
    session.send(new Stanza(message, this.#host.jid, session.jid));
  }

  async #note(account: string, { id }: MessageOfTheDay): Promise<void> {
    await this.#host.store.documents.put(account, SEEN, { key: '', text: id }, 1);
  }

  async #read(): Promise<MessageOfTheDay | null> {
    if (this.#motd !== undefined) return this.#motd;
    const text = await this.#host.store.documents.get(this.#host.domain, KIND, '');
    this.#motd = text === undefined ? null : (JSON.parse(text) as MessageOfTheDay); // what `write` wrote
    return this.#motd;
  }

  async #write(motd: MessageOfTheDay): Promise<void> {
    await this.#host.store.documents.put(this.#host.domain, KIND, { key: '', text: JSON.stringify(motd) }, 1);
    this.#motd = motd;
  }
}
