import { createHash, randomBytes } from 'node:crypto';
import type { HttpClient } from '../wire/http.ts';
import { ElementSplitter } from '../wire/element-splitter.ts';
import { backoff, type Line, type LineOwner } from './line.ts';
import { streamHeader } from './tcp-line.ts';

export interface PollingOptions {
  readonly http: HttpClient;
  readonly path: string;
  readonly domain: string;
  /** Milliseconds between two polls. */
  readonly pollEvery: number;
}

/** Keys of one sequence. They are made backwards from a secret: whoever has seen some of them knows none of the next. */
const SEQUENCE = 256;
const SOON = 50;
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** XMPP in pieces of a stream that are asked for: one request at a time. @spec XEP-0025 */
export class PollingLine implements Line {
  readonly #options: PollingOptions;
  readonly #owner: LineOwner;
  #splitter = new ElementSplitter();
  #keys: string[] = [];
  #id = '0';
  #waiting = '';
  #isOpen = false;
  #isOver = false;
  /** What was asked for during login, and is answered when it is known, is fetched soon. */
  #isListening = false;
  readonly #timer: NodeJS.Timeout;

  constructor(options: PollingOptions, owner: LineOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#timer = setInterval(() => this.#pump(true), options.pollEvery);
  }

  get requests(): number {
    return this.#options.http.requests;
  }

  get bodyUp(): number {
    return this.#options.http.bodyUp;
  }

  get bodyDown(): number {
    return this.#options.http.bodyDown;
  }

  openStream(): void {
    this.#splitter = new ElementSplitter();
    this.send([streamHeader(this.#options.domain)]);
  }

  send(elements: readonly string[]): void {
    this.#waiting += elements.join('');
    this.#pump();
  }

  listen(): void {
    this.#isListening = true;
  }

  close(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#options.http.close();
  }

  #pump(polls = false): void {
    if (this.#isOpen || this.#isOver || (!polls && this.#waiting === '')) return;
    const body = `${this.#id};${this.#nextKeys()},${this.#waiting}`;
    this.#waiting = '';
    this.#isOpen = true;
    this.#ask(body, 0);
  }

  /** A request whose answer was lost comes again, the same to the byte. */
  #ask(body: string, tries: number): void {
    if (this.#isOver) return;
    let answer = '';
    const { http, path } = this.#options;
    http.send(
      { method: 'POST', path, headers: HEADERS, body },
      {
        head: (_status, header) => (this.#id = /ID=([^;]+)/.exec(header('set-cookie') ?? '')?.[1] ?? '-1:0'),
        data: (text) => (answer += text),
        end: () => this.#answered(answer),
        failed: () => setTimeout(() => this.#ask(body, tries + 1), backoff(tries)),
      },
    );
  }

  #answered(answer: string): void {
    if (this.#isOver) return;
    this.#isOpen = false;
    const whole = this.#splitter.push(answer);
    if (whole !== '') this.#owner.heard(whole);
    else if (!this.#isListening) setTimeout(() => this.#pump(true), SOON);
    if (this.#id.endsWith(':0')) {
      this.close();
      return this.#owner.broken(`the server ended the session with ${this.#id}`);
    }
    this.#pump();
  }

  /** The next key; with the last of a sequence goes the first of another. @spec XEP-0025 §4 */
  #nextKeys(): string {
    const key = this.#keys.pop();
    if (this.#keys.length > 0) return key ?? '';
    this.#keys = sequence();
    const first = this.#keys.pop() ?? '';
    return key === undefined ? first : `${key};${first}`;
  }
}

/** To be used from its end. */
function sequence(): string[] {
  const keys: string[] = [];
  let key = randomBytes(16).toString('base64');
  for (let count = 0; count < SEQUENCE; count += 1) {
    key = createHash('sha1').update(key).digest('base64');
    keys.push(key);
  }
  return keys;
}
