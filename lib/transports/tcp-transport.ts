import type { Clock } from '../base/clock.ts';
import type { Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StartTls, StreamHeader, Transport, TransportInfo } from '../xmpp/transport.ts';
import type { ByteSocket } from './byte-socket.ts';
import type { FrameStream } from './frame-stream.ts';
import type { LiveTransport, TransportOwner } from './live-transports.ts';
import { Outflow } from './outflow.ts';
import { isPayload, isUncounted, type Outgoing } from './send-queue.ts';
import { StreamReader, type StreamFrame } from './stream-reader.ts';
import { STREAM_END, writeStreamStart } from './stream-text.ts';
import type { TcpEnd, TcpObserver, TcpPolicy } from './tcp-policy.ts';

/** The stream behind a carrier that cannot ask the client for a sign of life itself. */
export interface ProbedStream extends FrameStream {
  /** Asks the client something that it has to answer; undefined where nothing has to be. */
  probe?(): void;
}

/** Times in a row that a client may leave the question for a sign of life unanswered. */
const MAX_UNANSWERED = 2;

interface Parts {
  readonly info: TransportInfo;
  readonly socket: ByteSocket;
  readonly policy: TcpPolicy;
  readonly clock: Clock;
  readonly owner: TransportOwner<TcpTransport>;
  readonly observer: TcpObserver;
}

/**
 * A stream over one TCP connection, with TLS or without.
 *
 * What the client is sent waits here until the end of the turn, and longer when the client reads too
 * slowly. TCP tells nobody what has arrived: what the system has taken counts as sent. Clients that
 * must not lose anything count stanzas (XEP-0198).
 *
 * @spec RFC 6120 §4
 */
export class TcpTransport implements Transport, LiveTransport {
  readonly info: TransportInfo;
  readonly startTls: StartTls | undefined;
  readonly #parts: Parts;
  readonly #outflow: Outflow;
  readonly #reader: StreamReader;
  /** What the socket has been given and has not written, in order. */
  readonly #unwritten: Payload[][] = [];
  #input: ProbedStream | undefined;
  #phase: 'opening' | 'open' | 'closing' | 'gone' = 'opening';
  #lastSign: Instant;
  #lastProbe: Instant;
  #unanswered = 0;
  /** When the goodbye is over, whatever the client does. */
  #closingUntil: Instant | undefined;

  constructor(parts: Parts) {
    const { info, socket, policy, clock } = parts;
    this.#parts = parts;
    this.info = info;
    this.startTls = this.#tlsOf(socket);
    this.#outflow = new Outflow(policy.limits, socket, (outgoing) => this.#hand(outgoing));
    this.#reader = new StreamReader(policy.content, policy.maxStanzaUnauthenticated);
    this.#lastSign = clock.now();
    this.#lastProbe = this.#lastSign;
  }

  /** Connects the stream; bytes come after this. */
  start(input: ProbedStream): void {
    this.#input = input;
  }

  // ---- towards the client

  open(header: StreamHeader): void {
    if (this.#phase === 'opening') this.#phase = 'open';
    this.#send({ xml: writeStreamStart(header, this.#parts.policy.content) });
  }

  send(payload: Payload): void {
    this.#send(payload);
  }

  /** @spec RFC 6120 §4.4 @spec RFC 6120 §4.9.1.1 */
  close(error?: StreamError): void {
    this.#close('server-closed', error);
  }

  // ---- from the socket

  /** Bytes, as they come. */
  data(chunk: Uint8Array): void {
    if (this.#phase === 'gone') return;
    this.#lastSign = this.#parts.clock.now();
    this.#unanswered = 0;
    const { maxStanza, maxStanzaUnauthenticated } = this.#parts.policy;
    this.#reader.bytes = this.#input?.isAuthenticated ? maxStanza : maxStanzaUnauthenticated;
    for (const frame of this.#reader.push(chunk)) if (this.#isHere) this.#take(frame);
  }

  /** What was given to the socket first has been written. */
  written(): void {
    for (const payload of this.#unwritten.shift() ?? []) payload.arrived?.();
    this.#outflow.progressed(this.#parts.clock.now());
    if (!this.#outflow.isEmpty) this.#parts.owner.changed(this);
  }

  /** The client sends nothing any more. */
  finished(): void {
    if (this.#phase === 'gone') return;
    this.#parts.socket.end();
    this.#end('lost', 'connection-lost');
    this.#startClosing();
  }

  /** The connection is gone; the last call. */
  lost(): void {
    if (this.#phase === 'gone') return;
    this.#leave('lost', 'connection-lost');
  }

  /** False also in the middle of what came together: nothing said before TLS counts behind it. */
  get #isHere(): boolean {
    return this.#phase !== 'gone';
  }

  #take(frame: StreamFrame): void {
    const input = this.#input;
    if (!input) {
      if (frame.is === 'close') this.#parts.socket.end();
    } else if (frame.is === 'open') input.open(frame.header);
    else if (frame.is === 'element') input.receive(frame.element);
    else if (frame.is === 'fault') input.fail(frame.error);
    else this.#closedByClient();
  }

  /**
   * Answers still leave before our own goodbye; a message goes another way instead, because many
   * clients do not wait for that goodbye.
   *
   * @spec RFC 6120 §4.4
   */
  #closedByClient(): void {
    const waiting = this.#outflow.takeAll();
    const messages = waiting.filter(isPayload).filter(({ element }) => element.name === 'message');
    for (const outgoing of waiting)
      if (!isPayload(outgoing) || !messages.includes(outgoing)) this.#outflow.add(outgoing);
    this.#sayGoodbye(STREAM_END);
    this.#parts.socket.end();
    this.#end('graceful', 'client-closed', messages);
  }

  // ---- TLS

  #tlsOf({ startTls }: ByteSocket): StartTls | undefined {
    if (!startTls) return undefined;
    const begin = (): void => {
      this.#outflow.finish();
      startTls();
      this.#leave('graceful', 'start-tls');
    };
    return { isRequired: this.#parts.policy.requireTls && !this.info.loopback, begin };
  }

  // ---- time

  get deadline(): Instant | undefined {
    if (this.#phase === 'gone') return undefined;
    if (this.#closingUntil !== undefined) return this.#closingUntil;
    const { stalledSince } = this.#outflow;
    return stalledSince === undefined ? this.#probeAt : stalledSince + this.#parts.policy.limits.stalled;
  }

  settle(): void {
    const now = this.#parts.clock.now();
    if (this.#phase === 'gone') return;
    if (this.#phase === 'closing') return this.#hurryGoodbye(now);
    this.#outflow.flush(now);
    const { stalledSince } = this.#outflow;
    if (this.#outflow.isOverfull) this.#overflow();
    else if (stalledSince === undefined) this.#askForSign(now);
    else if (now >= stalledSince + this.#parts.policy.limits.stalled) this.#giveUp('stalled');
  }

  get #probeAt(): Instant | undefined {
    if (!this.#input?.probe) return undefined;
    return Math.max(this.#lastSign, this.#lastProbe) + this.#parts.policy.ping;
  }

  #askForSign(now: Instant): void {
    if (this.#probeAt === undefined || now < this.#probeAt) return;
    if (this.#unanswered >= MAX_UNANSWERED) return this.#giveUp('no-answer');
    this.#unanswered += 1;
    this.#lastProbe = now;
    this.#input?.probe?.();
  }

  #giveUp(why: TcpEnd): void {
    this.#parts.socket.destroy();
    this.#leave('lost', why);
  }

  // ---- sending

  #send(outgoing: Outgoing): void {
    if (!this.#input || this.#phase !== 'open') return;
    this.#outflow.add(outgoing);
    this.#parts.owner.changed(this);
  }

  #hand(outgoing: readonly Outgoing[]): void {
    this.#unwritten.push(outgoing.filter(isUncounted));
    this.#parts.socket.write(outgoing.map(({ xml }) => xml).join(''));
  }

  #overflow(): void {
    this.#close('queue-full', new StreamError('resource-constraint', 'too much waits for this client'));
  }

  // ---- the end

  /** After an error nobody waits for the client's goodbye. */
  #close(why: TcpEnd, error: StreamError | undefined): void {
    if (!this.#input) return;
    if (this.#phase === 'open') this.#sayGoodbye(`${error ? serialize(error.toElement()) : ''}${STREAM_END}`);
    if (error ?? this.#phase === 'opening') this.#parts.socket.end();
    this.#startClosing();
    this.#end('lost', why);
  }

  /** Sends what waits, and then the last words. */
  #sayGoodbye(words: string): void {
    this.#outflow.add({ xml: words });
    this.#outflow.finish();
    this.#startClosing();
  }

  #startClosing(): void {
    if (this.#phase === 'closing') return;
    this.#phase = 'closing';
    this.#closingUntil = this.#parts.clock.now() + this.#parts.policy.limits.closing;
    this.#parts.owner.changed(this);
  }

  #hurryGoodbye(now: Instant): void {
    if (this.#closingUntil === undefined || now < this.#closingUntil) return;
    this.#parts.socket.destroy();
    this.#leave('lost', 'connection-lost');
  }

  /** The connection is not this carrier's any more. */
  #leave(how: Closing, why: TcpEnd): void {
    this.#phase = 'gone';
    this.#end(how, why);
    this.#parts.owner.ended(this);
  }

  #end(how: Closing, why: TcpEnd, undelivered?: readonly Payload[]): void {
    const input = this.#input;
    if (!input) return;
    this.#input = undefined;
    const waiting = this.#outflow.takeAll().filter(isPayload);
    this.#parts.observer.ended(why);
    input.closed(how, undelivered ?? [...this.#unwritten.flat(), ...waiting]);
  }
}
