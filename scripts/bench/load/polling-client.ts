import { BIND, boundJid, type ChatClient, type ClientOptions } from './chat-client.ts';
import { POLL_INTERVAL } from './frame-session-client.ts';
import { HttpConnection, type HttpOwner } from './http-connection.ts';

/** A guest over XEP-0025, without keys. */
export class PollingClient implements ChatClient, HttpOwner {
  jid = '';
  onAnswer: (text: string) => void = () => {};
  readonly #options: ClientOptions;
  readonly #connection: HttpConnection;
  readonly #waiting: string[] = [];
  #identifier = '';
  #isBound = false;
  #said = '';
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#connection = new HttpConnection(options.url, this);
  }

  async login(): Promise<void> {
    const open =
      `<stream:stream to='${this.#options.domain}' version='1.0' xml:lang='en' xmlns='jabber:client' ` +
      `xmlns:stream='http://etherx.jabber.org/streams'>`;
    const created = await fetch(this.#options.url, { method: 'POST', body: `0,${open}` });
    this.#identifier = /ID=([^;]+)/.exec(created.headers.get('set-cookie') ?? '')?.[1] ?? '';
    await created.arrayBuffer();
    await this.#expect('<success', this.#options.auth);
    await this.#expect('features>', open);
    this.jid = boundJid(await this.#expect('</jid>', BIND));
    this.#isBound = true;
    this.#wake = undefined;
  }

  send(stanzas: readonly string[]): void {
    this.#waiting.push(...stanzas);
    if (!this.#connection.isBusy) this.#post();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  answered(_connection: HttpConnection, body: string): void {
    if (body.includes('</stream:stream>')) return this.failed(`a session ended: ${body}`);
    if (this.#waiting.length > 0) this.#post();
    else this.#timer = setTimeout(() => this.#post(), POLL_INTERVAL);
    this.#said += body;
    this.#wake?.();
    if (this.#isBound && body !== '') this.onAnswer(body);
  }

  failed(reason: string): void {
    clearTimeout(this.#timer);
    this.#options.failed(reason);
  }

  #post(): void {
    clearTimeout(this.#timer);
    this.#connection.post(`${this.#identifier},${this.#waiting.splice(0).join('')}`);
  }

  /** Sends, and waits until this has been said. */
  async #expect(text: string, sent: string): Promise<string> {
    this.#said = '';
    this.send([sent]);
    while (!this.#said.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#said;
  }
}
