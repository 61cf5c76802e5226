import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { HttpResponseReader, headerOf, textOf, type HttpResponse } from './http-response.ts';
import { connectTo, type Target } from './target.ts';
import type { Transcript } from './transcript.ts';
import { OPCODE, decodeFrame, encodeFrame, type Frame } from './websocket-frames.ts';

/** What comes over a WebSocket. */
export type Incoming =
  | { readonly is: 'text'; readonly text: string; readonly at: number }
  | { readonly is: 'binary' | 'pong'; readonly payload: Buffer; readonly at: number }
  | { readonly is: 'close'; readonly code: number | undefined; readonly at: number }
  /** The connection ended without a closing handshake, or broke RFC 6455. */
  | { readonly is: 'lost'; readonly reason: string; readonly at: number };

export interface HandshakeOptions {
  /** Replaces headers; an empty value leaves one out. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A WebSocket over which every byte is ours. Pings are answered, everything else waits to be taken. */
export class WebSocketConnection {
  /** The response to the handshake. */
  readonly handshake: HttpResponse;
  /** What `Sec-WebSocket-Accept` had to be. */
  readonly expectedAccept: string;
  readonly #socket: Socket;
  readonly #name: string;
  readonly #transcript: Transcript;
  readonly #queue: Incoming[] = [];
  readonly #waiting: ((incoming: Incoming) => void)[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #fragments: Frame[] = [];
  #isOver = false;

  private constructor(
    options: { socket: Socket; name: string; transcript: Transcript; handshake: HttpResponse; expectedAccept: string },
    rest: Buffer,
  ) {
    this.handshake = options.handshake;
    this.expectedAccept = options.expectedAccept;
    this.#socket = options.socket;
    this.#name = options.name;
    this.#transcript = options.transcript;
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', (error: Error) => this.#end(error.message));
    this.#socket.on('close', () => this.#end('closed'));
    this.#read(rest);
  }

  /** Connects and shakes hands; whether that went well is for the caller to see. */
  static async open(
    target: Target,
    transcript: Transcript,
    name: string,
    options: HandshakeOptions = {},
  ): Promise<WebSocketConnection> {
    const socket = connectTo(target);
    await once(socket, target.secure ? 'secureConnect' : 'connect');
    const key = randomBytes(16).toString('base64');
    const request = formatHandshake(target, key, options);
    transcript.add('sent', name, request);
    socket.write(request.replaceAll('\n', '\r\n'));
    const { response, rest } = await readHandshake(socket);
    transcript.add('came', name, textOf(response));
    const expectedAccept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    return new WebSocketConnection({ socket, name, transcript, handshake: response, expectedAccept }, rest);
  }

  get isUpgraded(): boolean {
    return this.handshake.status === 101;
  }

  header(name: string): string | undefined {
    return headerOf(this.handshake, name);
  }

  send(text: string): void {
    this.sendFrame({ payload: Buffer.from(text) });
  }

  /** A masked, final text frame unless it is said otherwise. */
  sendFrame(frame: Partial<Frame>): void {
    const whole = {
      opcode: OPCODE.text,
      payload: Buffer.alloc(0),
      isFinal: true,
      reserved: 0,
      isMasked: true,
      ...frame,
    };
    this.#transcript.add('sent', this.#name, whole.opcode === OPCODE.text ? String(whole.payload) : describe(whole));
    if (!this.#isOver) this.#socket.write(encodeFrame(whole));
  }

  /** Starts the closing handshake. */
  close(code = 1000): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.sendFrame({ opcode: OPCODE.close, payload });
  }

  /** The next thing that comes; undefined when nothing does within `timeout` milliseconds. */
  async next(timeout: number): Promise<Incoming | undefined> {
    const early = this.#queue.shift();
    if (early) return early;
    let timer: NodeJS.Timeout | undefined;
    const incoming = new Promise<Incoming | undefined>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
        resolve(undefined);
      }, timeout);
    });
    return incoming.finally(() => clearTimeout(timer));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (let next = decodeFrame(this.#bytes); next; next = decodeFrame(this.#bytes)) {
      this.#bytes = next.rest;
      this.#take(next.frame);
    }
  }

  #take(frame: Frame): void {
    const at = performance.now();
    const { opcode, payload } = frame;
    if (frame.isMasked || frame.reserved !== 0) return this.#end('a frame that is masked, or has reserved bits');
    if (opcode === OPCODE.ping) return this.sendFrame({ opcode: OPCODE.pong, payload });
    if (opcode === OPCODE.pong) return this.#put({ is: 'pong', payload, at });
    if (opcode === OPCODE.close) {
      const code = payload.length >= 2 ? payload.readUInt16BE() : undefined;
      return this.#put({ is: 'close', code, at });
    }
    this.#fragments.push(frame);
    if (!frame.isFinal) return undefined;
    const [first] = this.#fragments;
    const whole = Buffer.concat(this.#fragments.map((fragment) => fragment.payload));
    this.#fragments = [];
    if (first?.opcode === OPCODE.text) return this.#put({ is: 'text', text: whole.toString('utf8'), at });
    return this.#put({ is: 'binary', payload: whole, at });
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#put({ is: 'lost', reason, at: performance.now() });
  }

  #put(incoming: Incoming): void {
    const shown =
      incoming.is === 'text' ? incoming.text : incoming.is === 'close' ? `close ${incoming.code}` : incoming.is;
    this.#transcript.add(incoming.is === 'lost' ? 'closed' : 'came', this.#name, shown);
    const waiter = this.#waiting.shift();
    if (waiter) waiter(incoming);
    else this.#queue.push(incoming);
  }
}

function describe({ opcode, payload, isFinal }: Frame): string {
  return `frame with opcode ${opcode}, ${payload.length} bytes${isFinal ? '' : ', to be continued'}`;
}

function formatHandshake(target: Target, key: string, { headers = {}, method = 'GET' }: HandshakeOptions): string {
  const all: Record<string, string> = {
    Host: target.authority,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'xmpp',
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\n`);
  return `${method} ${target.path} HTTP/1.1\n${lines.join('')}\n`;
}

/** The response, and what came behind it. @throws Error when the connection ends before it is whole */
async function readHandshake(socket: Socket): Promise<{ response: HttpResponse; rest: Buffer }> {
  const reader = new HttpResponseReader();
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(new Error('the connection was closed instead of an answer to the handshake'));
    const onData = (chunk: Buffer): void => {
      try {
        const [response] = reader.push(chunk, performance.now(), () => false);
        if (!response) return;
        socket.off('data', onData).off('close', onEnd);
        resolve({ response, rest: reader.rest });
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on('data', onData).once('close', onEnd);
    socket.once('error', reject);
  });
}
