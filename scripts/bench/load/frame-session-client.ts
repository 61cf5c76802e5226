import { BIND, boundJid, type ChatClient, type ClientOptions } from './chat-client.ts';
import { HttpStream, type HttpStreamOwner } from './http-stream.ts';

/** How a session is read from. */
export type Reading = 'events' | 'stream' | 'poll?wait=50' | 'poll?wait=0';

/** Milliseconds between two polls that do not wait. */
export const POLL_INTERVAL = 50;
const STANZA = /<(?:message|presence|iq)[ >]/g;

/** A guest on a frame session: one connection to read from, one to send on. */
export class FrameSessionClient implements ChatClient, HttpStreamOwner {
  jid = '';
  onAnswer: (text: string) => void = () => {};
  readonly #options: ClientOptions;
  readonly #reading: Reading;
  readonly #down: HttpStream;
  readonly #up: HttpStream;
  readonly #waiting: string[] = [];
  #path = '';
  #authorization = '';
  #isBound = false;
  #sent = 0;
  #received = 0;
  #said = '';
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions, reading: Reading) {
    this.#options = options;
    this.#reading = reading;
    this.#down = new HttpStream(options.url, this);
    this.#up = new HttpStream(options.url, this);
  }

  async login(): Promise<void> {
    const created = await fetch(this.#options.url, { method: 'POST' });
    this.#path = created.headers.get('location') ?? '';
    this.#authorization = `Authorization: Bearer ${created.headers.get('holdfast-token')}\r\n`;
    const open = `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${this.#options.domain}' version='1.0' xml:lang='en'/>`;
    this.#read();
    await this.#expect('features>', open);
    await this.#expect('<success', this.#options.auth);
    await this.#expect('features>', open);
    this.jid = boundJid(await this.#expect('</jid>', BIND));
    this.#isBound = true;
    this.#wake = undefined;
  }

  send(stanzas: readonly string[]): void {
    this.#waiting.push(...stanzas);
    if (!this.#up.isBusy) this.#post();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#down.close();
    this.#up.close();
  }

  received(text: string): void {
    if (!this.#isBound) {
      this.#said += text;
      this.#wake?.();
      return;
    }
    this.#received += text.match(STANZA)?.length ?? 0;
    if (text.includes('<close')) this.failed(`a session ended: ${text}`);
    else this.onAnswer(text);
  }

  answered(stream: HttpStream): void {
    if (stream === this.#up) {
      if (this.#waiting.length > 0) this.#post();
    } else if (this.#reading === 'poll?wait=0') this.#timer = setTimeout(() => this.#read(), POLL_INTERVAL);
    else this.#read();
  }

  failed(reason: string): void {
    clearTimeout(this.#timer);
    this.#options.failed(reason);
  }

  #read(): void {
    this.#down.request('GET', `${this.#path}/${this.#reading}`, this.#headers);
  }

  #post(): void {
    const stanzas = this.#waiting.splice(0);
    const first = this.#isBound ? `Holdfast-First: ${this.#sent + 1}\r\n` : '';
    if (this.#isBound) this.#sent += stanzas.length;
    this.#up.request('POST', `${this.#path}/frames`, this.#headers + first, stanzas.join('\n'));
  }

  get #headers(): string {
    return this.#isBound ? `${this.#authorization}Holdfast-Ack: ${this.#received}\r\n` : this.#authorization;
  }

  /** Sends, and waits until this has been said. */
  async #expect(text: string, sent: string): Promise<string> {
    this.#said = '';
    this.send([sent]);
    while (!this.#said.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#said;
  }
}
