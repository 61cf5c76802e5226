import type { Clock } from '../base/clock.ts';
import { earliest, seconds, type Duration, type Instant } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { distance, MODULUS } from '../xmpp/ledger.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader, Transport, TransportInfo } from '../xmpp/transport.ts';
import { readFrame, writeClose, writeOpen, type Frame } from './frame.ts';
import type { FrameSink, SinkKind } from './frame-sink.ts';
import type { LiveTransport, TransportOwner } from './live-transports.ts';
import type { Claim, Handover, NumberedStream, Refusal } from './numbered-stream.ts';
import { isPayload, SendQueue } from './send-queue.ts';

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
  /** Frames, and their bytes (UTF-16 units), that may wait to be read before the session ends. */
  readonly queued: { readonly frames: number; readonly bytes: number };
}

export const DEFAULT_FRAME_POLICY: FrameSessionPolicy = {
  maxFrame: 256 * 1024,
  maxFrameUnauthenticated: 16 * 1024,
  inactivity: seconds(60),
  wait: seconds(50),
  heartbeat: seconds(25),
  rotation: { after: seconds(30 * 60), bytes: 4 * 1024 * 1024 },
  sinkBytes: 256 * 1024,
  queued: { frames: 10_000, bytes: 8 * 1024 * 1024 },
};

/** How a batch of frames was taken: it was; some are missing before it, or have no number; or the session is over. */
export type Taken = 'taken' | 'gap' | 'unnumbered' | 'over';

interface Parts {
  readonly sid: string;
  readonly origin: Omit<TransportInfo, 'name'>;
  readonly policy: FrameSessionPolicy;
  readonly clock: Clock;
  readonly owner: TransportOwner<FrameSession>;
}

const POLLS: ReadonlySet<SinkKind> = new Set(['long-poll', 'poll']);
const STANZA = /^\s*<(?:message|presence|iq)[\s/>]/;

/**
 * A stream of RFC 7395 frames over plain HTTP. Once a resource is bound, stanzas are numbered in both
 * directions, by the ledger of their session: what the client has not acknowledged is sent again on
 * whatever response it opens next, and what it sends again is not taken again. Other frames have no
 * number, and go once.
 */
export class FrameSession implements Transport, LiveTransport {
  readonly sid: string;
  readonly #parts: Parts;
  readonly #queue = new SendQueue();
  #input: NumberedStream | undefined;
  #generation = 0;
  #kind: SinkKind = 'long-poll';
  #sink: FrameSink | undefined;
  #written = 0;
  /** Given to the present sink. */
  #sinkFrames = 0;
  #sinkBytes = 0;
  #sinkUntil: Instant = 0;
  #lastBeat: Instant = 0;
  #lastHeard: Instant;
  #isTold = false;

  constructor(parts: Parts) {
    this.sid = parts.sid;
    this.#parts = parts;
    this.#lastHeard = parts.clock.now();
  }

  get info(): TransportInfo {
    return { name: this.#kind, ...this.#parts.origin };
  }

  get numbering(): { readonly id: string } {
    return { id: this.sid };
  }

  /** How often the session had been taken over when it came here: requests for another number are not for this carrier. */
  get generation(): number {
    return this.#generation;
  }

  /** Connects the stream; frames come after this. */
  start(input: NumberedStream): void {
    this.#input = input;
  }

  /** The number of the last stanza that was taken from the client. */
  get handled(): number {
    return this.#input?.handled ?? 0;
  }

  get isOver(): boolean {
    return this.#input === undefined;
  }

  /** The session is over, and the client was told. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** The number of the last stanza that was written to a sink, or that the client had when it came. */
  get written(): number {
    return this.#written;
  }

  /** The number of the next stanza that goes to a sink. */
  get next(): number {
    return (this.#written + 1) % MODULUS;
  }

  // ---- towards the client

  open(header: StreamHeader): void {
    this.#tell(writeOpen(header));
  }

  send(payload: Payload): void {
    if (!this.#input) return;
    this.#queue.add(payload);
    this.#parts.owner.changed(this);
  }

  close(error?: StreamError): void {
    this.#end('lost', error);
  }

  // ---- from the client

  /**
   * Takes a session over, instead of opening one.
   *
   * @param h the number of the last stanza that the client has
   */
  takeOver(claim: Claim, h: number): Handover | Refusal {
    const outcome = this.#input?.handOver(claim, h) ?? 'unknown';
    if (typeof outcome === 'string') return outcome;
    this.#generation = outcome.generation;
    this.#written = h;
    return outcome;
  }

  /**
   * The client has the stanzas up to `h`, and will read on from there, on another response: what was
   * written to the one before, and is not among them, is sent again.
   *
   * @param h undefined for what it acknowledged last
   * @returns false for more than it was sent, or less than it acknowledged before
   */
  readOn(h: number | undefined): boolean {
    const input = this.#input;
    if (!input) return true;
    if (h !== undefined && input.acknowledge(h) !== 'ok') return false;
    if (input.acknowledged !== this.#written) this.#rewind(input);
    return true;
  }

  /** Another response to write to; the one before ends. */
  attach(sink: FrameSink, wait: Duration): void {
    this.#sink?.end();
    const now = this.#parts.clock.now();
    this.#kind = sink.kind;
    this.#sink = sink;
    this.#sinkFrames = 0;
    this.#sinkBytes = 0;
    this.#lastBeat = now;
    const { policy } = this.#parts;
    this.#sinkUntil = now + (POLLS.has(sink.kind) ? Math.min(wait, policy.wait) : policy.rotation.after);
    this.#heard();
  }

  /** The client's word that it has the stanzas up to this number. @returns false for more than it was sent */
  acknowledge(h: number): boolean {
    return this.#input?.acknowledge(h) !== 'too-high';
  }

  /**
   * Takes frames. Of the stanzas, which are numbered from `first`, those that were taken before are not
   * taken again.
   *
   * @param first undefined when there is no stanza among them, or no resource is bound yet
   */
  receive(first: number | undefined, frames: readonly string[]): Taken {
    this.#heard();
    const handled = this.#input?.handled;
    let known = 0;
    if (first === undefined) {
      if (handled !== undefined && frames.some(isStanza)) return 'unnumbered';
    } else {
      known = handled === undefined ? MODULUS : distance(first, (handled + 1) % MODULUS);
      if (known > MODULUS / 2) return this.#input ? 'gap' : 'over';
    }
    for (const text of frames) {
      if (!this.#input) return 'over';
      if (known > 0 && isStanza(text)) known -= 1;
      else this.#take(this.#read(text, this.#input), this.#input);
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

  #read(text: string, { isAuthenticated }: NumberedStream): Frame {
    const { maxFrame, maxFrameUnauthenticated } = this.#parts.policy;
    return readFrame(text, { length: isAuthenticated ? maxFrame : maxFrameUnauthenticated, strict: true });
  }

  #take(frame: Frame, input: NumberedStream): void {
    if (frame.is === 'open') input.open(frame.header);
    else if (frame.is === 'element') input.receive(frame.element);
    else if (frame.is === 'fault') input.fail(frame.error);
    else if (frame.is === 'close') this.leave();
  }

  #heard(): void {
    this.#lastHeard = this.#parts.clock.now();
    this.#parts.owner.changed(this);
  }

  #rewind(input: NumberedStream): void {
    for (const outgoing of this.#queue.takeAll()) if (outgoing.counted === undefined) this.#queue.add(outgoing);
    this.#written = input.acknowledged;
    input.resend();
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
    if (this.#queue.size > policy.queued.frames || this.#queue.length > policy.queued.bytes) {
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
    const isDone = this.#sinkFrames > 0 && isPoll;
    if (isDone || this.isOver || now >= this.#sinkUntil || this.#sinkBytes > policy.rotation.bytes) {
      this.#sink = undefined;
      this.#lastHeard = now;
      this.#isTold = this.isOver;
      sink.end();
    } else if (!isPoll && now >= this.#lastBeat + policy.heartbeat) {
      this.#lastBeat = now;
      sink.beat();
    }
  }

  #write(sink: FrameSink, now: Instant): void {
    const most = this.#parts.policy.sinkBytes;
    while (this.#queue.size > 0 && (this.isOver || sink.buffered < most)) {
      for (const { xml, counted } of this.#queue.take(most)) {
        sink.write({ number: counted, xml: xml.replaceAll('\n', '&#10;') });
        this.#written = counted ?? this.#written;
        this.#sinkFrames += 1;
        this.#sinkBytes += xml.length;
      }
      this.#lastBeat = now;
    }
  }

  // ---- the end

  /** What the session counts, it keeps: the client gets it elsewhere. */
  #end(how: Closing, error: StreamError | undefined): void {
    const input = this.#input;
    if (!input) return;
    this.#input = undefined;
    const others = this.#queue.takeAll().filter(({ counted }) => counted === undefined);
    for (const { xml } of others) this.#tell(xml);
    if (error) this.#tell(serialize(error.toElement()));
    this.#tell(writeClose());
    input.closed(how, others.filter(isPayload));
  }

  #tell(xml: string): void {
    this.#queue.add({ xml });
    this.#parts.owner.changed(this);
  }
}

/** Whether a frame will be counted, which is told by its name. */
function isStanza(text: string): boolean {
  return STANZA.test(text);
}
