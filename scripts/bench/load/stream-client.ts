import { BIND, boundJid, type ChatClient, type ClientOptions } from './chat-client.ts';
import { TcpConnection } from './tcp-connection.ts';
import { WebSocket, type ConnectionOwner } from './web-socket.ts';

/** Somebody with a connection for one stream: over WebSocket (RFC 7395), or over TCP (RFC 6120). */
export class StreamClient implements ChatClient, ConnectionOwner {
  jid = '';
  onAnswer: (text: string) => void = () => {};
  readonly #options: ClientOptions;
  readonly #open: string;
  readonly #connection: WebSocket | TcpConnection;
  #resolve: (() => void) | undefined;
  #said = '';
  #isOver = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { url, domain } = options;
    const attributes = `to='${domain}' version='1.0' xml:lang='en'`;
    const isTcp = url.protocol === 'xmpp:';
    this.#open = isTcp
      ? `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`
      : `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' ${attributes}/>`;
    this.#connection = isTcp ? new TcpConnection(url, this) : new WebSocket(url, this);
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
    for (const stanza of stanzas) this.#connection.send(stanza);
  }

  close(): void {
    this.#connection.close();
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
    this.#connection.send(sent);
    while (!this.#said.includes(text)) await new Promise<void>((resolve) => (this.#resolve = resolve));
    return this.#said;
  }
}
