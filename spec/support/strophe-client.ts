import { createHash } from 'node:crypto';
import { Strophe, $iq, $msg, $pres } from 'strophe.js';
import { DOMAIN } from './running-server.ts';
import { Network } from './xml-http-request.ts';

/** The part of a DOM element that the specs read. */
interface Dom {
  readonly tagName: string;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  getElementsByTagName(name: string): ArrayLike<Dom>;
}

/** The part of Strophe's connection that the specs use; its own types are those of the browser build. */
interface Connection {
  readonly jid: string;
  /** How often a request is sent again. */
  maxRetries: number;
  connect(jid: string, password: string, changed: (status: number, condition?: string) => void): void;
  attach(jid: string, sid: string, rid: number, changed: (status: number) => void): void;
  disconnect(reason?: string): void;
  addHandler(handler: (stanza: Dom) => boolean, ns: null, name: string | null, type?: string | null): void;
  send(stanza: unknown): void;
  sendIQ(stanza: unknown, done: (answer: Dom) => void, failed: (answer: Dom | null) => void): void;
  flush(): void;
}

export interface ReceivedMessage {
  readonly from: string;
  readonly body: string;
  readonly delayed: boolean;
}

/** What was published at a node. */
export interface ReceivedEvent {
  readonly from: string;
  readonly node: string;
  readonly ids: readonly (string | null)[];
}

const DISCO_INFO = 'http://jabber.org/protocol/disco#info';

Strophe.setLogLevel(Strophe.LogLevel.FATAL);

const FAILED: readonly number[] = [Strophe.Status.CONNFAIL, Strophe.Status.AUTHFAIL, Strophe.Status.ERROR];

function itemsOf(stanza: Dom): { readonly jid: string; readonly subscription: string }[] {
  return Array.from(stanza.getElementsByTagName('item'), (item) => ({
    jid: item.getAttribute('jid') ?? '',
    subscription: item.getAttribute('subscription') ?? '',
  }));
}

/** A chat client made of Strophe.js, that remembers what it was sent. */
export class StropheClient {
  readonly network = new Network();
  readonly name: string;
  readonly #password: string;
  readonly messages: ReceivedMessage[] = [];
  readonly events: ReceivedEvent[] = [];
  readonly presences: { readonly from: string; readonly type: string }[] = [];
  readonly pushes: { readonly jid: string; readonly subscription: string }[] = [];
  readonly #connection: Connection;
  #isDisconnected = false;
  #waiting: { readonly isThere: () => boolean; readonly resolve: () => void }[] = [];

  /** What it says of itself when it is asked. */
  #features: readonly string[] = [];

  /** @param password the name, unless it is another */
  constructor(url: string, name: string, password = name) {
    this.name = name;
    this.#password = password;
    const service = url.startsWith('ws') ? url : this.network.urlOf(url);
    this.#connection = new Strophe.Connection(service) as unknown as Connection;
  }

  get jid(): string {
    return this.#connection.jid;
  }

  /** Logs in, asks for the roster, and becomes available. */
  async login(resource?: string): Promise<void> {
    await this.connect(resource);
    await this.roster();
    this.send($pres());
    await this.until(() => this.presences.some(({ from }) => from === this.jid));
  }

  connect(resource?: string): Promise<void> {
    const jid = `${this.name}@${DOMAIN}${resource === undefined ? '' : `/${resource}`}`;
    return new Promise((resolve, reject) => {
      this.#connection.connect(jid, this.#password, (status, condition) => {
        if (status === Strophe.Status.CONNECTED) {
          this.#listen();
          resolve();
        } else if (status === Strophe.Status.DISCONNECTED) {
          this.#isDisconnected = true;
          this.#wake();
        } else if (FAILED.includes(status)) {
          reject(new Error(`${this.name}: ${condition ?? String(status)}`));
        }
      });
    });
  }

  /** Goes on with a session that somebody else opened, and becomes available. */
  async attach({ jid, sid, rid }: { jid: string; sid: string; rid: number }): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#connection.attach(jid, sid, rid, (status) => {
        if (status === Strophe.Status.ATTACHED) resolve();
        else if (FAILED.includes(status)) reject(new Error(`${this.name}: ${status}`));
        else if (status === Strophe.Status.DISCONNECTED) {
          this.#isDisconnected = true;
          this.#wake();
        }
      });
    });
    this.#listen();
    await this.roster();
    this.send($pres());
    await this.until(() => this.presences.some(({ from }) => from === this.jid));
  }

  /** Logs out, and waits until that is through. */
  async logout(): Promise<void> {
    this.#connection.disconnect('bye');
    await this.until(() => this.#isDisconnected);
    this.close();
  }

  /** Goes without a word, and does not try again: a client that does would keep the process from ending. */
  close(): void {
    this.#connection.maxRetries = -1;
    this.network.close();
    this.#connection.disconnect();
  }

  async roster(): Promise<{ readonly jid: string; readonly subscription: string }[]> {
    const answer = await this.ask($iq({ type: 'get' }).c('query', { xmlns: 'jabber:iq:roster' }));
    return itemsOf(answer);
  }

  ask(iq: unknown): Promise<Dom> {
    return new Promise((resolve, reject) => {
      this.#connection.sendIQ(iq, resolve, (answer) => reject(new Error(answer?.textContent ?? 'no answer')));
      this.#connection.flush();
    });
  }

  send(stanza: unknown): void {
    this.#connection.send(stanza);
    this.#connection.flush();
  }

  /** Sends chat messages in one go. */
  chat(to: string, ...bodies: string[]): void {
    for (const body of bodies) this.#connection.send($msg({ to, type: 'chat' }).c('body').t(body));
    this.#connection.flush();
  }

  presence(to: string, type: string): void {
    this.send($pres({ to, type }));
  }

  /** Says what it can do and is interested in, and that it is there. @spec XEP-0115 §5.1 */
  announce(...features: string[]): void {
    this.#features = [DISCO_INFO, ...features].sort();
    const text = ['client/web//', ...this.#features].map((part) => `${part}<`).join('');
    const ver = createHash('sha1').update(text).digest('base64');
    this.send($pres().c('c', { xmlns: 'http://jabber.org/protocol/caps', hash: 'sha-1', node: 'urn:spec', ver }));
  }

  /** Waits for something that arriving stanzas bring about. */
  until(isThere: () => boolean): Promise<void> {
    if (isThere()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isThere, resolve }));
  }

  #listen(): void {
    this.#connection.addHandler((stanza) => this.#take(stanza), null, null);
  }

  #take(stanza: Dom): boolean {
    const from = stanza.getAttribute('from') ?? '';
    if (stanza.getElementsByTagName('event').length > 0) {
      const node = stanza.getElementsByTagName('items')[0]?.getAttribute('node') ?? '';
      const ids = Array.from(stanza.getElementsByTagName('item'), (item) => item.getAttribute('id'));
      this.events.push({ from, node, ids });
    } else if (stanza.tagName === 'message') {
      const body = stanza.getElementsByTagName('body')[0]?.textContent ?? '';
      this.messages.push({ from, body, delayed: stanza.getElementsByTagName('delay').length > 0 });
    } else if (stanza.tagName === 'presence') {
      this.presences.push({ from, type: stanza.getAttribute('type') ?? 'available' });
    } else if (stanza.getAttribute('type') === 'get') {
      this.#describe(stanza);
    } else if (stanza.getAttribute('type') === 'set') {
      this.pushes.push(...itemsOf(stanza));
    }
    this.#wake();
    return true;
  }

  #describe(question: Dom): void {
    const node = question.getElementsByTagName('query')[0]?.getAttribute('node') ?? '';
    const id = question.getAttribute('id') ?? '';
    const answer = $iq({ type: 'result', id, to: question.getAttribute('from') ?? '' });
    answer.c('query', { xmlns: DISCO_INFO, node }).c('identity', { category: 'client', type: 'web' }).up();
    for (const feature of this.#features) answer.c('feature', { var: feature }).up();
    this.send(answer);
  }

  #wake(): void {
    const met = this.#waiting.filter(({ isThere }) => isThere());
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting));
    for (const { resolve } of met) resolve();
  }
}
