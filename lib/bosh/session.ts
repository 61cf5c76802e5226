import { earliest, type Duration, type Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader } from '../xmpp/transport.ts';
import { Activity } from './activity.ts';
import { Answers } from './answers.ts';
import { RECOVERABLE_ERROR, type Body } from './body.ts';
import type { Condition } from './conditions.ts';
import type { CreationFacts } from './creation.ts';
import { Turn, type Effect, type EndReason } from './effects.ts';
import { heldAtMost, waitOf, type Terms } from './negotiation.ts';
import type { BoshPolicy } from './policy.ts';
import { RequestWindow, type OpenRequest } from './request-window.ts';
import { Strays } from './strays.ts';
import type { Tombstone } from './tombstone.ts';

export interface SessionOptions<X> {
  readonly request: Body;
  readonly exchange: X;
  readonly terms: Terms;
  readonly policy: BoshPolicy;
  readonly facts: CreationFacts;
  readonly now: Instant;
}

/** A request that has arrived: what it says, and where its answer goes. */
interface Arrival<X> {
  readonly body: Body;
  readonly exchange: X;
  /** Copies seen so far, the first included. */
  readonly copies: number;
  /** False when its connection broke before its turn came. */
  readonly live: boolean;
}

/**
 * One BOSH session: a machine without clock, socket or chance.
 *
 * Requests come in through `receive`, which says what to do with them in rid order. Stanzas for the
 * client are queued by `send`. `settle` alone decides which held request is answered, when, and with
 * what; it runs once at the end of each turn and at `deadline`.
 *
 * @spec XEP-0124 §8 B-8-02 B-8-07
 * @spec XEP-0124 §14.2 B-14.2-01
 */
export class Session<X> {
  readonly terms: Terms;
  readonly #policy: BoshPolicy;
  readonly #window: RequestWindow<X>;
  readonly #activity: Activity;
  readonly #answers: Answers<X>;
  readonly #strays: Strays<X>;
  #ended: Closing | undefined;

  constructor({ request, exchange, terms, policy, facts, now }: SessionOptions<X>) {
    this.terms = terms;
    this.#policy = policy;
    this.#window = new RequestWindow(terms.requests, request.rid);
    this.#activity = new Activity(terms, policy.strict);
    this.#strays = new Strays(policy.limits.stray, policy.limits.copies);
    const parts = { window: this.#window, activity: this.#activity };
    this.#answers = new Answers({ terms, facts, limits: policy.limits, ...parts });
    this.#window.advance(request.rid, exchange, now + waitOf(terms), 1, true);
  }

  /** The answering stream header; its attributes go into the creation response. @spec XEP-0206 §4 X-4-01 */
  header(header: StreamHeader): void {
    this.#answers.header(header);
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Unanswered requests on live connections. */
  get held(): number {
    return this.#window.live;
  }

  /** Payloads that wait for a request. */
  get queued(): number {
    return this.#answers.queued;
  }

  /** The highest rid received in sequence. */
  get lastRid(): number {
    return this.#window.last;
  }

  /** Queues a payload for the client. */
  send(payload: Payload): void {
    this.#answers.queue(payload);
  }

  /** Takes a request that is complete, well-formed, and of this session. */
  receive(exchange: X, body: Body, now: Instant): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (!this.#ended) this.#place({ exchange, body, copies: 1, live: true }, turn);
    return turn.effects;
  }

  /** A request of this session that parsed but is not acceptable. @spec XEP-0124 §6 B-6-08 */
  reject(exchange: X, condition: Condition, now: Instant): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (!this.#ended) this.#refuse(exchange, condition, 'bad-request', turn);
    return turn.effects;
  }

  /** Answers what has to be answered by now. The only place that answers held requests for what happens in time. */
  settle(now: Instant): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (!this.#ended) this.#settle(turn);
    return turn.effects;
  }

  /** The connection of this exchange broke, before or after its answer. */
  lost(exchange: X, now: Instant): void {
    this.flushed(exchange);
    this.#strays.lost(exchange);
    if (this.#ended || !this.#window.lost(exchange)) return;
    this.#activity.waiting(this.#window.isWaiting, now);
  }

  /** The answer to this exchange has been written. */
  flushed(exchange: X): void {
    this.#answers.flushed(exchange);
  }

  /**
   * Ends the session from this side: with a binding condition, a stream error, or in peace.
   *
   * @spec XEP-0124 §17.2 B-17.2-01 B-17.2-02
   * @spec XEP-0206 §6 X-6-01
   */
  close(
    cause: Condition | StreamError | undefined,
    now: Instant,
    why: EndReason = 'server-closed',
  ): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (!this.#ended) this.#close(cause, why, turn);
    return turn.effects;
  }

  /** What the client did not get, or may not have got: all of it after the session has ended. */
  get undelivered(): readonly Payload[] {
    return this.#answers.undelivered(this.#ended === 'lost');
  }

  /** When `settle` must run at the latest. */
  get deadline(): Instant | undefined {
    if (this.#ended) return undefined;
    let deadline = earliest(this.#activity.deadline, this.#strays.deadline);
    for (const request of this.#window.open) {
      if (request.live) deadline = earliest(deadline, request.deadline);
    }
    for (const request of this.#window.early.values()) deadline = earliest(deadline, request.since + this.#gap);
    return deadline;
  }

  /** What remains of the session, to answer a client that missed its end. D-18 */
  tombstone(): Tombstone {
    return this.#answers.tombstone();
  }

  // ---- requests in their turn

  #place(arrival: Arrival<X>, turn: Turn<X>): void {
    const { body, exchange } = arrival;
    const isLast = body.terminate || body.pause !== undefined;
    const place = this.#window.place(body.rid, isLast ? 1 : 0);
    if (place === 'next') this.#accept(arrival, turn);
    else if (place === 'early') this.#park(exchange, body, isLast, turn);
    else if (place === 'early copy') this.#supersedeEarly(exchange, body, turn);
    else if (place === 'open') this.#supersedeOpen(exchange, body, turn);
    else if (place === 'past') this.#replay(exchange, body, turn);
    else this.#strays.add(exchange, turn.now);
    this.#activity.waiting(this.#window.isWaiting, turn.now);
  }

  #accept(arrival: Arrival<X>, turn: Turn<X>): void {
    this.#take(arrival, turn);
    for (let early = this.#window.takeNext(); early && !this.#ended; early = this.#window.takeNext()) {
      this.#take(early, turn);
    }
  }

  /** One request whose turn has come: judged, counted, acted on. */
  #take({ exchange, body, copies, live }: Arrival<X>, turn: Turn<X>): void {
    const { now } = turn;
    const isEmpty = body.payloads.length === 0 && !body.terminate && !body.restart && body.pause === undefined;
    if (this.#activity.isTooFast(isEmpty, this.held + 1, now)) {
      this.#refuse(exchange, 'policy-violation', 'overactive', turn);
      return;
    }
    this.#activity.request();
    this.#answers.noteAcknowledgement(body, isEmpty, turn);
    const request = this.#window.advance(body.rid, exchange, now + waitOf(this.terms), copies, live);
    if (body.terminate) this.#terminate(body, turn);
    else if (body.pause !== undefined) this.#pause(request, body, body.pause, turn);
    else if (body.restart) this.#restart(request, body, turn);
    else turn.forward(body.payloads);
  }

  /**
   * Payloads first, then the oldest open request gets the end, all others an empty body.
   *
   * @spec XEP-0124 §13 B-13-02 B-13-03 B-13-04 B-13-06
   */
  #terminate(body: Body, turn: Turn<X>): void {
    this.#answers.noteFarewell(turn);
    turn.forward(body.payloads);
    this.#answers.farewell(turn);
    this.#end('graceful', undefined, 'client-terminated', turn);
  }

  /**
   * Everything is answered at once; the answer to the pause itself never carries a payload.
   *
   * @spec XEP-0124 §10 B-10-07 B-10-08 B-10-10
   */
  #pause(request: OpenRequest<X>, body: Body, length: number, turn: Turn<X>): void {
    if (length > this.terms.maxPause || this.terms.maxPause === 0) {
      this.#window.close(request);
      this.#refuse(request.exchange, 'policy-violation', 'bad-pause', turn);
      return;
    }
    this.#answers.clearBefore(request, turn);
    this.#answers.give(request, [], 'pause', turn);
    this.#activity.pause(length);
    turn.forward(body.payloads);
  }

  /**
   * Held requests are released first, so that the features of the new stream ride on the answer to
   * the request that asked for it. Payloads beside a restart are ignored.
   *
   * @spec XEP-0206 §5 X-5-07 X-5-10 D-29
   */
  #restart(request: OpenRequest<X>, body: Body, turn: Turn<X>): void {
    this.#answers.clearBefore(request, turn);
    turn.effects.push({ do: 'restart', to: body.to, lang: body.lang });
  }

  // ---- requests out of their turn

  /** @spec XEP-0124 §11 B-11-02 B-11-03 D-04 */
  #park(exchange: X, body: Body, isLast: boolean, turn: Turn<X>): void {
    const lowest = this.#window.open[0]?.rid ?? this.#window.last + 1;
    const unanswered = body.rid - lowest + 1;
    if (this.#policy.strict && unanswered > this.terms.requests + (isLast ? 1 : 0)) {
      this.#refuse(exchange, 'policy-violation', 'overactive', turn);
      return;
    }
    this.#window.park(body, exchange, turn.now);
  }

  /** The newest copy of an unanswered request takes its place. @spec XEP-0124 §14.3 B-14.3-05 D-11 */
  #supersedeOpen(exchange: X, body: Body, turn: Turn<X>): void {
    const request = this.#window.find(body.rid);
    if (!request || !this.#countCopy(request, exchange, turn)) return;
    if (request.live) turn.respond(request.exchange, RECOVERABLE_ERROR, 'superseded');
    request.exchange = exchange;
    request.live = true;
    request.deadline = turn.now + waitOf(this.terms);
  }

  /** @spec XEP-0124 §14.3 B-14.3-05 */
  #supersedeEarly(exchange: X, body: Body, turn: Turn<X>): void {
    const request = this.#window.early.get(body.rid);
    if (!request || !this.#countCopy(request, exchange, turn)) return;
    if (request.live) turn.respond(request.exchange, RECOVERABLE_ERROR, 'superseded');
    request.exchange = exchange;
    request.live = true;
  }

  /** The same characters again. @spec XEP-0124 §14.3 B-14.3-02 D-12 D-13 */
  #replay(exchange: X, body: Body, turn: Turn<X>): void {
    const response = this.#answers.given(body.rid);
    if (!response) this.#strays.add(exchange, turn.now);
    else if (this.#countCopy(response, exchange, turn)) turn.respond(exchange, response.body, 'replay');
  }

  /** @spec XEP-0124 §14.3 B-14.3-06 D-16 */
  #countCopy(request: { copies: number }, exchange: X, turn: Turn<X>): boolean {
    request.copies += 1;
    if (request.copies <= this.#policy.limits.copies) return true;
    this.#refuse(exchange, 'policy-violation', 'too-many-copies', turn);
    return false;
  }

  // ---- time

  #settle(turn: Turn<X>): void {
    const stray = this.#strays.due(turn.now);
    if (stray !== undefined) return this.#refuse(stray, 'item-not-found', 'rid-out-of-window', turn);
    this.#giveBackEarly(turn);
    this.#answers.deliver(turn);
    this.#answers.release(this.#aboveHold(), 'hold', turn);
    this.#answers.release(this.#expired(turn.now), 'wait', turn);
    this.#activity.waiting(this.#window.isWaiting, turn.now);
    if (this.#answers.isFull) this.#overflow(turn);
    else if (this.#isInactive(turn.now)) this.#end('lost', undefined, 'inactivity', turn);
  }

  /** Early requests whose predecessors never came go back to the client, unprocessed. D-10 */
  #giveBackEarly(turn: Turn<X>): void {
    for (const [rid, request] of this.#window.early) {
      if (turn.now < request.since + this.#gap) continue;
      this.#window.takeEarly(rid);
      if (request.live) turn.respond(request.exchange, RECOVERABLE_ERROR, 'gap');
    }
  }

  get #gap(): Duration {
    const wait = waitOf(this.terms);
    return wait === 0 ? this.#policy.limits.gap : Math.min(wait, this.#policy.limits.gap);
  }

  /** How many requests must be answered, so that no more than agreed stay on live connections. */
  #aboveHold(): number {
    let surplus = this.held - heldAtMost(this.terms);
    if (surplus <= 0) return 0;
    return this.#window.open.findIndex((request) => request.live && --surplus === 0) + 1;
  }

  /** How many requests must be answered, so that none whose wait is over stays and order is kept. */
  #expired(now: Instant): number {
    return this.#window.open.findLastIndex((request) => request.live && request.deadline <= now) + 1;
  }

  /** @spec XEP-0124 §10 B-10-02 */
  #isInactive(now: Instant): boolean {
    const { deadline } = this.#activity;
    return deadline !== undefined && deadline <= now;
  }

  // ---- the end

  #overflow(turn: Turn<X>): void {
    this.#close(new StreamError('resource-constraint', 'too much waits for this client'), 'queue-full', turn);
  }

  #close(cause: Condition | StreamError | undefined, why: EndReason, turn: Turn<X>): void {
    const isStreamError = cause instanceof StreamError;
    if (isStreamError) this.#answers.endWithError(serialize(cause.toElement()), turn);
    else this.#answers.end(cause, turn);
    this.#end('lost', isStreamError ? 'remote-stream-error' : cause, why, turn);
  }

  /** The client broke a rule: this exchange gets the condition, all others hear of it. D-19 */
  #refuse(exchange: X, condition: Condition, why: EndReason, turn: Turn<X>): void {
    this.#strays.lost(exchange);
    this.#answers.refuse(exchange, condition, turn);
    this.#end('lost', condition, why, turn);
  }

  #end(how: Closing, condition: Condition | undefined, why: EndReason, turn: Turn<X>): void {
    this.#ended = how;
    for (const stray of this.#strays.takeAll()) this.#answers.turnAway(stray, turn);
    turn.effects.push({ do: 'end', how, condition, why });
  }
}
