import type { Client } from './client.ts';
import type { Call } from './server.ts';
import { StreamRecord } from './stream-record.ts';
import { FIRST_STREAM, type Reading, type Words } from './wire.ts';

/** What was agreed, as far as the judge cares. */
interface Limits {
  /** Most requests held. */
  readonly hold: number;
  /** How far ahead of the highest rid in sequence a request may be. */
  readonly window: number;
  /** How long one may wait there for those before it. */
  readonly gap: number;
  /** Most streams open at once; with one, names mean nothing. */
  readonly streams: number;
}

/** A request as the judge saw it arrive. */
interface Seen {
  readonly rid: number;
  readonly call: Call;
  /** Its rid was outside the window when it came. */
  readonly isStray: boolean;
}

/**
 * What must hold whatever happens, looked at from outside:
 *
 * - a request is answered at most once, and in the end
 * - answers leave in the order of the rids
 * - no more than `hold` requests are held
 * - stanzas of the client are processed once, in order, and none is left out: by the stream that they
 *   are for, or by every one
 * - stanzas for the client are read once, in order; what is not read is said to be undelivered
 * - who has not the keys of the client is not listened to, and gets nothing
 * - what an answer carries is of one stream, named as soon as there are several, and not over
 * - what is said to have arrived has been read
 * - nothing happens after the end
 */
export class Judge {
  readonly faults: string[] = [];
  readonly #client: Client;
  readonly #hold: number;
  readonly #window: number;
  readonly #gap: number;
  /** Requests that somebody waits for. */
  #waiting: Seen[] = [];
  /** rids received whole, and not given back. */
  readonly #received = new Map<number, { readonly words: Words; readonly since: number }>();
  /** rids that have had an answer of their own. */
  readonly #answered = new Set<number>();
  readonly #streams = new Map<string, StreamRecord>();
  #open: readonly string[] = [];
  /** The stream of each payload for the client. */
  readonly #streamOf = new Map<string, string>();
  readonly #arrived: string[] = [];
  readonly #foreign = new Set<Call>();
  #sequence = 0;
  readonly #haveNames: boolean;

  constructor(client: Client, { hold, window, gap, streams }: Limits) {
    this.#client = client;
    this.#hold = hold;
    this.#window = window;
    this.#gap = gap;
    this.#haveNames = streams > 1;
  }

  /** No stream is open any more. */
  get isOver(): boolean {
    return this.#streams.size > 0 && this.#open.length === 0;
  }

  /** Streams that are open. */
  get open(): readonly string[] {
    return this.#open;
  }

  opened(stream: string): void {
    if (this.#streams.has(stream)) this.#fault(`${stream} is opened twice`);
    this.#streams.set(stream, new StreamRecord());
    this.#open = [...this.#open, stream];
  }

  offered(id: string, stream: string): void {
    this.#streamOf.set(id, stream);
  }

  sent(id: string, stream: string): void {
    this.#streamOf.set(id, stream);
    const record = this.#streams.get(stream);
    if (record && !record.end) record.sent.push(id);
  }

  /** What the streams that are open gave for the client. */
  get owed(): readonly string[] {
    return this.open.flatMap((stream) => this.#streams.get(stream)?.sent ?? []);
  }

  /** @param isForeign the client has keys, and this request not the right one */
  posted(words: Words, call: Call, now: number, isForeign: boolean): void {
    const { rid } = words;
    const isLast = words.terminate || words.pause !== undefined;
    const isStray = rid >= this.#sequence + this.#window + (isLast ? 1 : 0);
    this.#waiting.push({ rid, call, isStray });
    if (isForeign) this.#foreign.add(call);
    if (isForeign || this.isOver || isStray || this.#received.has(rid)) return;
    this.#received.set(rid, { words, since: now });
    while (this.#received.has(this.#sequence)) this.#sequence += 1;
  }

  /** Called before the call is marked as answered. */
  answered(rid: number | undefined, call: Call, reading: Reading): void {
    if (call.isAnswered) this.#fault(`${call.name} is answered twice`);
    if (call.isBroken && reading.ids.length > 0) this.#fault(`${call.name} is broken, and gets a payload`);
    if (this.#foreign.has(call) && reading.ids.length > 0)
      this.#fault(`${call.name} has not the key, and gets a payload`);
    this.#waiting = this.#waiting.filter((seen) => seen.call !== call);
    if (rid === undefined || call.isBroken) return;
    if (reading.is !== 'error') this.#answer(rid, call, reading);
  }

  forwarded(id: string, stream: string): void {
    const record = this.#streams.get(stream);
    if (!record || record.end) this.#fault(`${id} is processed by ${stream}, which is not open`);
    record?.forwarded.push(id);
  }

  arrived(id: string, isHonest: boolean): void {
    this.#arrived.push(id);
    if (isHonest && !this.#client.read.includes(id))
      this.#fault(`${id} is said to have arrived, and has not been read`);
  }

  closed(stream: string, how: string, undelivered: readonly string[]): void {
    this.#open = this.#open.filter((other) => other !== stream);
    this.#note(stream, this.#streams.get(stream)?.close(how, undelivered));
  }

  /** At the end of each turn. */
  turnEnded(now: number): void {
    for (const [rid, { since }] of this.#received) {
      if (rid >= this.#sequence && since + this.#gap <= now) this.#received.delete(rid);
    }
    while (this.#received.has(this.#sequence)) this.#sequence += 1;
    const held = this.#waiting.filter((seen) => seen.rid < this.#sequence && this.#isUnanswered(seen));
    if (held.length > this.#hold) this.#fault(`${held.length} requests are held`);
    if (!this.isOver) this.#compareProcessed();
  }

  /** When nothing more is to happen. @param isHonest the client never did what the XEP forbids */
  finish(isHonest: boolean): void {
    for (const { call } of this.#waiting) if (call.isOpen) this.#fault(`${call.name} is never answered`);
    this.#compareProcessed();
    if (isHonest) this.#reckon();
  }

  #compareProcessed(): void {
    for (const [stream, record] of this.#streams) {
      this.#note(stream, record.compare(this.#saidTo(stream), stream === FIRST_STREAM));
    }
  }

  #reckon(): void {
    const { read } = this.#client;
    for (const [stream, record] of this.#streams) {
      const stanzas = read.filter((id) => id.startsWith('s') && this.#streamOf.get(id) === stream);
      this.#note(stream, record.reckon(stanzas));
      const settled = this.#arrived.filter((id) => record.end?.undelivered.includes(id));
      if (settled.length > 0) this.#fault(`${settled.join(' ')}: said to have arrived, and to be undelivered`);
    }
  }

  /** What the client said to a stream in the requests whose turn has come. */
  #saidTo(stream: string): string[] {
    const said: string[] = [];
    for (let rid = 0; rid < this.#sequence; rid += 1) {
      const words = this.#received.get(rid)?.words;
      const isForAll = words?.stream === undefined || !this.#haveNames;
      if (words && !words.restart && (isForAll || words.stream === stream)) said.push(...words.payloads);
    }
    return said;
  }

  #answer(rid: number, call: Call, reading: Reading): void {
    if (!this.#answered.has(rid) && reading.condition !== 'item-not-found') this.#checkStream(call, reading);
    if (reading.condition !== undefined && reading.stream === undefined) return;
    if (this.isOver && reading.ids.length > 0 && !this.#answered.has(rid))
      this.#fault(`${call.name} gets a payload after the end`);
    if (!this.#answered.has(rid)) {
      const earlier = this.#waiting.find((seen) => seen.rid < rid && this.#isUnanswered(seen));
      if (earlier) this.#fault(`${call.name} is answered before ${earlier.call.name}`);
    }
    // What is below and open to nobody will never carry anything: D-38.
    for (let below = rid; below >= 0 && below >= rid - this.#window; below -= 1) this.#answered.add(below);
  }

  /** B-16.4-01, B-16.4-03, B-16.4-05, B-16.4-07: without a name it would be of the first. */
  #checkStream(call: Call, { is, ids, stream, from }: Reading): void {
    const says = `${call.name} is answered`;
    const isSilent = ids.length === 0 && is !== 'terminate' && from === undefined;
    if (stream !== undefined && (isSilent || !this.#haveNames)) this.#fault(`${says} with the name of a stream`);
    if (stream === undefined && ids.length > 0 && this.#streams.size > 1) this.#fault(`${says} without a name`);
    const strange = ids.filter((id) => this.#streamOf.get(id) !== (stream ?? FIRST_STREAM));
    if (strange.length > 0) this.#fault(`${says} with ${strange.join(' ')}, of another stream`);
    if (stream !== undefined && is === 'payload' && this.#streams.get(stream)?.end)
      this.#fault(`${says} with something of ${stream}, which is over`);
  }

  #isUnanswered({ rid, call, isStray }: Seen): boolean {
    return !isStray && call.isOpen && !this.#answered.has(rid);
  }

  #note(stream: string, fault: string | undefined): void {
    if (fault !== undefined) this.#fault(`${stream}, ${fault}`);
  }

  #fault(text: string): void {
    this.faults.push(text);
  }
}
