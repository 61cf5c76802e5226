import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { OPCODE, decodeFrame, encodeFrame } from '../../conformance/websocket-frames.ts';
import { connectTo, type Address } from './address.ts';
import { BROWSER_HEADERS } from './http.ts';

/** What a connection tells its owner. */
export interface WebSocketOwner {
  opened(): void;
  received(text: string): void;
  broken(reason: string): void;
}

const HEAD_END = '\r\n\r\n';

/** The client's side of RFC 6455, as far as XMPP needs it: no extensions, no fragments. */
export class WebSocketConnection {
  /** Bytes of messages. */
  bodyUp = 0;
  bodyDown = 0;
  readonly #owner: WebSocketOwner;
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #isOver = false;

  constructor(address: Address, path: string, owner: WebSocketOwner) {
    this.#owner = owner;
    this.#socket = connectTo(address);
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', (error) => this.#finish(error.message));
    this.#socket.on('close', () => this.#finish('the connection ended'));
    this.#socket.write(handshake(address, path));
  }

  send(text: string): void {
    this.bodyUp += text.length;
    this.#write(OPCODE.text, Buffer.from(text, 'latin1'));
  }

  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    this.#socket.write(encodeFrame({ opcode, payload, isFinal: true, reserved: 0, isMasked: true }));
  }

  #read(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    if (!this.#isOpen && !this.#accept()) return;
    for (let next = decodeFrame(this.#bytes); next; next = decodeFrame(this.#bytes)) {
      this.#bytes = next.rest;
      const { opcode, payload } = next.frame;
      if (opcode === OPCODE.ping) this.#write(OPCODE.pong, payload);
      if (opcode === OPCODE.close) this.#finish('closed by the server');
      if (opcode !== OPCODE.text) continue;
      this.bodyDown += payload.length;
      this.#owner.received(payload.toString('latin1'));
    }
  }

  #accept(): boolean {
    const end = this.#bytes.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#bytes.toString('latin1', 0, end);
    this.#bytes = this.#bytes.subarray(end + HEAD_END.length);
    this.#isOpen = head.startsWith('HTTP/1.1 101');
    if (this.#isOpen) this.#owner.opened();
    else this.#finish(`no WebSocket: ${head.slice(0, 40)}`);
    return this.#isOpen;
  }

  #finish(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#owner.broken(reason);
  }
}

function handshake({ authority, secure }: Address, path: string): string {
  const headers = {
    Host: authority,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': 'xmpp',
    Origin: `${secure ? 'https' : 'http'}://${authority}`,
    'User-Agent': BROWSER_HEADERS['user-agent'],
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
