import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { NS_CLIENT } from '../xmpp/ns.ts';
import { isStanzaKind } from '../xmpp/stanza.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader, Transport, TransportInfo } from '../xmpp/transport.ts';
import { endingOf } from './endings.ts';
import type { FrameStream } from './frame-stream.ts';
import type { LiveTransport, TransportOwner } from './live-transports.ts';
import type { PollingExchange } from './polling-exchange.ts';
import { PollingKeys } from './polling-keys.ts';
import {
  IDENTIFIER,
  type ErrorIdentifier,
  type PollingEnd,
  type PollingObserver,
  type PollingPolicy,
} from './polling-policy.ts';
import type { PollingRequest } from './polling-request.ts';
import { isPayload, SendQueue, type Outgoing } from './send-queue.ts';
import { StreamReader, type StreamFrame } from './stream-reader.ts';
import { STREAM_END, writeStreamStart } from './stream-text.ts';

/** A request that was taken, and its answer once there is one. */
interface Round {
  /** What a copy of the request has, too; undefined where nobody can tell a copy from another request. */
  readonly proof: string | undefined;
  readonly exchanges: PollingExchange[];
  answer?: { readonly identifier: string; readonly body: string };
  /** What the answer carries. */
  sent: readonly Outgoing[];
  /** Who got the answer last: how often it was given before, and whether that arrived, does not matter. */
  last: PollingExchange | undefined;
  /** The answer did not leave. */
  isLost: boolean;
}

interface Parts {
  readonly identifier: string;
  readonly key: string | undefined;
  readonly info: TransportInfo;
  readonly policy: PollingPolicy;
  readonly clock: Clock;
  readonly owner: TransportOwner<PollingSession>;
  readonly observer: PollingObserver;
}

/**
 * A stream in pieces: each request carries a stretch of what the client sends, and its answer what has
 * waited for the client until then. Nothing is held.
 *
 * The document knows no acknowledgement. Here the next request proves that the answer before it has
 * arrived, unless its connection broke; and where there are keys, a request that comes once more, key and
 * all, gets the same answer and is not taken again.
 *
 * @spec XEP-0025 §3
 */
export class PollingSession implements Transport, LiveTransport {
  readonly identifier: string;
  readonly info: TransportInfo;
  readonly #parts: Parts;
  readonly #keys: PollingKeys;
  readonly #reader: StreamReader;
  readonly #queue = new SendQueue();
  #input: FrameStream | undefined;
  #round: Round | undefined;
  #lastHeard: Instant;
  /** The error for the request that the stream now fails of. */
  #failure: ErrorIdentifier | undefined;
  /** The identifier of the last answer, once the stream is over. */
  #verdict: string | undefined;
  /** When the client was told that it is. */
  #toldAt: Instant | undefined;

  constructor(parts: Parts) {
    const { identifier, key, info, policy, clock } = parts;
    this.identifier = identifier;
    this.info = info;
    this.#parts = parts;
    this.#keys = new PollingKeys(key);
    this.#reader = new StreamReader(NS_CLIENT, policy.maxElementUnauthenticated);
    this.#lastHeard = clock.now();
  }

  /** Connects the stream; the first request comes after this. */
  start(input: FrameStream): void {
    this.#input = input;
  }

  // ---- towards the client

  open(header: StreamHeader): void {
    this.#send({ xml: writeStreamStart(header, NS_CLIENT) });
  }

  send(payload: Payload): void {
    this.#send(payload);
  }

  close(error?: StreamError): void {
    this.#end('lost', 'server-closed', error);
  }

  // ---- from the client

  /** The request that opens the session. Its key is known. */
  begin(exchange: PollingExchange, request: PollingRequest): void {
    this.#take(exchange, request);
  }

  /** Every other request. @spec XEP-0025 §4 P-3.1.4-01 P-4-01 PD-03 */
  receive(exchange: PollingExchange, request: PollingRequest): void {
    const round = this.#round;
    if (round?.proof !== undefined && round.proof === this.#proofOf(request)) this.#repeat(exchange, round);
    else if (this.#toldAt !== undefined) this.#refuse(exchange, IDENTIFIER.unknown);
    else if (!this.#keys.accept(request)) this.#refuse(exchange, IDENTIFIER.wrongKey);
    else this.#take(exchange, request);
  }

  /** A request larger than any may be. */
  receiveOversize(exchange: PollingExchange, request: PollingRequest): void {
    if (this.#toldAt !== undefined) return this.#refuse(exchange, IDENTIFIER.unknown);
    if (!this.#keys.accept(request)) return this.#refuse(exchange, IDENTIFIER.wrongKey);
    this.#take(exchange, { ...request, xml: new Uint8Array() });
    if (this.#input) this.#fail(new StreamError('policy-violation', 'the request is too large'), this.#input);
  }

  #take(exchange: PollingExchange, request: PollingRequest): void {
    this.#answer();
    this.#confirm();
    this.#lastHeard = this.#parts.clock.now();
    const proof = this.#keys.areUsed ? this.#proofOf(request) : undefined;
    this.#round = { proof, exchanges: [], sent: [], last: undefined, isLost: false };
    this.#await(exchange, this.#round);
    const { maxElement, maxElementUnauthenticated } = this.#parts.policy;
    this.#reader.bytes = this.#input?.isAuthenticated ? maxElement : maxElementUnauthenticated;
    for (const frame of this.#reader.push(request.xml)) if (this.#input) this.#feed(frame, this.#input);
  }

  #feed(frame: StreamFrame, input: FrameStream): void {
    if (frame.is === 'open') input.open(frame.header);
    else if (frame.is === 'element') input.receive(frame.element);
    else if (frame.is === 'fault') this.#fail(frame.error, input);
    else this.#end('graceful', 'client-closed', undefined);
  }

  /** @spec XEP-0025 §3.1.3 P-3.1.3-01 */
  #fail(error: StreamError, input: FrameStream): void {
    this.#failure = IDENTIFIER.badRequest;
    input.fail(error);
  }

  /** It proves nothing: who reads along could send it. So it gets what there was to read, and keeps nothing alive. */
  #repeat(exchange: PollingExchange, round: Round): void {
    if (!round.answer) return this.#await(exchange, round);
    this.#hand(exchange, round);
  }

  #await(exchange: PollingExchange, { exchanges }: Round): void {
    exchanges.push(exchange);
    this.#parts.owner.changed(this);
  }

  /** Of an answer whose connection broke, the next one has what it carried. */
  #confirm(): void {
    const { sent = [], isLost = false } = this.#round ?? {};
    if (isLost) {
      const waiting = this.#queue.takeAll();
      for (const outgoing of [...sent, ...waiting]) this.#queue.add(outgoing);
    } else {
      for (const outgoing of sent) if (isPayload(outgoing)) outgoing.arrived?.();
    }
    this.#round = undefined;
  }

  #proofOf({ key = '', newKey = '', xml }: PollingRequest): string {
    return createHash('sha256').update(`${key};${newKey},`).update(xml).digest('base64');
  }

  #refuse(exchange: PollingExchange, identifier: ErrorIdentifier): void {
    this.#parts.observer.refused(identifier);
    exchange.answer(identifier, '');
  }

  // ---- answering

  #send(outgoing: Outgoing): void {
    if (!this.#input) return;
    this.#queue.add(outgoing);
    this.#parts.owner.changed(this);
  }

  /** Answers the request that waits, if there is one and its client still does. */
  #answer(): void {
    const round = this.#round;
    if (!round || round.answer) return;
    const exchanges = round.exchanges.filter(({ isOpen }) => isOpen);
    if (exchanges.length === 0) return;
    round.sent = this.#queue.take(this.#parts.policy.limits.answerBytes);
    const isLast = this.#verdict !== undefined && this.#queue.size === 0;
    const identifier = (isLast ? this.#verdict : undefined) ?? this.identifier;
    round.answer = { identifier, body: round.sent.map(({ xml }) => xml).join('') };
    if (isLast) this.#toldAt = this.#parts.clock.now();
    for (const exchange of exchanges) this.#hand(exchange, round);
  }

  #hand(exchange: PollingExchange, round: Round): void {
    round.last = exchange;
    round.isLost = false;
    exchange.onLost = () => {
      if (round.last === exchange) round.isLost = true;
    };
    if (round.answer) exchange.answer(round.answer.identifier, round.answer.body);
  }

  // ---- time

  get deadline(): Instant {
    const { inactivity, limits } = this.#parts.policy;
    return this.#toldAt === undefined ? this.#lastHeard + inactivity : this.#toldAt + limits.remembered;
  }

  settle(): void {
    const { clock, owner, policy } = this.#parts;
    const { queuedStanzas, queuedBytes } = policy.limits;
    if (this.#queue.size > queuedStanzas || this.#queue.length > queuedBytes) {
      this.#end('lost', 'queue-full', new StreamError('resource-constraint', 'too much waits for this client'));
    }
    this.#answer();
    if (clock.now() < this.deadline) return;
    this.#end('lost', 'timed-out', new StreamError('connection-timeout', 'nothing was heard of the client'));
    owner.ended(this);
  }

  // ---- the end

  /**
   * When the client said goodbye, answers still leave before ours; a message goes another way, because
   * many clients do not wait. At any other end no stanza leaves any more.
   *
   * @spec XEP-0025 §3.1.4 P-3.1.4-05 P-3.1.4-06
   */
  #end(how: Closing, why: PollingEnd, error: StreamError | undefined): void {
    const input = this.#input;
    if (!input) return;
    this.#input = undefined;
    const isStaying = (outgoing: Outgoing): boolean => !isPayload(outgoing) || staysAtEnd(outgoing.element.name, how);
    const waiting = this.#queue.takeAll();
    const undelivered = [...this.#takeUnproven(how), ...waiting.filter((outgoing) => !isStaying(outgoing))];
    for (const outgoing of waiting.filter(isStaying)) this.#queue.add(outgoing);
    this.#queue.add({ xml: `${error ? serialize(error.toElement()) : ''}${STREAM_END}` });
    this.#verdict = error ? (this.#failure ?? endingOf(error.condition).identifier) : this.identifier;
    this.#parts.owner.changed(this);
    this.#parts.observer.ended(why);
    input.closed(how, undelivered.filter(isUncounted));
  }

  /** What the last answer carried and may not have arrived; a client that says goodbye has it. */
  #takeUnproven(how: Closing): readonly Outgoing[] {
    const sent = how === 'lost' ? (this.#round?.sent ?? []) : [];
    if (this.#round) this.#round.sent = [];
    return sent;
  }
}

function staysAtEnd(name: string, how: Closing): boolean {
  return how === 'graceful' ? name !== 'message' : !isStanzaKind(name);
}

function isUncounted(outgoing: Outgoing): outgoing is Payload {
  return isPayload(outgoing) && outgoing.counted === undefined;
}
