import { createConnection, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** What a connection tells its owner. */
export interface HttpOwner {
  answered(connection: HttpConnection, body: string): void;
  failed(reason: string): void;
}

/** A kept connection for one POST at a time. HTTP by hand, and only as much of it as is needed: it has to be cheap. */
export class HttpConnection {
  readonly #host: string;
  readonly #port: number;
  readonly #head: string;
  readonly #owner: HttpOwner;
  #socket: Socket | undefined;
  #received = '';
  #isBusy = false;

  constructor(url: URL, owner: HttpOwner) {
    this.#host = url.hostname;
    this.#port = Number(url.port);
    this.#head =
      `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n` +
      'Content-Type: text/xml; charset=utf-8\r\nContent-Length: ';
    this.#owner = owner;
  }

  /** True while a request has no answer. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** @param body ASCII */
  post(body: string): void {
    this.#isBusy = true;
    this.#socket ??= this.#connect();
    this.#socket.write(this.#head + body.length + HEAD_END + body, 'latin1');
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = createConnection({ host: this.#host, port: this.#port, noDelay: true });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', (error) => this.#owner.failed(error.message));
    socket.on('close', () => {
      this.#socket = undefined;
      if (this.#isBusy) this.#owner.failed('a connection ended before the answer');
    });
    return socket;
  }

  #read(text: string): void {
    this.#received += text;
    const start = this.#received.indexOf(HEAD_END);
    if (start < 0) return;
    const head = this.#received.slice(0, start);
    const length = Number(LENGTH.exec(head)?.[1] ?? Number.NaN);
    const from = start + HEAD_END.length;
    if (this.#received.length < from + length) return;
    const body = this.#received.slice(from);
    this.#received = '';
    this.#isBusy = false;
    const isRight = head.startsWith('HTTP/1.1 200') && body.length === length;
    if (isRight) this.#owner.answered(this, body);
    else this.#owner.failed(`an answer that was not expected: ${head.slice(0, 60)}`);
  }
}
