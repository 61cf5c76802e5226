import { escapeAttribute, parse, standAlone, type Element } from '../xml/index.ts';
import { NS_HTTPBIND, NS_XBOSH } from '../xmpp/ns.ts';
import type { Carrier, CarrierEvents, Claim, Frame, Surroundings } from './carrier.ts';
import { claiming } from './elements.ts';
import { persist } from './waiting.ts';

/** Requests that may be on their way: one that the server holds, and one that sends. @spec XEP-0124 §11 */
const REQUESTS = 2;
/** Seconds that the server may hold a request. */
const WAIT = 50;
/** First request ids are large and random. @spec XEP-0124 §7.1 */
const RID_RANGE = 2 ** 40;

/** @spec XEP-0124 @spec XEP-0206 */
export class BoshCarrier implements Carrier {
  readonly name = 'bosh';
  readonly #surroundings: Surroundings;
  readonly #events: CarrierEvents;
  readonly #cut = new AbortController();
  #rid = Math.floor(Math.random() * RID_RANGE) + 1;
  #sid: string | undefined;
  #waiting: string[] = [];
  #attributes = '';
  #onTheWay = 0;
  /** Answers are taken in the order of their requests, which need not be the order in which they arrive. */
  #answers: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(surroundings: Surroundings, events: CarrierEvents) {
    this.#surroundings = surroundings;
    this.#events = events;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  open(claim?: Claim): void {
    const to = escapeAttribute(this.#surroundings.domain);
    this.#attributes = `to="${to}" ver="1.11" wait="${WAIT}" hold="1" xml:lang="en" xmpp:version="1.0"`;
    if (claim) this.#waiting.push(claiming(claim));
    this.#request();
  }

  restart(): void {
    this.#attributes = 'xmpp:restart="true"';
    this.#pump();
  }

  send(frames: readonly Frame[]): void {
    this.#waiting.push(...frames.map(({ xml }) => xml));
    this.#pump();
  }

  close(): void {
    this.#attributes = 'type="terminate"';
    this.#request();
    this.#isOver = true;
  }

  drop(): void {
    this.#isOver = true;
    this.#cut.abort();
  }

  /** Sends what waits, and else keeps one request with the server. */
  #pump(): void {
    if (this.#isOver || this.#sid === undefined) return;
    const hasNews = this.#waiting.length > 0 || this.#attributes !== '';
    if (hasNews ? this.#onTheWay < REQUESTS : this.#onTheWay === 0) this.#request();
  }

  #request(): void {
    const sid = this.#sid === undefined ? '' : ` sid="${this.#sid}"`;
    const namespaces = `xmlns="${NS_HTTPBIND}" xmlns:xmpp="${NS_XBOSH}"`;
    const text = `<body ${namespaces} rid="${this.#rid}"${sid} ${this.#attributes}>${this.#waiting.join('')}</body>`;
    this.#rid += 1;
    this.#waiting = [];
    this.#attributes = '';
    this.#onTheWay += 1;
    const answer = this.#post(text, this.#sid === undefined);
    this.#answers = this.#answers.then(async () => {
      const body = await answer;
      this.#onTheWay -= 1;
      this.#take(body);
    });
  }

  /** Never rejects: a string says what was wrong. All but the first request may be sent again. @spec XEP-0124 §14.3 */
  async #post(body: string, isFirst: boolean): Promise<Element | string> {
    const { fetch, endpoints } = this.#surroundings;
    const { signal } = this.#cut;
    const post = async (): Promise<Element | string> => {
      const answer = await fetch(endpoints.bosh, { method: 'POST', body, signal });
      if (!answer.ok) return `the server answered with ${answer.status}`;
      const parsed = parse(await answer.text());
      return parsed.ok ? parsed.value : parsed.error.reason;
    };
    try {
      return await (isFirst ? post() : persist(signal, post));
    } catch (error) {
      return String(error);
    }
  }

  #take(body: Element | string): void {
    if (this.#isOver) return;
    if (typeof body === 'string') return this.#end(body);
    this.#events.heard();
    this.#sid ??= body.attrs['sid'];
    const { type, condition = 'closed' } = body.attrs;
    for (const child of body.getChildElements()) this.#events.frame(standAlone(child));
    if (type === 'terminate') this.#end(condition);
    else this.#pump();
  }

  #end(why: string): void {
    this.#isOver = true;
    this.#events.lost(why);
  }
}
