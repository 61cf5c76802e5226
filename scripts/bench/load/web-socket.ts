import { randomBytes } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;
const MASKED = 0x80;
/** Leaves everything as it is, so that masking costs us nothing; the server has to undo it all the same. */
const MASK = '\0\0\0\0';
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** What a connection tells its owner. */
export interface ConnectionOwner {
  opened(): void;
  received(text: string): void;
  failed(reason: string): void;
}

/** A WebSocket by hand, and only as much of it as is needed: it has to be cheap. */
export class WebSocket {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #received = '';
  #isOpen = false;
  #isClosed = false;

  constructor(url: URL, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#socket = createConnection({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => owner.failed(error.message));
    this.#socket.on('close', () => {
      if (!this.#isClosed) owner.failed('a connection ended');
    });
    this.#socket.write(
      `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: xmpp${HEAD_END}`,
    );
  }

  /** @param text shorter than 64 KiB, ASCII */
  send(text: string): void {
    this.#write(TEXT, text);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #write(opcode: number, payload: string): void {
    const { length } = payload;
    const size =
      length < LENGTH_16
        ? String.fromCharCode(MASKED | length)
        : String.fromCharCode(MASKED | LENGTH_16, length >> 8, length & 0xff);
    this.#socket.write(String.fromCharCode(opcode) + size + MASK + payload, 'latin1');
  }

  #read(text: string): void {
    this.#received += text;
    if (!this.#isOpen && !this.#accept()) return;
    for (let frame = this.#next(); frame; frame = this.#next()) {
      if (frame.opcode === TEXT) this.#owner.received(frame.payload);
      else if (frame.opcode === PING) this.#write(PONG, frame.payload);
      else if (frame.opcode === CLOSE) this.#owner.failed('the server closed a connection');
      else if (frame.opcode !== PONG) this.#owner.failed(`a frame that was not expected: ${frame.opcode}`);
    }
  }

  #accept(): boolean {
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + HEAD_END.length);
    this.#isOpen = head.startsWith('HTTP/1.1 101');
    if (this.#isOpen) this.#owner.opened();
    else this.#owner.failed(`an answer that was not expected: ${head.slice(0, 60)}`);
    return this.#isOpen;
  }

  #next(): { readonly opcode: number; readonly payload: string } | undefined {
    const bytes = this.#received;
    if (bytes.length < 2) return undefined;
    let length = bytes.charCodeAt(1);
    let from = 2;
    if (length >= LENGTH_16) {
      const size = length === LENGTH_64 ? 8 : 2;
      length = 0;
      for (let index = from; index < from + size; index += 1) length = length * 256 + bytes.charCodeAt(index);
      from += size;
    }
    // Also when the length itself is not here yet: it is NaN then.
    if (!(bytes.length >= from + length)) return undefined;
    this.#received = bytes.slice(from + length);
    return { opcode: bytes.charCodeAt(0), payload: bytes.slice(from, from + length) };
  }
}
