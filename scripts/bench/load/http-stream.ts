import { createConnection, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** What a stream tells its owner. */
export interface HttpStreamOwner {
  /** A piece of an answer, as soon as it is there. */
  received(text: string): void;
  /** An answer is complete. */
  answered(stream: HttpStream): void;
  failed(reason: string): void;
}

/** A kept connection for one request at a time, whose answer may go on for ever. By hand, because it has to be cheap. */
export class HttpStream {
  readonly #url: URL;
  readonly #owner: HttpStreamOwner;
  #socket: Socket | undefined;
  #text = '';
  /** What is left of the answer, or of its present chunk; undefined before its head. */
  #left: number | undefined;
  #isChunked = false;
  #isBusy = false;

  constructor(url: URL, owner: HttpStreamOwner) {
    this.#url = url;
    this.#owner = owner;
  }

  /** True while a request has no complete answer. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** @param headers lines, each with its end @param body ASCII */
  request(method: 'GET' | 'POST', path: string, headers: string, body = ''): void {
    this.#isBusy = true;
    this.#socket ??= this.#connect();
    const length = method === 'POST' ? `Content-Length: ${body.length}${LINE_END}` : '';
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#url.host}\r\n${headers}${length}\r\n`;
    this.#socket.write(head + body, 'latin1');
  }

  close(): void {
    this.#isBusy = false;
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = createConnection({ host: this.#url.hostname, port: Number(this.#url.port), noDelay: true });
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
    this.#text += text;
    if (this.#left === undefined && !this.#readHead()) return;
    if (this.#isChunked) this.#readChunks();
    else this.#readBody();
  }

  #readHead(): boolean {
    const end = this.#text.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#text.slice(0, end);
    if (!head.startsWith('HTTP/1.1 200')) this.#owner.failed(`an answer that was not expected: ${head.slice(0, 60)}`);
    this.#text = this.#text.slice(end + HEAD_END.length);
    const length = LENGTH.exec(head)?.[1];
    this.#isChunked = length === undefined;
    this.#left = Number(length ?? 0);
    return true;
  }

  #readBody(): void {
    if (this.#left === undefined || this.#text.length < this.#left) return;
    const body = this.#text.slice(0, this.#left);
    this.#text = this.#text.slice(this.#left);
    this.#done(body);
  }

  /** Chunks without extensions, which is how Node writes them. */
  #readChunks(): void {
    for (;;) {
      const end = this.#text.indexOf(LINE_END);
      if (end < 0) return;
      const size = Number.parseInt(this.#text.slice(0, end), 16);
      const from = end + LINE_END.length;
      if (this.#text.length < from + size + LINE_END.length) return;
      const chunk = this.#text.slice(from, from + size);
      this.#text = this.#text.slice(from + size + LINE_END.length);
      if (size === 0) return this.#done('');
      this.#owner.received(chunk);
    }
  }

  #done(body: string): void {
    this.#left = undefined;
    this.#isBusy = false;
    if (body !== '') this.#owner.received(body);
    this.#owner.answered(this);
  }
}
