import { payloadsOf, type Caller } from '../../lib/conformance/caller.ts';
import type { Request } from '../../lib/conformance/request.ts';
import { read } from '../../lib/conformance/request.ts';
import { bodyOf, messageTo } from '../../lib/conformance/trial.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Requests without an answer that has been read, at most. */
const REQUESTS = 2;
const MESSAGES_PER_REQUEST = 3;
/** Connections that one request may lose: the server takes so many copies of it, and no more. */
const MOST_BREAKS = 9;
/** Milliseconds after which a connection may break, at the latest. */
const LATEST_BREAK = 8;

/**
 * A chat client on a bad network: its connections break at random once a request is written, before
 * or while the answer comes. It repeats such a request until it has the answer, as XEP-0124 §14.3
 * has it, and reads answers in rid order.
 */
export class CarelessClient {
  readonly received: string[] = [];
  breaks = 0;
  readonly #caller: Caller;
  readonly #chance: SeededRandom;
  /** How many of a hundred requests lose their connection. */
  readonly #carelessness: number;
  readonly #queue: string[] = [];
  readonly #answers = new Map<number, string[]>();
  #nextToRead: number;
  #isLeaving = false;
  #fault: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(caller: Caller, chance: SeededRandom, carelessness: number) {
    this.#caller = caller;
    this.#chance = chance;
    this.#carelessness = carelessness;
    this.#nextToRead = caller.last + 1;
    this.#pump();
  }

  say(jid: string, text: string): void {
    this.#queue.push(messageTo(jid, text));
    this.#pump();
  }

  /** Resolves when this many messages have come. @throws what ended the session */
  async until(count: number): Promise<void> {
    while (this.received.length < count) {
      if (this.#fault) throw this.#fault;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  leave(): void {
    this.#isLeaving = true;
  }

  #pump(): void {
    while (!this.#isLeaving && !this.#fault && this.#mayPost) {
      const inner = this.#queue.splice(0, MESSAGES_PER_REQUEST).join('');
      this.#carry(this.#caller.post(inner)).catch((error: unknown) => {
        this.#fault = error instanceof Error ? error : new Error(String(error));
        this.#wake?.();
      });
    }
  }

  /** The server keeps as many answers as requests are allowed: no request may be further ahead than that. */
  get #mayPost(): boolean {
    const unread = this.#caller.last + 1 - this.#nextToRead;
    return unread === 0 || (unread < REQUESTS && this.#queue.length > 0);
  }

  /** Brings one request to its answer, whatever happens to its connections. */
  async #carry(first: Promise<Request>): Promise<void> {
    let request = await first;
    for (let breaks = 0; ; breaks += 1) {
      const answer = await this.#attempt(request, breaks < MOST_BREAKS);
      if (answer !== undefined) {
        this.#answers.set(request.rid, answer);
        this.#readInOrder();
        this.#pump();
        return;
      }
      this.breaks += 1;
      request = await this.#caller.resend(request);
    }
  }

  async #attempt(request: Request, mayBreak: boolean): Promise<string[] | undefined> {
    if (mayBreak && this.#chance.below(100) < this.#carelessness) {
      await request.outcome(this.#chance.below(LATEST_BREAK));
      if (!request.isSettled) {
        request.abort();
        return undefined;
      }
    }
    const outcome = await request.outcome(60_000);
    if (outcome?.is !== 'response') return undefined;
    const answer = read(outcome.response, 0);
    const type = answer.root?.attrs['type'];
    if (type === 'error') return undefined;
    if (type === 'terminate' && !this.#isLeaving) throw new Error(`the session ended: ${answer.text}`);
    return payloadsOf(answer).flatMap((payload) => bodyOf(payload) ?? []);
  }

  #readInOrder(): void {
    for (let texts = this.#answers.get(this.#nextToRead); texts; texts = this.#answers.get(this.#nextToRead)) {
      this.#answers.delete(this.#nextToRead);
      this.#nextToRead += 1;
      this.received.push(...texts);
    }
    this.#wake?.();
  }
}
