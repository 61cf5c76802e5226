import { earliest, type Duration, type Instant } from '../base/time.ts';
import type { Answers } from './answers.ts';
import { RECOVERABLE_ERROR, type Body } from './body.ts';
import type { Refusal, Turn } from './effects.ts';
import { proofOf } from './keys.ts';
import { waitOf, type Terms } from './negotiation.ts';
import type { BoshPolicy } from './policy.ts';
import type { RequestWindow } from './request-window.ts';
import { Strays } from './strays.ts';

/** A request that has arrived: what it says, and where its answer goes. */
export interface Arrival<X> {
  readonly body: Body;
  readonly exchange: X;
  /** Copies seen so far, the first included. */
  readonly copies: number;
  /** False when its connection broke before its turn came. */
  readonly live: boolean;
}

/** What becomes of a request: its turn has come, it was dealt with, or it ends the session. */
export type Verdict = 'next' | 'done' | Refusal;

export interface RequestIdsOptions<X> {
  readonly terms: Terms;
  readonly policy: BoshPolicy;
  readonly window: RequestWindow<X>;
  readonly answers: Answers<X>;
}

const OUT_OF_WINDOW: Refusal = { condition: 'item-not-found', why: 'rid-out-of-window' };
const OVERACTIVE: Refusal = { condition: 'policy-violation', why: 'overactive' };
const WRONG_KEY: Refusal = { condition: 'item-not-found', why: 'bad-key' };
const TOO_MANY_COPIES: Refusal = { condition: 'policy-violation', why: 'too-many-copies' };

/**
 * §14: the place of every request. One whose turn has come is the session's; all others end here:
 *
 * - too early, inside the window: parked until those before it have come, or given back (§14.2);
 * - a copy of a parked or open request: takes its place (§14.3);
 * - a copy of an answered one: gets the same characters again (§14.3);
 * - anything else: outside, which ends the session (§14.2, §14.3).
 *
 * What is parked and open is in `RequestWindow`, the answers that are kept in `ResponseBuffer`.
 *
 * @spec XEP-0124 §14
 */
export class RequestIds<X> {
  readonly #terms: Terms;
  readonly #policy: BoshPolicy;
  readonly #window: RequestWindow<X>;
  readonly #answers: Answers<X>;
  readonly #strays: Strays<X>;

  constructor({ terms, policy, window, answers }: RequestIdsOptions<X>) {
    this.#terms = terms;
    this.#policy = policy;
    this.#window = window;
    this.#answers = answers;
    this.#strays = new Strays(policy.limits.stray, policy.limits.copies);
  }

  /** Deals with a request, unless its turn has come. @spec XEP-0124 §14.2 B-14.2-03 B-14.2-04 */
  place(exchange: X, body: Body, turn: Turn<X>): Verdict {
    const isLast = body.terminate || body.pause !== undefined;
    const place = this.#window.place(body.rid, isLast ? 1 : 0);
    if (place === 'next') return 'next';
    if (place === 'early') return this.#park(exchange, body, isLast, turn);
    if (place === 'early copy') return this.#supersedeEarly(exchange, body, turn);
    if (place === 'open') return this.#supersedeOpen(exchange, body, turn);
    if (place === 'past') return this.#replay(exchange, body, turn);
    return this.#doubt(exchange, turn);
  }

  /** The parked request whose turn has come. @spec XEP-0124 §14.2 B-14.2-01 */
  takeNext(): Arrival<X> | undefined {
    return this.#window.takeNext();
  }

  /** The connection broke. */
  lost(exchange: X): void {
    this.#strays.lost(exchange);
  }

  /** A request outside the window whose moment is over; it ends the session. @spec XEP-0124 §14.3 B-14.3-07 */
  outside(now: Instant): { readonly exchange: X; readonly refusal: Refusal } | undefined {
    const exchange = this.#strays.due(now);
    return exchange === undefined ? undefined : { exchange, refusal: OUT_OF_WINDOW };
  }

  /** Early requests whose predecessors never came go back to the client, unprocessed. @spec XEP-0124 §17.3 B-17.3-01 D-10 */
  giveBack(turn: Turn<X>): void {
    for (const [rid, request] of this.#window.early) {
      if (turn.now < request.since + this.#gap) continue;
      this.#window.takeEarly(rid);
      if (request.live) turn.respond(request.exchange, RECOVERABLE_ERROR, 'gap');
    }
  }

  /** The session is over for those whose place was in doubt, too. */
  end(turn: Turn<X>): void {
    for (const exchange of this.#strays.takeAll()) this.#answers.turnAway(exchange, turn);
  }

  /** When `giveBack` or `outside` has to be looked at. */
  get deadline(): Instant | undefined {
    let deadline = this.#strays.deadline;
    for (const request of this.#window.early.values()) deadline = earliest(deadline, request.since + this.#gap);
    return deadline;
  }

  // ---- §14.2

  /** @spec XEP-0124 §11 B-11-02 B-11-03 D-04 */
  #park(exchange: X, body: Body, isLast: boolean, turn: Turn<X>): Verdict {
    const lowest = this.#window.open[0]?.rid ?? this.#window.last + 1;
    const unanswered = body.rid - lowest + 1;
    if (this.#policy.strict && unanswered > this.#terms.requests + (isLast ? 1 : 0)) return OVERACTIVE;
    this.#window.park(body, exchange, turn.now);
    return 'done';
  }

  // ---- §14.3

  /** The newest copy of an unanswered request takes its place. @spec XEP-0124 §14.3 B-14.3-05 D-11 */
  #supersedeOpen(exchange: X, body: Body, turn: Turn<X>): Verdict {
    const request = this.#window.find(body.rid);
    if (!request) return 'done';
    const fault = this.#countCopy(request, body);
    if (fault) return fault;
    this.#takePlace(request, exchange, turn);
    request.deadline = turn.now + waitOf(this.#terms);
    return 'done';
  }

  /** @spec XEP-0124 §14.3 B-14.3-05 */
  #supersedeEarly(exchange: X, body: Body, turn: Turn<X>): Verdict {
    const request = this.#window.early.get(body.rid);
    if (!request) return 'done';
    const fault = this.#countCopy(request, body);
    if (fault) return fault;
    this.#takePlace(request, exchange, turn);
    return 'done';
  }

  #takePlace(request: { exchange: X; live: boolean }, exchange: X, turn: Turn<X>): void {
    if (request.live) turn.respond(request.exchange, RECOVERABLE_ERROR, 'superseded');
    request.exchange = exchange;
    request.live = true;
  }

  /** The same characters again. @spec XEP-0124 §14.3 B-14.3-02 D-12 D-13 */
  #replay(exchange: X, body: Body, turn: Turn<X>): Verdict {
    const response = this.#answers.given(body.rid);
    if (!response) return this.#doubt(exchange, turn);
    const fault = this.#countCopy(response, body);
    if (fault) return fault;
    turn.respond(exchange, response.body, 'replay');
    return 'done';
  }

  /** A copy must have the key of the original, and there may not be too many. @spec XEP-0124 §14.3 B-14.3-06 D-13 D-16 */
  #countCopy(original: { copies: number; readonly proof: string }, body: Body): Refusal | undefined {
    if (proofOf(body) !== original.proof) return WRONG_KEY;
    original.copies += 1;
    return original.copies > this.#policy.limits.copies ? TOO_MANY_COPIES : undefined;
  }

  /** @spec XEP-0124 §14.3 B-14.3-07 B-14.3-08 */
  #doubt(exchange: X, turn: Turn<X>): Verdict {
    this.#strays.add(exchange, turn.now);
    return 'done';
  }

  /** How long an early request waits for those before it. D-10 */
  get #gap(): Duration {
    const wait = waitOf(this.#terms);
    return wait === 0 ? this.#policy.limits.gap : Math.min(wait, this.#policy.limits.gap);
  }
}
