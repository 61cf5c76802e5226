import { once } from 'node:events';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { HttpResponseReader, textOf, type HttpResponse } from './http-response.ts';
import { connectTo, type Target } from './target.ts';

/** What became of one request on a connection. */
export type HttpOutcome =
  | { readonly is: 'response'; readonly response: HttpResponse }
  /** The connection ended first; `reason` says how, if it was by a fault. */
  | { readonly is: 'closed'; readonly reason: string | undefined; readonly at: number };

/** Is told what goes over a connection, as people read it. */
type Log = (way: 'sent' | 'came' | 'closed', text: string) => void;

interface Waiter {
  readonly isHead: boolean;
  settle(outcome: HttpOutcome): void;
}

export interface RequestLine {
  readonly method?: string;
  readonly path?: string;
  readonly version?: '1.0' | '1.1';
  readonly headers?: Readonly<Record<string, string>>;
}

/** One connection over which every byte is ours. Requests may be pipelined; outcomes come in order. */
export class HttpConnection {
  readonly #target: Target;
  readonly #socket: Socket;
  readonly #reader = new HttpResponseReader();
  readonly #waiting: Waiter[] = [];
  readonly #log: Log;
  #closed: Extract<HttpOutcome, { is: 'closed' }> | undefined;

  private constructor(target: Target, socket: Socket, log: Log) {
    this.#target = target;
    this.#socket = socket;
    this.#log = log;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error: Error) => this.#close(error.message));
    socket.on('end', () => this.#finish());
    socket.on('close', () => this.#close(undefined));
  }

  static async open(target: Target, log: Log = () => undefined): Promise<HttpConnection> {
    const socket = connectTo(target);
    const connection = new HttpConnection(target, socket, log);
    await once(socket, target.secure ? 'secureConnect' : 'connect');
    return connection;
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Nothing is on the way: another request may use it. */
  get isFree(): boolean {
    return this.isOpen && this.#waiting.length === 0;
  }

  /** The text of a request with the headers that HTTP needs, and those given. */
  format(line: RequestLine, body: Buffer): Buffer {
    const { method = 'POST', path = this.#target.path, version = '1.1' } = line;
    const headers: Record<string, string> = { Host: this.#target.authority, 'Content-Length': String(body.length) };
    if (method === 'POST') headers['Content-Type'] = 'text/xml; charset=utf-8';
    for (const [name, value] of Object.entries(line.headers ?? {})) {
      if (value === '') delete headers[name];
      else headers[name] = value;
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.concat([Buffer.from(`${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`, 'latin1'), body]);
  }

  /** Writes bytes as they are and waits for one response. */
  send(bytes: Buffer, isHead = false): Promise<HttpOutcome> {
    if (this.#closed) return Promise.resolve(this.#closed);
    const outcome = this.expect(isHead);
    this.write(bytes);
    return outcome;
  }

  /** Waits for one more response without sending anything. */
  expect(isHead = false): Promise<HttpOutcome> {
    if (this.#closed) return Promise.resolve(this.#closed);
    return new Promise((settle) => void this.#waiting.push({ isHead, settle }));
  }

  write(bytes: Buffer): void {
    this.#log('sent', bytes.toString('utf8').replaceAll('\r', ''));
    this.#socket.write(bytes);
  }

  /** Cuts the connection, as a network that fails does. */
  destroy(): void {
    this.#socket.destroy();
    this.#close(undefined);
  }

  #read(chunk: Buffer): void {
    try {
      const isHead = (): boolean => this.#waiting[0]?.isHead ?? false;
      for (const response of this.#reader.push(chunk, performance.now(), isHead)) this.#settle(response);
    } catch (error) {
      this.#socket.destroy();
      this.#close(error instanceof Error ? error.message : String(error));
    }
  }

  #finish(): void {
    try {
      const last = this.#reader.end(performance.now());
      if (last) this.#settle(last);
      this.#close(undefined);
    } catch (error) {
      this.#close(error instanceof Error ? error.message : String(error));
    }
  }

  #settle(response: HttpResponse): void {
    this.#log('came', textOf(response));
    this.#waiting.shift()?.settle({ is: 'response', response });
  }

  #close(reason: string | undefined): void {
    if (this.#closed) return;
    this.#closed = { is: 'closed', reason, at: performance.now() };
    this.#log('closed', reason ?? '');
    for (const waiter of this.#waiting.splice(0)) waiter.settle(this.#closed);
    this.#socket.destroy();
  }
}
