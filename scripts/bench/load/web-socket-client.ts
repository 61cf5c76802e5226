import { BIND, boundJid, type ChatClient, type ClientOptions } from './chat-client.ts';
import { WebSocket, type WebSocketOwner } from './web-socket.ts';

/** Somebody over WebSocket (RFC 7395). */
export class WebSocketClient implements ChatClient, WebSocketOwner {
  jid = '';
  onAnswer: (text: string) => void = () => {};
  readonly #options: ClientOptions;
  readonly #open: string;
  readonly #socket: WebSocket;
  #resolve: (() => void) | undefined;
  #said = '';
  #isOver = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#open = `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${options.domain}' version='1.0' xml:lang='en'/>`;
    this.#socket = new WebSocket(options.url, this);
  }

  async login(): Promise<void> {
    // What is said before the connection is open is lost: the server speaks only when it is spoken to.
    await new Promise<void>((resolve) => (this.#resolve = resolve));
    await this.#expect('features>', this.#open);
    await this.#expect('<success', this.#options.auth);
    await this.#expect('features>', this.#open);
    this.jid = boundJid(await this.#expect('</jid>', BIND));
    this.#resolve = undefined;
  }

  send(stanzas: readonly string[]): void {
    for (const stanza of stanzas) this.#socket.send(stanza);
  }

  close(): void {
    this.#socket.close();
  }

  opened(): void {
    this.#resolve?.();
  }

  received(text: string): void {
    if (this.#resolve) {
      this.#said += text;
      this.#resolve();
    } else if (text.startsWith('<close') || text.startsWith('<stream:error')) {
      this.failed(`a session ended: ${text}`);
    } else {
      this.onAnswer(text);
    }
  }

  failed(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.failed(reason);
  }

  /** Sends, and waits until this has been said. */
  async #expect(text: string, sent: string): Promise<string> {
    this.#said = '';
    this.#socket.send(sent);
    while (!this.#said.includes(text)) await new Promise<void>((resolve) => (this.#resolve = resolve));
    return this.#said;
  }
}
