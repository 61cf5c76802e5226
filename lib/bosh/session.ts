import { earliest, type Instant } from '../base/time.ts';
import type { Element } from '../xml/index.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader } from '../xmpp/transport.ts';
import { Activity } from './activity.ts';
import { Answers } from './answers.ts';
import { isEmpty, type Body } from './body.ts';
import type { Condition } from './conditions.ts';
import type { CreationFacts } from './creation.ts';
import { Turn, type Effect, type EndReason, type Refusal } from './effects.ts';
import { KeySequence, proofOf } from './keys.ts';
import { heldAtMost, waitOf, type Terms } from './negotiation.ts';
import type { BoshPolicy } from './policy.ts';
import { RequestIds, type Arrival } from './request-ids.ts';
import { RequestWindow, type OpenRequest } from './request-window.ts';
import { ScriptStream } from './script-syntax.ts';
import { Streams } from './streams.ts';
import type { Tombstone } from './tombstone.ts';

export interface SessionOptions<X> {
  readonly request: Body;
  readonly exchange: X;
  readonly terms: Terms;
  readonly policy: BoshPolicy;
  readonly facts: CreationFacts;
  readonly now: Instant;
}

const BAD_REQUEST: Refusal = { condition: 'bad-request', why: 'bad-request' };
const WRONG_KEY: Refusal = { condition: 'item-not-found', why: 'bad-key' };
const TOO_FAST: Refusal = { condition: 'policy-violation', why: 'overactive' };
const UNKNOWN_STREAM: Refusal = { condition: 'item-not-found', why: 'unknown-stream' };
const BAD_PAUSE: Refusal = { condition: 'policy-violation', why: 'bad-pause' };

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
  /** What came with the creation request. D-28 */
  readonly opening: readonly Element[];
  readonly #window: RequestWindow<X>;
  readonly #activity: Activity;
  readonly #answers: Answers<X>;
  readonly #requestIds: RequestIds<X>;
  readonly #streams: Streams;
  readonly #keys = new KeySequence();
  readonly #script: ScriptStream | undefined;
  #ended: Closing | undefined;

  constructor({ request, exchange, terms, policy, facts, now }: SessionOptions<X>) {
    this.terms = terms;
    this.#window = new RequestWindow(terms.requests, request.rid);
    this.#activity = new Activity(terms, policy.strict);
    this.#streams = new Streams(facts.stream, terms.maxStreams);
    const parts = { window: this.#window, activity: this.#activity, streams: this.#streams };
    this.#answers = new Answers({ terms, facts, limits: policy.limits, ...parts });
    this.#requestIds = new RequestIds({ terms, policy, window: this.#window, answers: this.#answers });
    if (terms.syntax === 'script') this.#script = new ScriptStream(policy.limits.bodyBytes);
    this.opening = this.#payloadsOf(request) ?? [];
    this.#keys.accept(request);
    this.#open({ exchange, body: request, copies: 1, live: true }, now);
  }

  /** The answering header of a stream; without a name that of the first. @spec XEP-0206 §4 X-4-01 */
  header(header: StreamHeader, stream = this.#streams.first): void {
    this.#answers.header(header, stream);
  }

  /** A stream that the client asked for: `header` and `send` may name it from now on. */
  addStream(stream: string): void {
    this.#streams.add(stream);
    this.#answers.addStream(stream);
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

  /** Whether the next request would be answered at once. */
  get hasNews(): boolean {
    return this.#answers.hasNews;
  }

  /** The highest rid received in sequence. */
  get lastRid(): number {
    return this.#window.last;
  }

  /** Queues a payload of a stream for the client; without a name it is of the first. */
  send(payload: Payload, stream = this.#streams.first): void {
    this.#answers.queue(stream, payload);
  }

  /** Takes a request that is complete, well-formed, and of this session. Those that it kept waiting follow: `receiveNext`. */
  receive(exchange: X, body: Body, now: Instant): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (!this.#ended) this.#place(exchange, body, turn);
    return turn.effects;
  }

  /**
   * Takes the early request whose turn has come. What the one before it wanted must be done by then: a
   * stream that it opened or closed is there or gone.
   *
   * @returns undefined when there is none
   * @spec XEP-0124 §14.2 B-14.2-01
   */
  receiveNext(now: Instant): readonly Effect<X>[] | undefined {
    const early = this.#ended ? undefined : this.#requestIds.takeNext();
    if (!early) return undefined;
    const turn = new Turn<X>(now);
    this.#take(early, turn);
    this.#activity.waiting(this.#window.isWaiting, now);
    return turn.effects;
  }

  /** A request of this session that parsed but is not acceptable. @spec XEP-0124 §6 B-6-08 */
  reject(exchange: X, condition: Condition, now: Instant): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (!this.#ended) this.#refuse(exchange, { condition, why: 'bad-request' }, turn);
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
    this.#requestIds.lost(exchange);
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

  /**
   * Ends one stream of several, with an error, a condition, or in peace; with the last one the session.
   *
   * @spec XEP-0124 §16.5 B-16.5-02
   * @spec XEP-0124 §16.6 B-16.6-01 B-16.6-02
   */
  closeStream(stream: string, cause: Condition | StreamError | undefined, now: Instant): readonly Effect<X>[] {
    const turn = new Turn<X>(now);
    if (this.#ended || !this.#streams.open.has(stream)) return turn.effects;
    if (this.#streams.open.size === 1) this.#close(cause, 'server-closed', turn);
    else this.#closeOne(stream, cause, 'lost', turn);
    return turn.effects;
  }

  /** Hands over what the client did not get of a stream, or may not have got; for after the end. */
  takeUndelivered(stream = this.#streams.first): readonly Payload[] {
    return this.#answers.takeUndelivered(stream, this.#ended === 'lost');
  }

  /** When `settle` must run at the latest. */
  get deadline(): Instant | undefined {
    if (this.#ended) return undefined;
    let deadline = earliest(this.#activity.deadline, this.#requestIds.deadline);
    for (const request of this.#window.open) {
      if (request.live) deadline = earliest(deadline, request.deadline);
    }
    return deadline;
  }

  /** What remains of the session, to answer a client that missed its end. D-18 */
  tombstone(): Tombstone {
    return this.#answers.tombstone();
  }

  // ---- requests

  #place(exchange: X, body: Body, turn: Turn<X>): void {
    const verdict = this.#requestIds.place(exchange, body, turn);
    if (verdict === 'next') this.#take({ exchange, body, copies: 1, live: true }, turn);
    else if (verdict !== 'done') this.#refuse(exchange, verdict, turn);
    this.#activity.waiting(this.#window.isWaiting, turn.now);
  }

  /** A request whose turn has come: judged, counted, acted on. */
  #take(arrival: Arrival<X>, turn: Turn<X>): void {
    const { exchange } = arrival;
    const payloads = this.#payloadsOf(arrival.body);
    if (!payloads) return this.#refuse(exchange, BAD_REQUEST, turn);
    const body = this.#script ? { ...arrival.body, payloads } : arrival.body;
    const aim = this.#streams.aim(body);
    const isPoll = isEmpty(body) && !this.#streams.isAddedBy(body);
    const fault = this.#judge(body, aim, isPoll, turn.now);
    if (fault) return this.#refuse(exchange, fault, turn);
    this.#activity.request();
    this.#answers.noteAcknowledgement(body, isPoll, turn);
    const request = this.#open(arrival, turn.now);
    if (aim === 'open') this.#act(request, body, turn);
    else if (body.pause !== undefined) this.#pause(request, { ...body, payloads: [] }, body.pause, turn);
  }

  /** In script syntax a request may complete what another began. @spec XEP-0252 §2.2 J-2.2-03 */
  #payloadsOf({ payloads, fragment }: Body): readonly Element[] | undefined {
    return this.#script && fragment !== '' ? this.#script.read(fragment) : payloads;
  }

  #judge(body: Body, aim: string, isPoll: boolean, now: Instant): Refusal | undefined {
    if (!this.#keys.accept(body)) return WRONG_KEY;
    if (this.#activity.isTooFast(isPoll, this.held + 1, now)) return TOO_FAST;
    return aim === 'unknown' ? UNKNOWN_STREAM : undefined;
  }

  #open({ exchange, body, copies, live }: Arrival<X>, now: Instant): OpenRequest<X> {
    const { rid } = body;
    return this.#window.advance({
      rid,
      exchange,
      live,
      deadline: now + waitOf(this.terms),
      copies,
      proof: proofOf(body),
    });
  }

  #act(request: OpenRequest<X>, body: Body, turn: Turn<X>): void {
    const closed = this.#streams.closedBy(body);
    if (closed !== undefined) this.#leave(closed, body, turn);
    else if (body.terminate) this.#terminate(body, turn);
    else if (body.pause !== undefined) this.#pause(request, body, body.pause, turn);
    else if (body.restart) this.#restart(request, body, turn);
    else if (this.#streams.isAddedBy(body)) this.#add(request, body, turn);
    else turn.forward(body);
  }

  /**
   * Payloads first, then the oldest open request gets the end, all others an empty body.
   *
   * @spec XEP-0124 §13 B-13-02 B-13-03 B-13-04 B-13-06
   */
  #terminate(body: Body, turn: Turn<X>): void {
    this.#answers.noteFarewell(turn);
    turn.forward(body);
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
      this.#refuse(request.exchange, BAD_PAUSE, turn);
      return;
    }
    this.#answers.clearBefore(request, turn);
    this.#answers.givePause(request, turn);
    this.#activity.pause(length);
    turn.forward(body);
  }

  /**
   * Held requests are released first, so that the features of the new stream ride on the answer to
   * the request that asked for it. Payloads beside a restart are ignored.
   *
   * @spec XEP-0206 §5 X-5-07 X-5-10 D-29
   */
  #restart(request: OpenRequest<X>, body: Body, turn: Turn<X>): void {
    this.#answers.clearBefore(request, turn);
    turn.effects.push({ do: 'restart', stream: this.#streams.restartedBy(body), to: body.to, lang: body.lang });
  }

  // ---- several streams

  /** Held requests are released first, so that the answer goes to who asked. @spec XEP-0124 §16.3 B-16.3-03 */
  #add(request: OpenRequest<X>, { to = '', from, lang }: Body, turn: Turn<X>): void {
    this.#answers.clearBefore(request, turn);
    turn.effects.push({ do: 'add stream', to, from, lang });
  }

  /** The client closes one stream; the request itself stays open like any other. @spec XEP-0124 §16.5 B-16.5-01 */
  #leave(stream: string, body: Body, turn: Turn<X>): void {
    turn.forward(body);
    this.#answers.noteFarewell(turn, stream);
    this.#closeOne(stream, undefined, 'graceful', turn);
  }

  #closeOne(stream: string, cause: Condition | StreamError | undefined, how: Closing, turn: Turn<X>): void {
    this.#streams.close(stream);
    const undelivered = this.#answers.takeUndelivered(stream, how === 'lost');
    if (how === 'lost') this.#answers.endStream(stream, cause);
    turn.effects.push({ do: 'close stream', stream, how, undelivered });
  }

  // ---- time

  #settle(turn: Turn<X>): void {
    const outside = this.#requestIds.outside(turn.now);
    if (outside) return this.#refuse(outside.exchange, outside.refusal, turn);
    this.#requestIds.giveBack(turn);
    this.#answers.deliver(turn);
    this.#answers.release(this.#aboveHold(), 'hold', turn);
    this.#answers.release(this.#expired(turn.now), 'wait', turn);
    this.#activity.waiting(this.#window.isWaiting, turn.now);
    if (this.#answers.isFull) this.#overflow(turn);
    else if (this.#isInactive(turn.now)) this.#end('lost', undefined, 'inactivity', turn);
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
    if (isStreamError) this.#answers.endWithError(cause, turn);
    else this.#answers.end(cause, turn);
    this.#end('lost', isStreamError ? 'remote-stream-error' : cause, why, turn);
  }

  /** The client broke a rule: this exchange gets the condition, all others hear of it. D-19 */
  #refuse(exchange: X, { condition, why }: Refusal, turn: Turn<X>): void {
    this.#requestIds.lost(exchange);
    this.#answers.refuse(exchange, condition, turn);
    this.#end('lost', condition, why, turn);
  }

  #end(how: Closing, condition: Condition | undefined, why: EndReason, turn: Turn<X>): void {
    this.#ended = how;
    this.#requestIds.end(turn);
    turn.effects.push({ do: 'end', how, condition, why });
  }
}
