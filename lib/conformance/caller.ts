import { randomInt } from 'node:crypto';
import type { Element } from '../xml/index.ts';
import { escapeAttribute } from '../xml/index.ts';
import { NS_HTTPBIND, NS_XBOSH } from '../xmpp/ns.ts';
import { Violation } from './check.ts';
import { HttpConnection, type HttpOutcome, type RequestLine } from './http-connection.ts';
import { textOf } from './http-response.ts';
import { Request, type Answer } from './request.ts';
import type { Target } from './target.ts';
import type { Transcript } from './transcript.ts';

/** Attributes of a wrapper; undefined leaves one out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** How requests use connections. */
export type Wiring = 'keep-alive' | 'http/1.0' | 'pipelined';

export interface CallerOptions {
  readonly name: string;
  readonly target: Target;
  readonly domain: string;
  readonly transcript: Transcript;
  readonly wiring: Wiring;
  /** Milliseconds to wait for an answer that should come at once. */
  readonly patience: number;
}

/** How one request departs from the ordinary. */
export interface PostOptions {
  readonly line?: RequestLine;
  /** Bytes of the HTTP body instead of those of the text, for codings and other charsets. */
  readonly encode?: (text: string) => Buffer;
  /** A connection of its own. */
  readonly apart?: boolean;
}

/** Initial rids are random and leave room below 2^53. @spec XEP-0124 §14.1 B-14.1-01 */
const MAX_FIRST_RID = 2 ** 47;

/** Requests after which a payload that has not come will not come. */
const MAX_FETCHES = 50;
/** No server is believed that it holds requests longer, seconds. */
const MAX_WAIT = 60;

/** One BOSH session as a client drives it: every byte, every connection, every rid is in its hand. */
export class Caller {
  readonly name: string;
  readonly options: CallerOptions;
  /** The rid of the creation request. */
  readonly first: number;
  sid: string | undefined;
  /** The stream that requests are for, where the session has several. */
  stream: string | undefined;
  /** The creation response. */
  created: Answer | undefined;
  #last: number;
  #isOver = false;
  readonly #connections: HttpConnection[] = [];

  constructor(options: CallerOptions, first = randomInt(1_000_000, MAX_FIRST_RID)) {
    this.name = options.name;
    this.options = options;
    this.first = first;
    this.#last = first - 1;
  }

  /** The highest rid used so far. */
  get last(): number {
    return this.#last;
  }

  /** A number that the creation response granted; undefined when it is absent. */
  granted(name: string): number | undefined {
    const value = this.created?.root?.attrs[name];
    return value === undefined || !/^[0-9]+$/.test(value) ? undefined : Number(value);
  }

  /** Sends the creation request; the answer is read, but not judged. */
  async create(attributes: Attributes = {}, inner = '', options: PostOptions = {}): Promise<Answer> {
    const request = await this.post(inner, { ...this.#creation(), ...attributes }, options);
    const answer = await request.answer(this.options.patience);
    this.created = answer;
    this.sid = answer.root?.attrs['sid'];
    return answer;
  }

  /** Sends the next request. */
  async post(inner = '', attributes: Attributes = {}, options: PostOptions = {}): Promise<Request> {
    this.#last += 1;
    return this.postAt(this.#last, inner, attributes, options);
  }

  /** Sends a request with this rid, whatever was sent so far. */
  async postAt(rid: number, inner = '', attributes: Attributes = {}, options: PostOptions = {}): Promise<Request> {
    this.#last = Math.max(this.#last, rid);
    return this.#send(rid, wrap({ rid, sid: this.sid, stream: this.stream, ...attributes }, inner), options);
  }

  /** Leaves out rids: the next request has the one after. */
  skip(count = 1): void {
    this.#last += count;
  }

  /** The same bytes once more. */
  resend(request: Request, options: PostOptions = {}): Promise<Request> {
    return this.#send(request.rid, request.payload, options);
  }

  /** Sends a text as it is. */
  raw(text: string, options: PostOptions = {}): Promise<Request> {
    return this.#send(0, text, options);
  }

  /** The answer to a request that should come at once. */
  answer(request: Request, timeout = this.options.patience): Promise<Answer> {
    return request.answer(timeout);
  }

  /** Sends the next request and waits for its answer. */
  async ask(inner = '', attributes: Attributes = {}, options: PostOptions = {}): Promise<Answer> {
    return this.answer(await this.post(inner, attributes, options), this.longest);
  }

  /** Asks until a payload comes that fits. */
  async fetch(inner: string, fits: (payload: Element) => boolean): Promise<Element> {
    const end = Date.now() + this.longest;
    let next = inner;
    for (let asked = 0; asked < MAX_FETCHES && Date.now() < end; asked += 1) {
      const answer = await this.ask(next);
      next = '';
      const found = payloadsOf(answer).find(fits);
      if (found) return found;
      if (answer.root?.attrs['type'] === 'terminate') throw new Violation('a payload that fits', answer.text);
    }
    throw new Violation('a payload that fits', 'none');
  }

  /** Milliseconds within which any request is answered: `wait` and some. */
  get longest(): number {
    return Math.min(this.granted('wait') ?? 0, MAX_WAIT) * 1000 + this.options.patience;
  }

  /** Ends the session without caring for the answer, and drops the connections. */
  async leave(): Promise<void> {
    if (this.sid !== undefined) {
      const request = await this.post('', { type: 'terminate' }, { apart: true }).catch(() => undefined);
      await request?.outcome(500);
    }
    this.#isOver = true;
    for (const connection of this.#connections) connection.destroy();
  }

  async connect(): Promise<HttpConnection> {
    const connection = await HttpConnection.open(this.options.target);
    this.#connections.push(connection);
    return connection;
  }

  async #send(rid: number, text: string, options: PostOptions): Promise<Request> {
    // A check that went on too long may still be at it.
    if (this.#isOver) throw new Violation('the check to be over');
    const connection = await this.#connection(options.apart ?? false);
    const version = this.options.wiring === 'http/1.0' ? ('1.0' as const) : ('1.1' as const);
    const body = options.encode ? options.encode(text) : Buffer.from(text);
    const bytes = connection.format({ version, ...options.line }, body);
    const head = bytes.toString('latin1', 0, bytes.length - body.length).replaceAll('\r', '');
    this.options.transcript.add('sent', this.name, head + text);
    const outcome = connection.send(bytes);
    void outcome.then((came) => this.#note(came));
    return new Request({ rid, payload: text, bytes, connection, outcome });
  }

  async #connection(isApart: boolean): Promise<HttpConnection> {
    const { wiring } = this.options;
    if (isApart || wiring === 'http/1.0') return this.connect();
    const usable = this.#connections.find(({ isFree, isOpen }) => (wiring === 'pipelined' ? isOpen : isFree));
    return usable ?? this.connect();
  }

  #note(outcome: HttpOutcome): void {
    const { transcript } = this.options;
    if (outcome.is === 'response') transcript.add('came', this.name, textOf(outcome.response));
    else transcript.add('closed', this.name, outcome.reason ?? '');
  }

  #creation(): Attributes {
    return {
      to: this.options.domain,
      wait: 5,
      hold: 1,
      ver: '1.11',
      'xml:lang': 'en',
      'xmlns:xmpp': NS_XBOSH,
      'xmpp:version': '1.0',
    };
  }
}

/** A wrapper around payloads. */
export function wrap(attributes: Attributes, inner = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('');
  return `<body xmlns="${NS_HTTPBIND}"${written}>${inner}</body>`;
}

export function payloadsOf(answer: Answer): Element[] {
  return answer.root?.getChildElements() ?? [];
}
