import type { Socket } from 'node:net';
import { BROWSER_HEADERS, type HttpClient, type HttpListener, type HttpRequest } from './http.ts';
import { HttpReader } from './http-reader.ts';
import { connectTo, type Address } from './address.ts';

const COMMON = Object.entries(BROWSER_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** HTTP/1.1 as browsers speak it: kept connections, one request on each at a time, as many as are needed. */
export class Http1Client implements HttpClient {
  requests = 0;
  bodyUp = 0;
  bodyDown = 0;
  readonly #address: Address;
  readonly #head: string;
  readonly #connections = new Set<Http1Connection>();

  constructor(address: Address) {
    this.#address = address;
    const { authority, secure } = address;
    const origin = `${secure ? 'https' : 'http'}://${authority}`;
    this.#head = `Host: ${authority}\r\nConnection: keep-alive\r\n${COMMON}Origin: ${origin}\r\nReferer: ${origin}/\r\n`;
  }

  send({ method, path, headers = {}, body }: HttpRequest, listener: HttpListener): () => void {
    this.requests += 1;
    this.bodyUp += body?.length ?? 0;
    let head = `${method} ${path} HTTP/1.1\r\n${this.#head}`;
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
    if (body !== undefined) head += `Content-Length: ${body.length}\r\n`;
    return this.#free().ask(`${head}\r\n${body ?? ''}`, listener);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #free(): Http1Connection {
    for (const connection of this.#connections) if (!connection.isBusy) return connection;
    const connection = new Http1Connection(connectTo(this.#address), {
      read: (length) => (this.bodyDown += length),
      gone: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    return connection;
  }
}

interface ConnectionOwner {
  read(bodyLength: number): void;
  gone(): void;
}

class Http1Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader = new HttpReader();
  #listener: HttpListener | undefined;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', (error) => this.#finish(error.message));
    socket.on('end', () => this.#finish('closed by the server'));
    socket.on('close', () => this.#finish('closed'));
  }

  get isBusy(): boolean {
    return this.#listener !== undefined;
  }

  ask(text: string, listener: HttpListener): () => void {
    this.#listener = listener;
    this.#socket.write(text, 'latin1');
    return () => {
      if (this.#listener !== listener) return;
      this.#listener = undefined;
      this.close();
    };
  }

  close(): void {
    this.#listener = undefined;
    this.#owner.gone();
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    for (const event of this.#reader.push(bytes)) {
      const listener = this.#listener;
      if (event.is === 'head') listener?.head?.(event.status, (name) => headerOf(event.head, name));
      if (event.is === 'data') {
        this.#owner.read(event.text.length);
        listener?.data(event.text);
      }
      if (event.is === 'end') {
        // Before the listener is told: it may have the next request.
        this.#listener = undefined;
        listener?.end();
      }
    }
  }

  #finish(reason: string): void {
    this.#owner.gone();
    this.#socket.destroy();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.failed(reason);
  }
}

function headerOf(head: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1];
}
