import { seconds, type Duration, type Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, StreamHeader } from '../xmpp/transport.ts';
import type { Activity } from './activity.ts';
import { EMPTY_BODY, writeBody, type Body, type BodyAttributes } from './body.ts';
import type { Condition } from './conditions.ts';
import { creationAttributes, openingAttributes, type CreationFacts } from './creation.ts';
import type { ResponseReason, Turn } from './effects.ts';
import type { Terms } from './negotiation.ts';
import { NOTHING, Outbox, type Batch } from './outbox.ts';
import type { BoshLimits } from './policy.ts';
import type { OpenRequest, RequestWindow } from './request-window.ts';
import { ResponseBuffer, type StoredResponse } from './response-buffer.ts';
import type { Streams } from './streams.ts';
import { Tombstone } from './tombstone.ts';

/** A missing response is reported when it is at least this old. D-40 */
const REPORT_AGE: Duration = seconds(1);
/** `time` is an unsignedShort. D-40 */
const MAX_REPORT_TIME = 65_535;

/** The parts of a session that its answers depend on. */
export interface AnswersOptions<X> {
  readonly terms: Terms;
  readonly facts: CreationFacts;
  readonly limits: BoshLimits;
  readonly window: RequestWindow<X>;
  readonly activity: Activity;
  readonly streams: Streams;
}

/**
 * What a session says: the payloads that wait, the wrapper around them, and the answers given so
 * far. It knows how an answer is made and in which order answers leave; when is the session's
 * affair.
 *
 * @spec XEP-0124 §14.2 B-14.2-02
 */
export class Answers<X> {
  readonly #terms: Terms;
  readonly #facts: CreationFacts;
  readonly #limits: BoshLimits;
  readonly #window: RequestWindow<X>;
  readonly #activity: Activity;
  readonly #streams: Streams;
  readonly #buffer: ResponseBuffer;
  readonly #outbox = new Outbox();
  /** Creation attributes that have not left yet. */
  #creation: BodyAttributes | undefined = {};
  /** The payload-bearing answer that is still being written: the next one waits for it. */
  #writing: X | undefined;
  /** The answer that the client misses, and when it was given. */
  #report: { readonly rid: number; readonly at: Instant } | undefined;
  #reported = 0;
  #lastWords: string | undefined;
  /** Added streams whose headers have not been told. */
  readonly #opening = new Set<string>();

  constructor({ terms, facts, limits, window, activity, streams }: AnswersOptions<X>) {
    this.#terms = terms;
    this.#facts = facts;
    this.#limits = limits;
    this.#window = window;
    this.#activity = activity;
    this.#streams = streams;
    const { keptResponses, keptBytes } = limits;
    this.#buffer = new ResponseBuffer(
      { unacknowledged: terms.requests, keptResponses, keptBytes },
      terms.acksResponses,
    );
  }

  /**
   * The answering stream header. That of the first stream goes into the creation response, that of an
   * added one into the answer to who asked for it; of a restart only the features are told.
   *
   * @spec XEP-0206 §4 X-4-01 X-4-09
   */
  header(header: StreamHeader, stream: string): void {
    if (this.#opening.delete(stream)) this.#outbox.addOpening(stream, openingAttributes(stream, header));
    else if (this.#creation) this.#creation = creationAttributes(this.#terms, this.#facts, header, this.#window.last);
  }

  /** A stream was added: its header will be told. */
  addStream(stream: string): void {
    this.#opening.add(stream);
  }

  /**
   * One of several streams fails, or was refused from the beginning. The wrapper names it even if the
   * client has not heard of it: the answer to its wish is the name of a stream that is closed.
   *
   * @spec XEP-0124 §16.6 B-16.6-01
   */
  endStream(stream: string, cause: Condition | StreamError | undefined): void {
    const error = cause instanceof StreamError ? payloadOf(cause) : undefined;
    const condition = cause instanceof StreamError ? 'remote-stream-error' : cause;
    this.#opening.delete(stream);
    this.#outbox.addEnd(stream, { type: 'terminate', condition, stream }, error);
  }

  /** Payloads that wait for a request. */
  get queued(): number {
    return this.#outbox.size;
  }

  /** Whether there is something to say. */
  get hasNews(): boolean {
    return !this.#outbox.isEmpty || this.#report !== undefined;
  }

  get isFull(): boolean {
    return this.#outbox.size > this.#limits.queuedStanzas || this.#outbox.length > this.#limits.queuedBytes;
  }

  queue(stream: string, payload: Payload): void {
    this.#outbox.add(stream, payload);
  }

  /** The answer to this exchange has been written, or never will be. */
  flushed(exchange: X): void {
    if (this.#writing === exchange) this.#writing = undefined;
  }

  /** The answer that was given to a request, for a copy of it. */
  given(rid: number): StoredResponse | undefined {
    return this.#buffer.get(rid);
  }

  // ---- what is known to have arrived

  /**
   * What a new request says about the answers so far. A client without acknowledgements would not send
   * an empty request while one of its requests is open: then it has read them all.
   *
   * @spec XEP-0124 §10 B-10-01
   * @spec XEP-0124 §9.2 B-9.2-03 B-9.2-04 B-9.2-05
   */
  noteAcknowledgement(body: Body, isEmpty: boolean, turn: Turn<X>): void {
    if (body.ack !== undefined) {
      turn.confirm(this.#buffer.acknowledge(body.ack));
      this.#reportMissing(body.ack + 1, turn.now);
    } else if (this.#terms.acksResponses) {
      turn.confirm(this.#buffer.acknowledge(this.#buffer.highest));
    } else if (isEmpty && this.#window.open.length === 0) {
      turn.confirm(this.#buffer.takeUnconfirmed());
    }
  }

  /** A client that leaves in peace has read what it was sent, unless its acknowledgements say otherwise. */
  noteFarewell(turn: Turn<X>, stream?: string): void {
    if (!this.#terms.acksResponses) turn.confirm(this.#buffer.takeUnconfirmed(stream));
  }

  /**
   * What the client did not get of a stream, or may not have got.
   *
   * @param isInDoubt the end was no peaceful one
   * @spec XEP-0206 §7 X-7-01 D-39
   */
  takeUndelivered(stream: string, isInDoubt: boolean): readonly Payload[] {
    const unread = this.#buffer.takeUnconfirmed(stream);
    const waiting = this.#outbox.takeOf(stream);
    return isInDoubt || this.#terms.acksResponses ? [...unread, ...waiting] : waiting;
  }

  #reportMissing(rid: number, now: Instant): void {
    const missing = this.#buffer.get(rid);
    if (!missing || !this.#terms.acksResponses || rid <= this.#reported || now - missing.at < REPORT_AGE) return;
    this.#reported = rid;
    this.#report = { rid, at: missing.at };
  }

  // ---- answers while the session lives

  /**
   * Puts what waits on the lowest request whose connection stands. The next answer with payload does
   * not leave before this one is written, because clients process answers as they arrive.
   *
   * @spec XEP-0124 §8 B-8-04 B-8-07 B-8-09 D-01 D-38
   */
  deliver(turn: Turn<X>): void {
    if (this.#writing !== undefined || !this.hasNews) return;
    this.#closeDeadBeforeLive(turn);
    const request = this.#window.firstLive();
    if (!request) return;
    const batch = this.#outbox.take(this.#limits.responseBytes);
    this.give(request, batch, batch.stream === undefined ? 'report' : 'payload', turn);
  }

  /** Answers the lowest `count` open requests with nothing. @spec XEP-0124 §8 B-8-05 B-8-06 B-8-08 */
  release(count: number, reason: ResponseReason, turn: Turn<X>): void {
    for (const request of this.#window.open.slice(0, count)) this.give(request, NOTHING, reason, turn);
  }

  /** Answers everything below `request`, what waits going on the first that can take it. */
  clearBefore(request: OpenRequest<X>, turn: Turn<X>): void {
    for (const earlier of this.#window.open.filter((open) => open.rid < request.rid)) {
      const batch = earlier.live ? this.#outbox.take(this.#limits.responseBytes) : NOTHING;
      this.give(earlier, batch, batch.stream === undefined ? 'hold' : 'payload', turn);
    }
  }

  /** Answers one request, and keeps the answer for a copy of it. */
  give(request: OpenRequest<X>, batch: Batch, reason: ResponseReason, turn: Turn<X>): void {
    const body = this.#wrap(request.rid, batch, turn.now);
    this.#keep(request, body, batch, turn);
    if (batch.stream !== undefined) {
      this.#activity.sentPayload();
      this.#writing = request.exchange;
    }
    if (request.live) turn.respond(request.exchange, body, reason);
  }

  /** Answers a pause: never with a payload. @spec XEP-0124 §10 B-10-10 */
  givePause(request: OpenRequest<X>, turn: Turn<X>): void {
    const body = this.#wrap(request.rid, NOTHING, turn.now);
    this.#window.close(request);
    this.#buffer.addPause(request, body, turn.now);
    if (request.live) turn.respond(request.exchange, body, 'pause');
  }

  #wrap(rid: number, { stream, attributes, payloads }: Batch, now: Instant): string {
    const own = this.#attributes(rid, now);
    if (stream !== undefined && this.#streams.areNamed) {
      return writeBody({ ...own, stream, ...attributes }, textsOf(payloads));
    }
    return own || payloads.length > 0 ? writeBody(own ?? {}, textsOf(payloads)) : EMPTY_BODY;
  }

  /** @spec XEP-0124 §9.1 B-9.1-01 B-9.1-02 B-9.1-03 B-9.1-04 */
  #attributes(rid: number, now: Instant): BodyAttributes | undefined {
    const creation = this.#creation;
    this.#creation = undefined;
    if (creation) return creation;
    const report = this.#report;
    this.#report = undefined;
    const ack = this.#terms.acksRequests && this.#window.last !== rid ? this.#window.last : undefined;
    if (ack === undefined && !report) return undefined;
    const time = report && Math.min(now - report.at, MAX_REPORT_TIME);
    return { ack, report: report?.rid, time };
  }

  #keep(request: OpenRequest<X>, body: string, batch: Batch, turn: Turn<X>): void {
    this.#window.close(request);
    turn.confirm(this.#buffer.add(request, body, batch, turn.now));
  }

  /** Requests below the first live one will never carry anything: their answer is empty from now on. D-38 */
  #closeDeadBeforeLive(turn: Turn<X>): void {
    const first = this.#window.firstLive();
    if (!first) return;
    for (const dead of this.#window.open.filter((request) => request.rid < first.rid)) {
      this.give(dead, NOTHING, 'hold', turn);
    }
  }

  // ---- the last answers

  /** The client ends the session: the oldest open request gets the end, all others an empty body. D-17 */
  farewell(turn: Turn<X>): void {
    this.#closeDeadBeforeLive(turn);
    this.#last(undefined, [], NOTHING, turn);
    this.dismiss(undefined, turn);
  }

  /**
   * We end the session: with a condition that the oldest open request gets; or in peace, after what
   * waits. D-19
   */
  end(condition: Condition | undefined, turn: Turn<X>): void {
    if (condition === undefined) this.#deliverAll(turn);
    this.#closeDeadBeforeLive(turn);
    this.#tell(condition, [], NOTHING, turn);
  }

  /**
   * The stream fails. What waits still goes out: on the older of two open requests, so that the newer
   * is free for the error; beside the error when there is only one. Beside an error that ends several
   * streams there is nothing, because a wrapper without a name would give it to the first.
   *
   * @spec XEP-0206 §6 X-6-01 D-50
   */
  endWithError(error: StreamError, turn: Turn<X>): void {
    if (this.#window.live >= 2) this.#deliverAll(turn);
    this.#closeDeadBeforeLive(turn);
    const isRoom = this.#window.firstLive() !== undefined && !this.#streams.areNamed;
    const batch = isRoom ? this.#outbox.take(Number.POSITIVE_INFINITY) : NOTHING;
    this.#tell('remote-stream-error', [...textsOf(batch.payloads), payloadOf(error).xml], batch, turn);
  }

  /** The request that breaks a rule gets the condition; all others hear of it. D-19 */
  refuse(exchange: X, condition: Condition, turn: Turn<X>): void {
    this.dismiss('other-request', turn);
    turn.dismiss(exchange, this.#lastBody(condition), condition);
  }

  /** For a request that is of no session any more. */
  turnAway(exchange: X, turn: Turn<X>): void {
    turn.dismiss(exchange, this.#lastBody('item-not-found'), 'item-not-found');
  }

  /** Answers whatever is open, in rid order, then what came early. D-17, D-19 */
  dismiss(condition: Condition | undefined, turn: Turn<X>): void {
    const body = condition === undefined ? EMPTY_BODY : this.#lastBody(condition);
    for (const request of this.#window.open.slice()) {
      this.#keep(request, body, NOTHING, turn);
      if (request.live) turn.dismiss(request.exchange, body, condition);
    }
    this.#dismissEarly(body, condition, turn);
  }

  /** What remains of the session, to answer a client that missed its end. D-18 */
  tombstone(): Tombstone {
    return new Tombstone(this.#terms, this.#window.last, this.#buffer, this.#lastWords);
  }

  #deliverAll(turn: Turn<X>): void {
    this.#closeDeadBeforeLive(turn);
    const first = this.#window.firstLive();
    const batch = first ? this.#outbox.take(Number.POSITIVE_INFINITY) : NOTHING;
    if (first && batch.stream !== undefined) this.give(first, batch, 'payload', turn);
  }

  #tell(condition: Condition | undefined, texts: readonly string[], batch: Batch, turn: Turn<X>): void {
    const isTold = this.#last(condition, texts, batch, turn);
    if (!isTold) this.#dismissEarly(this.#lastBody(condition, texts), condition, turn);
    this.dismiss(condition === undefined ? undefined : 'other-request', turn);
  }

  /**
   * The end goes on the oldest open request. Without a live one it is kept for the next that comes.
   *
   * @returns whether it went out
   */
  #last(condition: Condition | undefined, texts: readonly string[], batch: Batch, turn: Turn<X>): boolean {
    const body = this.#lastBody(condition, texts);
    const request = this.#window.open[0];
    if (request) this.#keep(request, body, batch, turn);
    if (request?.live) turn.dismiss(request.exchange, body, condition);
    else this.#lastWords = body;
    return request?.live ?? false;
  }

  #lastBody(condition: Condition | undefined, texts: readonly string[] = []): string {
    return writeBody({ ...this.#creation, type: 'terminate', condition }, texts);
  }

  #dismissEarly(body: string, condition: Condition | undefined, turn: Turn<X>): void {
    for (const request of this.#window.takeAllEarly()) {
      if (request.live) turn.dismiss(request.exchange, body, condition);
    }
  }
}

function textsOf(payloads: readonly Payload[]): string[] {
  return payloads.map((payload) => payload.xml);
}

function payloadOf(error: StreamError): Payload {
  const element = error.toElement();
  return { element, xml: serialize(element) };
}
