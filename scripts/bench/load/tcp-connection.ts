import { createConnection, type Socket } from 'node:net';
import type { ConnectionOwner } from './web-socket.ts';

/** A connection for an XML stream, and only as much of it as is needed: it has to be cheap. */
export class TcpConnection {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  /** What came behind the last tag. */
  #rest = '';
  #isClosed = false;

  constructor(url: URL, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#socket = createConnection({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('connect', () => owner.opened());
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => owner.failed(error.message));
    this.#socket.on('close', () => {
      if (!this.#isClosed) owner.failed('a connection ended');
    });
  }

  /** @param text ASCII */
  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  /** No tag and no text between tags is given in two pieces. */
  #read(text: string): void {
    const end = text.lastIndexOf('>') + 1;
    if (end > 0) this.#owner.received(this.#rest + text.slice(0, end));
    this.#rest = end > 0 ? text.slice(end) : this.#rest + text;
  }
}
