import { addressOf } from '../wire/address.ts';
import { WebSocketConnection } from '../wire/websocket.ts';
import { openFrame, type Line, type LineOwner } from './line.ts';

/** XMPP over WebSocket. @spec RFC 7395 */
export class WebSocketLine implements Line {
  readonly requests = 0;
  readonly #socket: WebSocketConnection;
  readonly #domain: string;
  /** What was to be sent before there was a connection. */
  #early: string[] | undefined = [];

  constructor({ url, domain }: { readonly url: string; readonly domain: string }, owner: LineOwner) {
    this.#domain = domain;
    this.#socket = new WebSocketConnection(addressOf(url), new URL(url).pathname, {
      opened: () => this.#opened(),
      received: (text) => {
        if (text.startsWith('<close')) owner.broken(`the server closed the stream: ${text}`);
        else owner.heard(text);
      },
      broken: (reason) => owner.broken(reason),
    });
  }

  get bodyUp(): number {
    return this.#socket.bodyUp;
  }

  get bodyDown(): number {
    return this.#socket.bodyDown;
  }

  openStream(): void {
    this.send([openFrame(this.#domain)]);
  }

  send(elements: readonly string[]): void {
    if (this.#early) this.#early.push(...elements);
    else for (const element of elements) this.#socket.send(element);
  }

  listen(): void {}

  close(): void {
    this.#socket.close();
  }

  #opened(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.send(early);
  }
}
