import { earliest, seconds, type Duration, type Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader } from '../xmpp/transport.ts';
import { Activity } from './activity.ts';
import { EMPTY_BODY, RECOVERABLE_ERROR, writeBody, type Body, type BodyAttributes } from './body.ts';
import type { Condition } from './conditions.ts';
import { creationAttributes, type CreationFacts } from './creation.ts';
import type { Effect, EndReason, ResponseReason } from './effects.ts';
import { heldAtMost, waitOf, type Terms } from './negotiation.ts';
import { Outbox } from './outbox.ts';
import type { BoshPolicy } from './policy.ts';
import { RequestWindow, type OpenRequest } from './request-window.ts';
import { ResponseBuffer } from './response-buffer.ts';
import { Tombstone } from './tombstone.ts';

/** A missing response is reported when it is at least this old. D-40 */
const REPORT_AGE: Duration = seconds(1);
/** `time` is an unsignedShort. D-40 */
const MAX_REPORT_TIME = 65_535;

export interface SessionOptions<X> {
  readonly request: Body;
  readonly exchange: X;
  readonly terms: Terms;
  readonly policy: BoshPolicy;
  readonly facts: CreationFacts;
  readonly now: Instant;
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
  readonly #facts: CreationFacts;
  readonly #window: RequestWindow<X>;
  readonly #buffer: ResponseBuffer;
  readonly #activity: Activity;
  readonly #outbox = new Outbox();
  /** Creation attributes that have not left yet. */
  #creation: BodyAttributes | undefined;
  /** The payload-bearing answer that is still being written: the next one waits for it. */
  #writing: X | undefined;
  #report: { readonly rid: number; readonly time: number } | undefined;
  #reported = 0;
  #ended: Closing | undefined;
  #lastWords: string | undefined;

  constructor(options: SessionOptions<X>) {
    const { request, exchange, terms, policy, now } = options;
    this.terms = terms;
    this.#policy = policy;
    this.#facts = options.facts;
    this.#window = new RequestWindow(terms.requests, request.rid);
    const { keptResponses, keptBytes } = policy.limits;
    this.#buffer = new ResponseBuffer(
      { unacknowledged: terms.requests, keptResponses, keptBytes },
      terms.acksResponses,
    );
    this.#activity = new Activity(terms, policy.strict);
    this.#creation = {};
    this.#window.advance(request.rid, exchange, now + waitOf(terms), 1, true);
  }

  /** The answering stream header; its attributes go into the creation response. @spec XEP-0206 §4 X-4-01 */
  header(header: StreamHeader): void {
    if (this.#creation) this.#creation = creationAttributes(this.terms, this.#facts, header, this.#window.last);
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Unanswered requests on live connections. */
  get held(): number {
    return this.#window.open.filter((request) => request.live).length;
  }

  /** Payloads that wait for a request. */
  get queued(): number {
    return this.#outbox.size;
  }

  /** The highest rid received in sequence. */
  get lastRid(): number {
    return this.#window.last;
  }

  /** Queues a payload for the client. */
  send(payload: Payload): void {
    this.#outbox.add(payload);
  }

  /** Takes a request that is complete, well-formed, and of this session. */
  receive(exchange: X, body: Body, now: Instant): Effect<X>[] {
    const effects: Effect<X>[] = [];
    if (this.#ended) return effects;
    const isLast = body.terminate || body.pause !== undefined;
    const place = this.#window.place(body.rid, isLast ? 1 : 0);
    if (place === 'next') this.#accept(exchange, body, 1, true, now, effects);
    else if (place === 'early') this.#park(exchange, body, isLast, now, effects);
    else if (place === 'early copy') this.#supersedeEarly(exchange, body, effects, now);
    else if (place === 'open') this.#supersedeOpen(exchange, body, now, effects);
    else if (place === 'past') this.#replay(exchange, body, effects, now);
    else this.#refuse(exchange, 'item-not-found', 'rid-out-of-window', effects, now);
    this.#activity.waiting(this.#window.isWaiting, now);
    return effects;
  }

  /** Answers what has to be answered by now. The only place that answers held requests for what happens in time. */
  settle(now: Instant): Effect<X>[] {
    const effects: Effect<X>[] = [];
    if (this.#ended) return effects;
    this.#giveBackEarly(now, effects);
    this.#deliver(now, effects);
    this.#release(this.#aboveHold(), 'hold', now, effects);
    this.#release(this.#expired(now), 'wait', now, effects);
    this.#activity.waiting(this.#window.isWaiting, now);
    this.#checkQueue(now, effects);
    this.#checkInactivity(now, effects);
    return effects;
  }

  /** The connection of this exchange broke, before or after its answer. */
  lost(exchange: X, now: Instant): void {
    this.flushed(exchange);
    if (this.#ended || !this.#window.lost(exchange)) return;
    this.#activity.waiting(this.#window.isWaiting, now);
  }

  /** The answer to this exchange has been written. */
  flushed(exchange: X): void {
    if (this.#writing === exchange) this.#writing = undefined;
  }

  /**
   * Ends the session from this side: with a binding condition, a stream error, or in peace.
   *
   * @spec XEP-0124 §17.2 B-17.2-01 B-17.2-02
   * @spec XEP-0206 §6 X-6-01
   */
  close(cause: Condition | StreamError | undefined, now: Instant, why: EndReason = 'server-closed'): Effect<X>[] {
    const effects: Effect<X>[] = [];
    if (this.#ended) return effects;
    const condition = cause instanceof StreamError ? 'remote-stream-error' : cause;
    const error = cause instanceof StreamError ? [serialize(cause.toElement())] : [];
    if (cause instanceof StreamError) this.#deliverBeforeError(now, effects);
    const payloads = cause instanceof StreamError && this.#window.firstLive() ? this.#outbox.takeAll() : [];
    const texts = [...payloads.map((payload) => payload.xml), ...error];
    this.#closeDeadBeforeLive(now);
    const first = this.#window.open[0];
    if (first) this.#answerLast(first, condition, texts, payloads, now, effects);
    else this.#lastWords = this.#lastBody(condition, texts);
    if (!first?.live) this.#dismissEarly(this.#lastBody(condition, texts), condition, effects);
    this.#dismiss(condition === undefined ? undefined : 'other-request', now, effects);
    this.#end('lost', condition, why, effects);
    return effects;
  }

  /**
   * What the client did not get, or may not have got: all of it after the session has ended.
   *
   * @spec XEP-0206 §7 X-7-01 D-39
   */
  get undelivered(): readonly Payload[] {
    const waiting = this.#outbox.takeAll();
    const isInDoubt = this.#ended === 'lost' || this.terms.acksResponses;
    return isInDoubt ? [...this.#buffer.unconfirmed(), ...waiting] : waiting;
  }

  /** When `settle` must run at the latest. */
  get deadline(): Instant | undefined {
    if (this.#ended) return undefined;
    let deadline = this.#activity.deadline;
    for (const request of this.#window.open) {
      if (request.live) deadline = earliest(deadline, request.deadline);
    }
    for (const request of this.#window.early.values()) deadline = earliest(deadline, request.since + this.#gap);
    return deadline;
  }

  /** What remains of the session, to answer a client that missed its end. D-18 */
  tombstone(): Tombstone {
    return new Tombstone(this.terms, this.#window.last, this.#buffer, this.#lastWords);
  }

  // ---- requests in their turn

  #accept(exchange: X, body: Body, copies: number, live: boolean, now: Instant, effects: Effect<X>[]): void {
    this.#take(exchange, body, copies, live, now, effects);
    for (let early = this.#window.takeNext(); early && !this.#ended; early = this.#window.takeNext()) {
      this.#take(early.exchange, early.body, early.copies, early.live, now, effects);
    }
  }

  /** One request whose turn has come: judged, counted, acted on. */
  #take(exchange: X, body: Body, copies: number, live: boolean, now: Instant, effects: Effect<X>[]): void {
    const isEmpty = body.payloads.length === 0 && !body.terminate && !body.restart && body.pause === undefined;
    if (this.#activity.isTooFast(isEmpty, this.held + 1, now)) {
      this.#refuse(exchange, 'policy-violation', 'overactive', effects, now);
      return;
    }
    this.#activity.request();
    this.#noteAcknowledgement(body, isEmpty, now, effects);
    const request = this.#window.advance(body.rid, exchange, now + waitOf(this.terms), copies, live);
    if (body.terminate) this.#terminate(body, now, effects);
    else if (body.pause !== undefined) this.#pause(request, body, body.pause, now, effects);
    else if (body.restart) this.#restart(request, body, now, effects);
    else if (!isEmpty) effects.push({ do: 'forward', payloads: body.payloads });
  }

  /**
   * What a new request says about the answers so far.
   *
   * @spec XEP-0124 §9.2 B-9.2-03 B-9.2-04 B-9.2-05
   */
  #noteAcknowledgement(body: Body, isEmpty: boolean, now: Instant, effects: Effect<X>[]): void {
    if (body.ack !== undefined) {
      confirm(this.#buffer.acknowledge(body.ack), effects);
      this.#reportMissing(body.ack + 1, now);
    } else if (this.terms.acksResponses) {
      confirm(this.#buffer.acknowledge(this.#buffer.highest), effects);
    } else if (isEmpty && this.#window.open.length === 0) {
      confirm(this.#buffer.confirm(), effects);
    }
  }

  #reportMissing(rid: number, now: Instant): void {
    const missing = this.#buffer.get(rid);
    if (!missing || !this.terms.acksResponses || rid <= this.#reported || now - missing.at < REPORT_AGE) return;
    this.#reported = rid;
    this.#report = { rid, time: Math.min(now - missing.at, MAX_REPORT_TIME) };
  }

  /**
   * Payloads first, then the oldest open request gets the end, all others an empty body. A client
   * that leaves in peace has read what it was sent, unless its acknowledgements say otherwise.
   *
   * @spec XEP-0124 §13 B-13-02 B-13-03 B-13-04 B-13-06
   */
  #terminate(body: Body, now: Instant, effects: Effect<X>[]): void {
    if (!this.terms.acksResponses) confirm(this.#buffer.confirm(), effects);
    if (body.payloads.length > 0) effects.push({ do: 'forward', payloads: body.payloads });
    this.#closeDeadBeforeLive(now);
    const first = this.#window.open[0];
    if (first) this.#answerLast(first, undefined, [], [], now, effects);
    this.#dismiss(undefined, now, effects);
    this.#end('graceful', undefined, 'client-terminated', effects);
  }

  /**
   * Everything is answered at once; the answer to the pause itself never carries a payload.
   *
   * @spec XEP-0124 §10 B-10-07 B-10-08 B-10-10
   */
  #pause(request: OpenRequest<X>, body: Body, length: number, now: Instant, effects: Effect<X>[]): void {
    if (length > this.terms.maxPause || this.terms.maxPause === 0) {
      this.#window.close(request);
      this.#refuse(request.exchange, 'policy-violation', 'bad-pause', effects, now);
      return;
    }
    this.#clearBefore(request, now, effects);
    this.#answer(request, [], 'pause', now, effects);
    this.#activity.pause(length);
    if (body.payloads.length > 0) effects.push({ do: 'forward', payloads: body.payloads });
  }

  /**
   * Held requests are released first, so that the features of the new stream ride on the answer to
   * the request that asked for it. Payloads beside a restart are ignored.
   *
   * @spec XEP-0206 §5 X-5-07 X-5-10 D-29
   */
  #restart(request: OpenRequest<X>, body: Body, now: Instant, effects: Effect<X>[]): void {
    this.#clearBefore(request, now, effects);
    effects.push({ do: 'restart', to: body.to, lang: body.lang });
  }

  // ---- requests out of their turn

  /** @spec XEP-0124 §11 B-11-02 B-11-03 D-04 */
  #park(exchange: X, body: Body, isLast: boolean, now: Instant, effects: Effect<X>[]): void {
    const lowest = this.#window.open[0]?.rid ?? this.#window.last + 1;
    const unanswered = body.rid - lowest + 1;
    if (this.#policy.strict && unanswered > this.terms.requests + (isLast ? 1 : 0)) {
      this.#refuse(exchange, 'policy-violation', 'overactive', effects, now);
      return;
    }
    this.#window.park(body, exchange, now);
  }

  /** The newest copy of an unanswered request takes its place. @spec XEP-0124 §14.3 B-14.3-05 D-11 */
  #supersedeOpen(exchange: X, body: Body, now: Instant, effects: Effect<X>[]): void {
    const request = this.#window.find(body.rid);
    if (!request || !this.#countCopy(request, exchange, effects, now)) return;
    if (request.live) effects.push(giveBack(request.exchange, 'superseded'));
    request.exchange = exchange;
    request.live = true;
    request.deadline = now + waitOf(this.terms);
  }

  /** @spec XEP-0124 §14.3 B-14.3-05 */
  #supersedeEarly(exchange: X, body: Body, effects: Effect<X>[], now: Instant): void {
    const request = this.#window.early.get(body.rid);
    if (!request || !this.#countCopy(request, exchange, effects, now)) return;
    if (request.live) effects.push(giveBack(request.exchange, 'superseded'));
    request.exchange = exchange;
    request.live = true;
  }

  /** The same characters again, or the end. @spec XEP-0124 §14.3 B-14.3-02 B-14.3-07 D-12 D-13 */
  #replay(exchange: X, body: Body, effects: Effect<X>[], now: Instant): void {
    const response = this.#buffer.get(body.rid);
    if (!response) {
      this.#refuse(exchange, 'item-not-found', 'rid-too-old', effects, now);
    } else if (this.#countCopy(response, exchange, effects, now)) {
      effects.push({ do: 'respond', exchange, body: response.body, reason: 'replay' });
    }
  }

  /** @spec XEP-0124 §14.3 B-14.3-06 D-16 */
  #countCopy(request: { copies: number }, exchange: X, effects: Effect<X>[], now: Instant): boolean {
    request.copies += 1;
    if (request.copies <= this.#policy.limits.copies) return true;
    this.#refuse(exchange, 'policy-violation', 'too-many-copies', effects, now);
    return false;
  }

  // ---- answers

  /** Early requests whose predecessors never came go back to the client, unprocessed. D-10 */
  #giveBackEarly(now: Instant, effects: Effect<X>[]): void {
    for (const [rid, request] of this.#window.early) {
      if (now < request.since + this.#gap) continue;
      this.#window.takeEarly(rid);
      if (request.live) effects.push(giveBack(request.exchange, 'gap'));
    }
  }

  get #gap(): Duration {
    const wait = waitOf(this.terms);
    return wait === 0 ? this.#policy.limits.gap : Math.min(wait, this.#policy.limits.gap);
  }

  /**
   * Puts what waits on the lowest request whose connection stands. The next answer with payload does
   * not leave before this one is written, because clients process answers as they arrive.
   *
   * @spec XEP-0124 §8 B-8-04 B-8-07 B-8-09 D-01 D-38
   */
  #deliver(now: Instant, effects: Effect<X>[]): void {
    if (this.#writing !== undefined || (this.#outbox.size === 0 && !this.#report)) return;
    this.#closeDeadBeforeLive(now);
    const request = this.#window.firstLive();
    if (!request) return;
    const payloads = this.#outbox.take(this.#policy.limits.responseBytes);
    this.#answer(request, payloads, payloads.length > 0 ? 'payload' : 'report', now, effects);
  }

  /** Two requests open: stanzas go on the older, so that the newer is free for the stream error. D-50 */
  #deliverBeforeError(now: Instant, effects: Effect<X>[]): void {
    if (this.held < 2 || this.#outbox.size === 0) return;
    this.#closeDeadBeforeLive(now);
    const first = this.#window.firstLive();
    if (first) this.#answer(first, this.#outbox.takeAll(), 'payload', now, effects);
  }

  /** Requests below the first live one will never carry anything: their answer is empty from now on. D-38 */
  #closeDeadBeforeLive(now: Instant): void {
    const first = this.#window.firstLive();
    if (!first) return;
    const dead = this.#window.open.filter((request) => request.rid < first.rid);
    for (const request of dead) this.#answer(request, [], 'hold', now, []);
  }

  /** Answers the lowest `count` open requests with nothing. @spec XEP-0124 §8 B-8-05 B-8-06 B-8-08 */
  #release(count: number, reason: ResponseReason, now: Instant, effects: Effect<X>[]): void {
    for (const request of this.#window.open.slice(0, count)) {
      this.#answer(request, [], reason, now, effects);
    }
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

  /** Answers everything below `request`, what waits going on the first that can take it. */
  #clearBefore(request: OpenRequest<X>, now: Instant, effects: Effect<X>[]): void {
    for (const earlier of this.#window.open.filter((open) => open.rid < request.rid)) {
      const payloads = earlier.live ? this.#outbox.take(this.#policy.limits.responseBytes) : [];
      this.#answer(earlier, payloads, payloads.length > 0 ? 'payload' : 'hold', now, effects);
    }
  }

  #answer(
    request: OpenRequest<X>,
    payloads: readonly Payload[],
    reason: ResponseReason,
    now: Instant,
    effects: Effect<X>[],
  ): void {
    const attributes = this.#attributes(request.rid);
    const texts = payloads.map((payload) => payload.xml);
    const body = attributes || texts.length > 0 ? writeBody(attributes ?? {}, texts) : EMPTY_BODY;
    this.#window.close(request);
    confirm(this.#buffer.add(request, body, payloads, now), effects);
    if (payloads.length > 0) {
      this.#activity.sentPayload();
      this.#writing = request.exchange;
    }
    if (request.live) effects.push({ do: 'respond', exchange: request.exchange, body, reason });
  }

  /** @spec XEP-0124 §9.1 B-9.1-01 B-9.1-02 B-9.1-03 B-9.1-04 */
  #attributes(rid: number): BodyAttributes | undefined {
    const creation = this.#creation;
    this.#creation = undefined;
    if (creation) return creation;
    const report = this.#report;
    this.#report = undefined;
    const ack = this.terms.acksRequests && this.#window.last !== rid ? this.#window.last : undefined;
    if (ack === undefined && !report) return undefined;
    return { ack, report: report?.rid, time: report?.time };
  }

  // ---- the end

  #answerLast(
    request: OpenRequest<X>,
    condition: Condition | undefined,
    texts: readonly string[],
    payloads: readonly Payload[],
    now: Instant,
    effects: Effect<X>[],
  ): void {
    const body = this.#lastBody(condition, texts);
    this.#window.close(request);
    this.#buffer.add(request, body, payloads, now);
    if (request.live) effects.push(respondLast(request.exchange, body, condition));
    else this.#lastWords = body;
  }

  #lastBody(condition: Condition | undefined, texts: readonly string[] = []): string {
    const creation = this.#creation ?? {};
    return writeBody({ ...creation, type: 'terminate', condition }, texts);
  }

  /** Answers whatever is open, in rid order, then what came early. D-17, D-19 */
  #dismiss(condition: Condition | undefined, now: Instant, effects: Effect<X>[]): void {
    const body = condition === undefined ? EMPTY_BODY : this.#lastBody(condition);
    for (const request of [...this.#window.open]) {
      this.#window.close(request);
      this.#buffer.add(request, body, [], now);
      if (request.live) effects.push(respondLast(request.exchange, body, condition));
    }
    this.#dismissEarly(body, condition, effects);
  }

  #dismissEarly(body: string, condition: Condition | undefined, effects: Effect<X>[]): void {
    for (const [rid, request] of [...this.#window.early].sort(([a], [b]) => a - b)) {
      this.#window.takeEarly(rid);
      if (request.live) effects.push(respondLast(request.exchange, body, condition));
    }
  }

  /** The client broke a rule: this exchange gets the condition, all others hear of it. D-19 */
  #refuse(exchange: X, condition: Condition, why: EndReason, effects: Effect<X>[], now: Instant): void {
    this.#dismiss('other-request', now, effects);
    effects.push(respondLast(exchange, this.#lastBody(condition), condition));
    this.#end('lost', condition, why, effects);
  }

  /** A request of this session that parsed but is not acceptable. @spec XEP-0124 §6 B-6-08 */
  reject(exchange: X, condition: Condition, now: Instant): Effect<X>[] {
    const effects: Effect<X>[] = [];
    if (!this.#ended) this.#refuse(exchange, condition, 'bad-request', effects, now);
    return effects;
  }

  #checkQueue(now: Instant, effects: Effect<X>[]): void {
    const { queuedStanzas, queuedBytes } = this.#policy.limits;
    if (this.#outbox.size <= queuedStanzas && this.#outbox.length <= queuedBytes) return;
    const error = new StreamError('resource-constraint', 'too much waits for this client');
    effects.push(...this.close(error, now, 'queue-full'));
  }

  /** @spec XEP-0124 §10 B-10-02 */
  #checkInactivity(now: Instant, effects: Effect<X>[]): void {
    const deadline = this.#activity.deadline;
    if (!this.#ended && deadline !== undefined && deadline <= now) this.#end('lost', undefined, 'inactivity', effects);
  }

  #end(how: Closing, condition: Condition | undefined, why: EndReason, effects: Effect<X>[]): void {
    this.#ended = how;
    effects.push({ do: 'end', how, condition, why });
  }
}

/** Tells those that keep copies; most payloads have none. */
function confirm<X>(payloads: readonly Payload[], effects: Effect<X>[]): void {
  const kept = payloads.filter((payload) => payload.arrived !== undefined);
  if (kept.length > 0) effects.push({ do: 'confirm', payloads: kept });
}

function giveBack<X>(exchange: X, reason: ResponseReason): Effect<X> {
  return { do: 'respond', exchange, body: RECOVERABLE_ERROR, reason };
}

function respondLast<X>(exchange: X, body: string, condition: Condition | undefined): Effect<X> {
  const reason = condition === undefined ? 'terminate' : 'error';
  return condition === undefined
    ? { do: 'respond', exchange, body, reason }
    : { do: 'respond', exchange, body, reason, condition };
}
