import type { Clock } from '../base/clock.ts';
import { earliest, seconds, type Duration, type Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { Ledger, type LedgerLimits } from '../xmpp/ledger.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader, Transport, TransportInfo } from '../xmpp/transport.ts';
import { openElement, readFrame, writeClose, type Frame } from './frame.ts';
import type { FrameSink, SinkKind } from './frame-sink.ts';
import type { FrameStream } from './frame-stream.ts';
import type { LiveTransport, TransportOwner } from './live-transports.ts';

export interface FrameSessionPolicy {
  /** Bytes (UTF-16 units) of one frame once the client is authenticated, and before. */
  readonly maxFrame: number;
  readonly maxFrameUnauthenticated: number;
  /** Silence of a client that is not reading after which its session ends. */
  readonly inactivity: Duration;
  /** Longest time a poll is held. */
  readonly wait: Duration;
  /** How often a response that stays open shows that it is alive. */
  readonly heartbeat: Duration;
  /** A response that stays open is ended after so long, or so many bytes, so that the client opens another one. */
  readonly rotation: { readonly after: Duration; readonly bytes: number };
  /** Bytes given to one response before the rest waits. */
  readonly sinkBytes: number;
  /** What a client may leave unacknowledged before its session ends. */
  readonly unacknowledged: LedgerLimits;
}

export const DEFAULT_FRAME_POLICY: FrameSessionPolicy = {
  maxFrame: 256 * 1024,
  maxFrameUnauthenticated: 16 * 1024,
  inactivity: seconds(60),
  wait: seconds(50),
  heartbeat: seconds(25),
  rotation: { after: seconds(30 * 60), bytes: 4 * 1024 * 1024 },
  sinkBytes: 256 * 1024,
  unacknowledged: { stanzas: 10_000, bytes: 8 * 1024 * 1024 },
};

/** How a batch of frames was taken: it was, some are missing before it, or the session is over. */
export type Taken = 'taken' | 'gap' | 'over';

interface Parts {
  readonly sid: string;
  readonly origin: Omit<TransportInfo, 'name'>;
  readonly policy: FrameSessionPolicy;
  readonly clock: Clock;
  readonly owner: TransportOwner<FrameSession>;
}

const POLLS: ReadonlySet<SinkKind> = new Set(['long-poll', 'poll']);

/**
 * A stream of RFC 7395 frames over plain HTTP: numbered downwards on whatever response the client has
 * open, and numbered upwards in POSTs. Either side keeps what the other has not acknowledged, so a
 * response or a request may be lost, repeated, or moved to another kind at any time.
 */
export class FrameSession implements Transport, LiveTransport {
  readonly sid: string;
  readonly #parts: Parts;
  readonly #ledger = new Ledger();
  #input: FrameStream | undefined;
  #kind: SinkKind = 'long-poll';
  #sink: FrameSink | undefined;
  /** How many of the unacknowledged frames were given to the present sink. */
  #written = 0;
  #writtenBytes = 0;
  #sinkUntil: Instant = 0;
  #lastBeat: Instant = 0;
  #lastHeard: Instant;
  #ordinal = 0;

  constructor(parts: Parts) {
    this.sid = parts.sid;
    this.#parts = parts;
    this.#lastHeard = parts.clock.now();
  }

  get info(): TransportInfo {
    return { name: this.#kind, ...this.#parts.origin };
  }

  /** Connects the stream; frames come after this. */
  start(input: FrameStream): void {
    this.#input = input;
  }

  /** The number of the last frame that was taken from the client. */
  get handled(): number {
    return this.#ledger.handled;
  }

  get isOver(): boolean {
    return this.#input === undefined;
  }

  /** The session is over, and the client knows. */
  get isTold(): boolean {
    return this.isOver && this.#ledger.unacknowledged.length === 0;
  }

  /** The number of the first frame that the client has not acknowledged, sent or not. */
  get next(): number {
    return this.#ledger.sent - this.#ledger.unacknowledged.length + 1;
  }

  // ---- towards the client

  open(header: StreamHeader): void {
    const element = openElement(header);
    this.send({ xml: serialize(element), element });
  }

  send(payload: Payload): void {
    if (!this.#input) return;
    this.#ledger.send(payload);
    this.#parts.owner.changed(this);
  }

  close(error?: StreamError): void {
    this.#end('lost', error);
  }

  // ---- from the client

  /** False for an attempt to read that a later one has overtaken. @param ordinal counts the attempts; 0 for no count */
  mayAttach(ordinal: number): boolean {
    return ordinal === 0 || ordinal > this.#ordinal;
  }

  /** Another response to write to; the one before ends. */
  attach(sink: FrameSink, { ordinal, wait }: { readonly ordinal: number; readonly wait: Duration }): void {
    this.#ordinal = Math.max(this.#ordinal, ordinal);
    this.#sink?.end();
    const now = this.#parts.clock.now();
    this.#kind = sink.kind;
    this.#sink = sink;
    this.#written = 0;
    this.#writtenBytes = 0;
    this.#lastBeat = now;
    const { policy } = this.#parts;
    this.#sinkUntil = now + (POLLS.has(sink.kind) ? Math.min(wait, policy.wait) : policy.rotation.after);
    this.#heard();
  }

  /** The client's word that it has the first `number` frames. @returns false for more than it was sent */
  acknowledge(number: number): boolean {
    const before = this.#ledger.unacknowledged.length;
    const verdict = this.#ledger.acknowledge(number);
    this.#written = Math.max(0, this.#written - (before - this.#ledger.unacknowledged.length));
    return verdict !== 'too-high';
  }

  /** Takes frames, of which the first has this number; those that were taken before are not taken again. */
  receive(first: number, frames: readonly string[]): Taken {
    this.#heard();
    if (first > this.#ledger.handled + 1) return 'gap';
    for (const text of frames.slice(this.#ledger.handled + 1 - first)) {
      if (!this.#input) return 'over';
      this.#ledger.receive();
      this.#take(this.#read(text, this.#input), this.#input);
    }
    return 'taken';
  }

  /** A request larger than any may be. */
  tooBig(): void {
    this.#input?.fail(new StreamError('policy-violation', 'the request is too large'));
  }

  /** The client leaves in peace. */
  leave(): void {
    this.#end('graceful', undefined);
  }

  /** Something has been written to the sink. */
  drained(): void {
    this.#parts.owner.changed(this);
  }

  /** The connection of a response is gone. */
  lost(sink: FrameSink): void {
    if (this.#sink !== sink) return;
    this.#sink = undefined;
    this.#heard();
  }

  #read(text: string, { isAuthenticated }: FrameStream): Frame {
    const { maxFrame, maxFrameUnauthenticated } = this.#parts.policy;
    return readFrame(text, { length: isAuthenticated ? maxFrame : maxFrameUnauthenticated, strict: true });
  }

  #take(frame: Frame, input: FrameStream): void {
    if (frame.is === 'open') input.open(frame.header);
    else if (frame.is === 'element') input.receive(frame.element);
    else if (frame.is === 'fault') input.fail(frame.error);
    else if (frame.is === 'close') this.leave();
  }

  #heard(): void {
    this.#lastHeard = this.#parts.clock.now();
    this.#parts.owner.changed(this);
  }

  // ---- time

  get deadline(): Instant | undefined {
    const { inactivity, heartbeat } = this.#parts.policy;
    if (!this.#sink) return this.#lastHeard + inactivity;
    return earliest(this.#sinkUntil, POLLS.has(this.#sink.kind) ? undefined : this.#lastBeat + heartbeat);
  }

  settle(): void {
    const { clock, policy, owner } = this.#parts;
    const now = clock.now();
    if (this.#ledger.exceeds(policy.unacknowledged)) {
      this.close(new StreamError('resource-constraint', 'too much waits for this client'));
    }
    if (this.#sink) this.#serve(this.#sink, now);
    if (!this.#sink && now >= this.#lastHeard + policy.inactivity) {
      if (this.#input) this.#end('lost', new StreamError('connection-timeout', 'nothing was heard of the client'));
      owner.ended(this);
    }
  }

  #serve(sink: FrameSink, now: Instant): void {
    const { policy } = this.#parts;
    const isPoll = POLLS.has(sink.kind);
    this.#write(sink, now);
    const isDone = this.#written > 0 && isPoll;
    if (isDone || this.isOver || now >= this.#sinkUntil || this.#writtenBytes > policy.rotation.bytes) {
      this.#sink = undefined;
      this.#lastHeard = now;
      sink.end();
    } else if (!isPoll && now >= this.#lastBeat + policy.heartbeat) {
      this.#lastBeat = now;
      sink.beat();
    }
  }

  #write(sink: FrameSink, now: Instant): void {
    const { sinkBytes } = this.#parts.policy;
    const { unacknowledged } = this.#ledger;
    const { next } = this;
    while (this.#written < unacknowledged.length && sink.buffered < sinkBytes) {
      const payload = unacknowledged[this.#written];
      if (!payload) return;
      sink.write({ number: next + this.#written, xml: payload.xml.replaceAll('\n', '&#10;') });
      this.#written += 1;
      this.#writtenBytes += payload.xml.length;
      this.#lastBeat = now;
    }
  }

  // ---- the end

  #end(how: Closing, error: StreamError | undefined): void {
    const input = this.#input;
    if (!input) return;
    const undelivered = [...this.#ledger.unacknowledged];
    for (const text of [...(error ? [serialize(error.toElement())] : []), writeClose()]) this.#tell(text);
    this.#input = undefined;
    this.#parts.owner.changed(this);
    input.closed(how, undelivered);
  }

  #tell(xml: string): void {
    this.#ledger.send({ xml, element: openElement({}) });
  }
}
