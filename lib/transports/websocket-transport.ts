import type { Clock } from '../base/clock.ts';
import { earliest, type Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader, Transport, TransportInfo } from '../xmpp/transport.ts';
import { endingOf } from './endings.ts';
import { readFrame, writeClose, writeOpen, type Frame } from './frame.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { FrameStream } from './frame-stream.ts';
import type { LiveTransport, TransportOwner } from './live-transports.ts';
import { Outflow } from './outflow.ts';
import { isPayload, isUncounted, type Outgoing } from './send-queue.ts';
import { Unconfirmed } from './unconfirmed.ts';
import { CLOSE_CODE, type WebSocketEnd, type WebSocketObserver, type WebSocketPolicy } from './websocket-policy.ts';

/** Pings in a row that a client may leave unanswered. WD-05 */
const MAX_UNANSWERED = 2;

interface Parts {
  readonly info: TransportInfo;
  readonly socket: FrameSocket;
  readonly policy: WebSocketPolicy;
  readonly clock: Clock;
  readonly owner: TransportOwner<WebSocketTransport>;
  readonly observer: WebSocketObserver;
}

/**
 * A stream over one WebSocket connection.
 *
 * What the client is sent waits here until the end of the turn, and longer when the client reads too
 * slowly. WebSocket itself acknowledges nothing, but a pong proves that everything before its ping
 * has arrived: so it is known what has not when the connection breaks.
 *
 * @spec RFC 7395 §3
 */
export class WebSocketTransport implements Transport, LiveTransport {
  readonly info: TransportInfo;
  readonly #parts: Parts;
  readonly #outflow: Outflow;
  readonly #unconfirmed: Unconfirmed;
  #input: FrameStream | undefined;
  #phase: 'opening' | 'open' | 'closing' | 'gone' = 'opening';
  #lastSign: Instant;
  #lastPing: Instant | undefined;
  #unanswered = 0;
  /** When the present half of the goodbye is over, whatever the client does. */
  #closingUntil: Instant | undefined;
  #isCloseSent = false;
  /** The close code for the message that the stream now fails of. */
  #failure: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.info = parts.info;
    this.#outflow = new Outflow(parts.policy.limits, parts.socket, (messages) => this.#hand(messages));
    this.#unconfirmed = new Unconfirmed(parts.policy.limits);
    this.#lastSign = parts.clock.now();
  }

  /** Connects the stream; messages come after this. */
  start(input: FrameStream): void {
    this.#input = input;
  }

  // ---- towards the client

  open(header: StreamHeader): void {
    if (this.#phase === 'opening') this.#phase = 'open';
    this.#send({ xml: writeOpen(header) });
  }

  send(payload: Payload): void {
    this.#send(payload);
  }

  /** @spec RFC 7395 §3.5 W-3.5-01 W-3.5-02 */
  close(error?: StreamError): void {
    this.#close('server-closed', error);
  }

  /** Sends the client to another server; never to one with less security. @spec RFC 7395 §3.6.1 W-3.6.1-01 */
  redirect(uri: string): void {
    const isLessSecure = this.info.secure && !/^(?:wss|https):/i.test(uri);
    if (isLessSecure || this.#phase !== 'open') return this.close(new StreamError('system-shutdown'));
    this.#sayGoodbye([writeClose(uri)]);
    this.#end('lost', 'server-closed');
  }

  // ---- from the socket

  /** One text message. */
  message(text: string): void {
    this.#heard();
    const { policy, observer } = this.#parts;
    const length = this.#input?.isAuthenticated === false ? policy.maxMessageUnauthenticated : policy.maxMessage;
    if (text.length > length) return this.tooBig();
    const frame = readFrame(text, { length, strict: policy.strict });
    if (frame.is === 'space') observer.ignored();
    else if (this.#input) this.#take(frame, this.#input);
    else if (frame.is === 'close') this.#closeSocket(CLOSE_CODE.normal);
  }

  /** @spec RFC 7395 §3.2 W-3.2-01 */
  binary(): void {
    this.#startClosing();
    this.#closeSocket(CLOSE_CODE.unsupportedData);
    this.#end('lost', 'bad-message');
  }

  /** A message larger than any may be. WH-03 */
  tooBig(): void {
    this.#failure = CLOSE_CODE.tooBig;
    this.#input?.fail(new StreamError('policy-violation', 'the message is too big'));
  }

  /** The answer to a ping, or a pong that nobody asked for. */
  pong(data: string): void {
    this.#heard();
    for (const payload of this.#unconfirmed.confirm(data)) payload.arrived?.();
  }

  /** The client has sent a ping, which the socket answers. @spec RFC 7395 §3.8 W-3.8-02 */
  pinged(): void {
    this.#heard();
  }

  /** Something has been written. */
  drained(): void {
    this.#outflow.progressed(this.#parts.clock.now());
    if (!this.#outflow.isEmpty) this.#parts.owner.changed(this);
  }

  /** The connection is gone; the last call. @spec RFC 7395 §3.6 W-3.6-03 */
  lost(): void {
    this.#phase = 'gone';
    this.#end('lost', 'connection-lost');
    this.#parts.owner.ended(this);
  }

  #take(frame: Exclude<Frame, { is: 'space' }>, input: FrameStream): void {
    if (frame.is === 'open') input.open(frame.header);
    else if (frame.is === 'element') input.receive(frame.element);
    else if (frame.is === 'fault') input.fail(frame.error);
    else this.#closedByClient();
  }

  /**
   * What the client was sent before, it has. Answers still leave before our own goodbye; a message
   * goes another way instead, because many clients do not wait for that goodbye.
   *
   * @spec RFC 7395 §3.6 W-3.6-01
   */
  #closedByClient(): void {
    const had = this.#unconfirmed.payloads;
    const waiting = this.#outflow.takeAll();
    const messages = waiting.filter(isPayload).filter(({ element }) => element.name === 'message');
    for (const outgoing of waiting)
      if (!isPayload(outgoing) || !messages.includes(outgoing)) this.#outflow.add(outgoing);
    this.#sayGoodbye([writeClose()]);
    for (const payload of had) payload.arrived?.();
    this.#end('graceful', 'client-closed', messages);
  }

  // ---- time

  get deadline(): Instant | undefined {
    if (this.#phase === 'gone') return undefined;
    if (this.#closingUntil !== undefined) return this.#closingUntil;
    const { stalledSince } = this.#outflow;
    if (stalledSince !== undefined) return stalledSince + this.#parts.policy.limits.stalled;
    return earliest(this.#pingAt, this.#unconfirmed.askAt);
  }

  /** Who does not read what it is sent is not read from either. WH-06 */
  settle(): void {
    const now = this.#parts.clock.now();
    if (this.#phase === 'gone') return;
    if (this.#phase === 'closing') return this.#hurryGoodbye(now);
    this.#outflow.flush(now);
    const { stalledSince, isOverfull } = this.#outflow;
    if (isOverfull) this.#overflow();
    else if (stalledSince === undefined) this.#askForSign(now);
    else if (now >= stalledSince + this.#parts.policy.limits.stalled) this.#giveUp('stalled');
  }

  get #pingAt(): Instant {
    return Math.max(this.#lastSign, this.#lastPing ?? 0) + this.#parts.policy.ping;
  }

  /** @spec RFC 7395 §3.8 W-3.8-01 */
  #askForSign(now: Instant): void {
    const isSilent = now >= this.#pingAt;
    if (isSilent && this.#unanswered >= MAX_UNANSWERED) return this.#giveUp('no-pong');
    const { askAt } = this.#unconfirmed;
    if (!isSilent && (askAt === undefined || now < askAt)) return;
    if (isSilent) this.#unanswered += 1;
    this.#lastPing = now;
    this.#parts.socket.ping(this.#unconfirmed.ask());
  }

  #heard(): void {
    this.#lastSign = this.#parts.clock.now();
    this.#unanswered = 0;
  }

  #giveUp(why: WebSocketEnd): void {
    this.#startClosing();
    this.#isCloseSent = true;
    this.#parts.socket.terminate();
    this.#end('lost', why);
  }

  // ---- sending

  #send(outgoing: Outgoing): void {
    if (!this.#input || this.#phase !== 'open') return;
    this.#outflow.add(outgoing);
    this.#parts.owner.changed(this);
  }

  #hand(messages: readonly Outgoing[]): void {
    const { socket, clock } = this.#parts;
    this.#unconfirmed.add(messages.filter(isUncounted), clock.now());
    socket.write(messages.map(({ xml }) => xml));
  }

  #overflow(): void {
    this.#close('queue-full', new StreamError('resource-constraint', 'too much waits for this client'));
  }

  // ---- the end

  #close(why: WebSocketEnd, error: StreamError | undefined): void {
    if (!this.#input) return;
    if (this.#phase === 'open') {
      this.#sayGoodbye([...(error ? [serialize(error.toElement())] : []), writeClose()]);
      if (error) this.#closeSocket(this.#failure ?? endingOf(error.condition).closeCode);
    } else {
      this.#startClosing();
      this.#closeSocket(CLOSE_CODE.policyViolation);
    }
    this.#end('lost', why);
  }

  /** Sends what waits, and then the last messages. */
  #sayGoodbye(messages: readonly string[]): void {
    this.#outflow.finish();
    this.#parts.socket.write(messages);
    this.#startClosing();
  }

  #startClosing(): void {
    if (this.#phase === 'closing' || this.#phase === 'gone') return;
    this.#phase = 'closing';
    this.#closingUntil = this.#parts.clock.now() + this.#parts.policy.limits.closing;
    this.#parts.owner.changed(this);
  }

  /** First the client may say goodbye, then it may close the connection. @spec RFC 7395 §3.6 W-3.6-02 */
  #hurryGoodbye(now: Instant): void {
    if (this.#closingUntil === undefined || now < this.#closingUntil) return;
    this.#closingUntil = now + this.#parts.policy.limits.closing;
    if (this.#isCloseSent) this.#parts.socket.terminate();
    else this.#closeSocket(CLOSE_CODE.normal);
  }

  #closeSocket(code: number): void {
    if (this.#isCloseSent) return;
    this.#isCloseSent = true;
    this.#parts.socket.close(code);
  }

  #end(how: Closing, why: WebSocketEnd, undelivered?: readonly Payload[]): void {
    const input = this.#input;
    if (!input) return;
    this.#input = undefined;
    const waiting = this.#outflow.takeAll().filter(isPayload);
    this.#parts.observer.ended(why);
    input.closed(how, undelivered ?? [...this.#unconfirmed.payloads, ...waiting]);
  }
}
