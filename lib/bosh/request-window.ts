import type { Instant } from '../base/time.ts';
import type { Body } from './body.ts';
import { proofOf } from './keys.ts';

/** A request in its turn that has no answer yet. */
export interface OpenRequest<X> {
  readonly rid: number;
  exchange: X;
  /** False once its connection broke: nothing is written to it, but a copy may take its place. */
  live: boolean;
  /** When it is answered at the latest. */
  deadline: Instant;
  /** Copies of the request seen so far, the first included. */
  copies: number;
  /** What a copy must have in common with it. */
  readonly proof: string;
}

/** A request that came before one with a lower rid. */
export interface EarlyRequest<X> {
  readonly body: Body;
  exchange: X;
  live: boolean;
  readonly since: Instant;
  copies: number;
  readonly proof: string;
}

/** Where a rid stands, seen from the highest one received in sequence. */
export type Place = 'next' | 'early' | 'early copy' | 'open' | 'past' | 'beyond';

/**
 * The requests of a session that have no answer yet, in rid order, and those that came too early.
 *
 * @spec XEP-0124 §14.2 B-14.2-03
 */
export class RequestWindow<X> {
  readonly #size: number;
  readonly #open: OpenRequest<X>[] = [];
  readonly #early = new Map<number, EarlyRequest<X>>();
  #last: number;

  /**
   * @param size `requests`: how far ahead of the last rid a request may be
   * @param first the rid of the creation request
   */
  constructor(size: number, first: number) {
    this.#size = size;
    this.#last = first - 1;
  }

  /** The highest rid received with all lower ones received. */
  get last(): number {
    return this.#last;
  }

  /** Unanswered requests in sequence, lowest rid first. */
  get open(): readonly OpenRequest<X>[] {
    return this.#open;
  }

  get early(): ReadonlyMap<number, EarlyRequest<X>> {
    return this.#early;
  }

  /** @param extra 1 for a pause or terminate, which may exceed the window by one. D-04 */
  place(rid: number, extra: number): Place {
    if (rid <= this.#last) return this.find(rid) ? 'open' : 'past';
    if (rid === this.#last + 1) return 'next';
    if (this.#early.has(rid)) return 'early copy';
    return rid > this.#last + this.#size + extra ? 'beyond' : 'early';
  }

  find(rid: number): OpenRequest<X> | undefined {
    return this.#open.find((request) => request.rid === rid);
  }

  /** Takes the next request in sequence. */
  advance(request: OpenRequest<X>): OpenRequest<X> {
    this.#last = request.rid;
    this.#open.push(request);
    return request;
  }

  park(body: Body, exchange: X, since: Instant): void {
    this.#early.set(body.rid, { body, exchange, live: true, since, copies: 1, proof: proofOf(body) });
  }

  /** Takes out the early request whose turn has come. */
  takeNext(): EarlyRequest<X> | undefined {
    return this.takeEarly(this.#last + 1);
  }

  takeEarly(rid: number): EarlyRequest<X> | undefined {
    const request = this.#early.get(rid);
    this.#early.delete(rid);
    return request;
  }

  /** Takes out all that came early, lowest rid first. */
  takeAllEarly(): EarlyRequest<X>[] {
    const requests = [...this.#early.values()].sort((a, b) => a.body.rid - b.body.rid);
    this.#early.clear();
    return requests;
  }

  /** Takes out a request that is being answered. */
  close(request: OpenRequest<X>): void {
    this.#open.splice(this.#open.indexOf(request), 1);
  }

  /** The lowest open request whose connection stands. */
  firstLive(): OpenRequest<X> | undefined {
    return this.#open.find((request) => request.live);
  }

  /** Open requests whose connections stand. */
  get live(): number {
    return this.#open.filter((request) => request.live).length;
  }

  /** True while some connection of the client waits for an answer. */
  get isWaiting(): boolean {
    if (this.firstLive()) return true;
    for (const request of this.#early.values()) if (request.live) return true;
    return false;
  }

  /** Marks the request on a broken connection; false when that exchange was answered before. */
  lost(exchange: X): boolean {
    for (const request of [...this.#open, ...this.#early.values()]) {
      if (request.exchange === exchange) {
        request.live = false;
        return true;
      }
    }
    return false;
  }
}
