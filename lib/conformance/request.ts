import { performance } from 'node:perf_hooks';
import { parse, type Element } from '../xml/index.ts';
import { NS_HTTPBIND } from '../xmpp/ns.ts';
import { Violation } from './check.ts';
import type { HttpConnection, HttpOutcome } from './http-connection.ts';
import { headerOf, type HttpResponse } from './http-response.ts';

/** A response to a request, read. */
export interface Answer {
  readonly response: HttpResponse;
  /** The body as text. */
  readonly text: string;
  /** The wrapper; undefined when the body is none. */
  readonly root: Element | undefined;
  /** Milliseconds from the end of the request to the first byte of the response. */
  readonly elapsed: number;
}

/** One request on its way. */
export class Request {
  readonly rid: number;
  readonly payload: string;
  readonly bytes: Buffer;
  readonly connection: HttpConnection;
  readonly sentAt = performance.now();
  readonly #outcome: Promise<HttpOutcome>;
  #settled: HttpOutcome | undefined;

  constructor(options: {
    rid: number;
    payload: string;
    bytes: Buffer;
    connection: HttpConnection;
    outcome: Promise<HttpOutcome>;
  }) {
    this.rid = options.rid;
    this.payload = options.payload;
    this.bytes = options.bytes;
    this.connection = options.connection;
    this.#outcome = options.outcome;
    void this.#outcome.then((outcome) => (this.#settled = outcome));
  }

  get isSettled(): boolean {
    return this.#settled !== undefined;
  }

  /** What became of it within `timeout` milliseconds; undefined when nothing did. */
  async outcome(timeout: number): Promise<HttpOutcome | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeout);
    });
    const outcome = await Promise.race([this.#outcome, late]);
    clearTimeout(timer);
    return outcome;
  }

  /** Its response. @throws Violation when there is none within `timeout` milliseconds */
  async answer(timeout: number): Promise<Answer> {
    const outcome = await this.outcome(timeout);
    if (!outcome) throw new Violation(`an answer within ${timeout} ms to the request with rid ${this.rid}`, 'nothing');
    if (outcome.is === 'closed') {
      const how = outcome.reason === undefined ? '' : ` (${outcome.reason})`;
      throw new Violation('an answer', `a closed connection${how}`);
    }
    return read(outcome.response, this.sentAt);
  }

  /** Cuts its connection. */
  abort(): void {
    this.connection.destroy();
  }
}

export function read(response: HttpResponse, sentAt: number): Answer {
  const text = response.body.toString('utf8');
  const parsed = headerOf(response, 'content-encoding') === undefined ? parse(text) : undefined;
  const root = parsed?.ok && isWrapper(parsed.value) ? parsed.value : undefined;
  return { response, text, root, elapsed: response.startedAt - sentAt };
}

function isWrapper(root: Element): boolean {
  return root.getName() === 'body' && root.getNS() === NS_HTTPBIND;
}
