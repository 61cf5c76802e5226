import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { Readable } from 'node:stream';
import { decodeFrame, encodeFrame, OPCODE, type Frame } from '../../lib/conformance/websocket-frames.ts';
import type { Element } from '../../lib/xml/index.ts';
import { read } from './read-xml.ts';

/** What `fetch` does, as far as specs need it. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

/** One HTTP/2 connection, with the certificates that specs have. */
export class Http2Client {
  readonly session: ClientHttp2Session;
  readonly #streams: ClientHttp2Stream[] = [];

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => undefined);
  }

  static async connect(url: string): Promise<Http2Client> {
    const client = new Http2Client(connect(url, { rejectUnauthorized: false }));
    await once(client.session, 'remoteSettings');
    return client;
  }

  /** The latest request. */
  get stream(): ClientHttp2Stream | undefined {
    return this.#streams.at(-1);
  }

  /** As `fetch`, over this connection. */
  readonly fetch: Fetch = async (url, { method = 'GET', headers = {}, body, signal } = {}) => {
    const { pathname, search } = new URL(url);
    const fields = Object.fromEntries(new Headers(headers));
    const stream = this.#open({ ':method': method, ':path': pathname + search, ...fields });
    const cancel = (): void => stream.close(constants.NGHTTP2_CANCEL);
    signal?.addEventListener('abort', cancel);
    stream.on('close', () => signal?.removeEventListener('abort', cancel));
    stream.end(body ?? undefined);
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    const { ':status': _, ...rest } = answer;
    const status = statusOf(answer);
    const content = NO_BODY.has(status) ? null : (Readable.toWeb(stream) as ReadableStream);
    return new Response(content, {
      status,
      headers: Object.entries(rest).map(([name, value]) => [name, String(value)]),
    });
  };

  /** The answer to an extended CONNECT. @spec RFC 8441 §4 */
  async connect(headers: Record<string, string>): Promise<{ status: number; stream: ClientHttp2Stream }> {
    const stream = this.#open({ ':method': 'CONNECT', ':scheme': 'https', ...headers });
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    return { status: statusOf(answer), stream };
  }

  /** A WebSocket on this connection. */
  async webSocket(path: string): Promise<Http2WebSocket> {
    const { status, stream } = await this.connect({
      ':protocol': 'websocket',
      ':path': path,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'xmpp',
    });
    if (status !== 200) throw new Error(`refused with ${status}`);
    return new Http2WebSocket(stream);
  }

  #open(headers: Record<string, string>): ClientHttp2Stream {
    const stream = this.session.request(headers, { endStream: false });
    stream.on('error', () => undefined);
    this.#streams.push(stream);
    return stream;
  }

  /** Breaks the connection. */
  cut(): void {
    this.session.destroy();
  }
}

function statusOf(headers: IncomingHttpHeaders): number {
  return Number(headers[':status']);
}

/** Sends messages over an HTTP/2 stream, and remembers what it gets. */
export class Http2WebSocket {
  /** Messages that nobody has asked for. */
  readonly messages: string[] = [];
  readonly closed: Promise<number>;
  readonly #stream: ClientHttp2Stream;
  #bytes: Buffer = Buffer.alloc(0);
  #code = 1006;
  #isOver = false;
  #isClosing = false;
  #wake: (() => void) | undefined;

  constructor(stream: ClientHttp2Stream) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('end', () => stream.end());
    this.closed = new Promise((resolve) => {
      stream.on('close', () => {
        this.#isOver = true;
        this.#wake?.();
        resolve(this.#code);
      });
    });
  }

  send(...messages: string[]): void {
    for (const message of messages) this.sendFrame({ payload: Buffer.from(message) });
  }

  sendFrame(frame: Partial<Frame>): void {
    const whole = { opcode: OPCODE.text, isFinal: true, reserved: 0, isMasked: true, payload: Buffer.alloc(0) };
    this.#stream.write(encodeFrame({ ...whole, ...frame }));
  }

  /** The next message. @throws Error when the connection ends before it */
  async element(): Promise<Element> {
    while (this.messages.length === 0) {
      if (this.#isOver) throw new Error('the connection has ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return read(this.messages.shift() ?? '');
  }

  /** The messages until the connection ends. */
  async rest(): Promise<string[]> {
    await this.closed;
    return this.messages.splice(0);
  }

  /** Starts the closing handshake. */
  close(): void {
    this.#isClosing = true;
    this.sendFrame({ opcode: OPCODE.close, payload: Buffer.from([0x03, 0xe8]) });
  }

  cut(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let found = decodeFrame(this.#bytes); found; found = decodeFrame(this.#bytes)) {
      this.#bytes = found.rest;
      const { opcode, payload } = found.frame;
      if (opcode === OPCODE.text) this.messages.push(payload.toString());
      else if (opcode === OPCODE.ping) this.sendFrame({ opcode: OPCODE.pong, payload });
      else if (opcode === OPCODE.close) {
        this.#code = payload.readUInt16BE(0);
        if (!this.#isClosing) this.close();
      }
    }
    this.#wake?.();
  }
}
