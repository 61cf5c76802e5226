import type { HttpClient } from '../wire/http.ts';
import { backoff, type Line, type LineOwner } from './line.ts';

export interface BoshOptions {
  readonly http: HttpClient;
  readonly path: string;
  readonly domain: string;
  /** Requests that the server holds; 0 polls. */
  readonly hold: number;
  /** Milliseconds between the answer to a poll and the next one. */
  readonly pollEvery: number;
}

const NAMESPACES = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'";
const HEADERS = { 'content-type': 'text/xml; charset=utf-8' };
const FIRST_RID = 1_000_000;
const WAIT_SECONDS = 50;
const SOON = 50;

/**
 * XMPP over BOSH: always `hold` requests open, one more to send with, answers taken in the order of requests.
 *
 * @spec XEP-0124
 * @spec XEP-0206
 */
export class BoshLine implements Line {
  readonly #options: BoshOptions;
  readonly #owner: LineOwner;
  readonly #queue: string[] = [];
  /** Answers whose turn has not come. */
  readonly #answers = new Map<number, string>();
  #start = '';
  #rid = FIRST_RID;
  /** The request whose answer is due next. */
  #dueRid = FIRST_RID;
  #open = 0;
  #isListening = false;
  /** Whether the last request had something in it. */
  #wasSaid = false;
  #isOver = false;
  #poll: NodeJS.Timeout | undefined;

  constructor(options: BoshOptions, owner: LineOwner) {
    this.#options = options;
    this.#owner = owner;
    if (options.hold === 0) this.#poll = setInterval(() => this.#fill(true), options.pollEvery);
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
    const { domain, hold } = this.#options;
    if (this.#start !== '') return this.#post(" xmpp:restart='true'", '');
    this.#start = `<body ${NAMESPACES} rid='`;
    const wait = hold === 0 ? 0 : WAIT_SECONDS;
    return this.#post(` to='${domain}' xml:lang='en' ver='1.11' wait='${wait}' hold='${hold}' xmpp:version='1.0'`, '');
  }

  send(elements: readonly string[]): void {
    this.#queue.push(...elements);
    this.#fill();
  }

  listen(): void {
    this.#isListening = true;
    this.#fill();
  }

  close(): void {
    this.#isOver = true;
    clearInterval(this.#poll);
    this.#options.http.close();
  }

  /** Sends what there is to send, and keeps as many requests open as the server may hold. */
  #fill(polls = false): void {
    if (this.#isOver) return;
    const { hold } = this.#options;
    if (this.#queue.length > 0 && this.#open <= hold) this.#post('', this.#queue.splice(0).join(''));
    else if (polls && this.#open === 0) this.#post('', '');
    while (this.#isListening && this.#open < hold) this.#post('', '');
  }

  #post(attributes: string, payload: string): void {
    const rid = this.#rid;
    this.#wasSaid = payload !== '';
    this.#rid += 1;
    this.#open += 1;
    const start = `${this.#start}${rid}'${attributes}`;
    this.#ask(rid, payload === '' ? `${start}/>` : `${start}>${payload}</body>`, 0);
  }

  /** A request whose connection broke is sent again, the same to the byte. @spec XEP-0124 §14.3 */
  #ask(rid: number, body: string, tries: number): void {
    if (this.#isOver) return;
    let answer = '';
    const { http, path } = this.#options;
    http.send(
      { method: 'POST', path, headers: HEADERS, body },
      {
        data: (text) => (answer += text),
        end: () => this.#answered(rid, answer),
        failed: () => setTimeout(() => this.#ask(rid, body, tries + 1), backoff(tries)),
      },
    );
  }

  #answered(rid: number, answer: string): void {
    if (this.#isOver) return;
    this.#open -= 1;
    this.#answers.set(rid, answer);
    // Two empty requests have to be that far apart at the server, however long the first was on its way.
    if (!this.#wasSaid) this.#poll?.refresh();
    for (let next = this.#answers.get(this.#dueRid); next !== undefined; next = this.#answers.get(this.#dueRid)) {
      this.#answers.delete(this.#dueRid);
      this.#dueRid += 1;
      this.#take(next);
    }
    // What was asked for during login, and is answered when it is known, may be fetched once before its time.
    if (!this.#isListening && this.#options.hold === 0 && this.#wasSaid) setTimeout(() => this.#fill(true), SOON);
    this.#fill();
  }

  #take(answer: string): void {
    const end = answer.indexOf('>');
    const wrapper = answer.slice(0, end);
    if (/\stype=["']terminate/.test(wrapper) || !wrapper.startsWith('<body')) {
      this.close();
      return this.#owner.broken(`the server ended the session: ${answer.slice(0, 300)}`);
    }
    const sid = /\ssid=["']([^"']+)/.exec(wrapper)?.[1];
    if (sid !== undefined) this.#start = `<body ${NAMESPACES} sid='${sid}' rid='`;
    if (!wrapper.endsWith('/')) this.#owner.heard(answer.slice(end + 1, answer.lastIndexOf('</body>')));
  }
}
