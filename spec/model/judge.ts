import type { Client } from './client.ts';
import type { Call } from './server.ts';
import type { Reading, Words } from './wire.ts';

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
 * - stanzas of the client are processed once, in order, and none is left out
 * - stanzas for the client are read once, in order; what is not read is said to be undelivered
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
  readonly #forwarded: string[] = [];
  readonly #sent: string[] = [];
  readonly #arrived: string[] = [];
  #sequence = 0;
  #end: { readonly how: string; readonly undelivered: readonly string[] } | undefined;

  /**
   * @param hold most requests held
   * @param window how far ahead of the highest rid in sequence a request may be
   * @param gap how long one may wait there for those before it
   */
  constructor(client: Client, hold: number, window: number, gap: number) {
    this.#client = client;
    this.#hold = hold;
    this.#window = window;
    this.#gap = gap;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  sent(id: string): void {
    if (!this.#end) this.#sent.push(id);
  }

  get allSent(): readonly string[] {
    return this.#sent;
  }

  posted(words: Words, call: Call, now: number): void {
    const { rid } = words;
    const isLast = words.terminate || words.pause !== undefined;
    const isStray = rid >= this.#sequence + this.#window + (isLast ? 1 : 0);
    this.#waiting.push({ rid, call, isStray });
    if (this.#end || isStray || this.#received.has(rid)) return;
    this.#received.set(rid, { words, since: now });
    while (this.#received.has(this.#sequence)) this.#sequence += 1;
  }

  /** Called before the call is marked as answered. */
  answered(rid: number | undefined, call: Call, reading: Reading): void {
    if (call.isAnswered) this.#fault(`${call.name} is answered twice`);
    if (call.isBroken && reading.ids.length > 0) this.#fault(`${call.name} is broken, and gets a payload`);
    this.#waiting = this.#waiting.filter((seen) => seen.call !== call);
    if (rid === undefined || call.isBroken) return;
    if (reading.is !== 'error') this.#answer(rid, call, reading);
  }

  forwarded(id: string): void {
    if (this.#end) this.#fault(`${id} is processed after the end`);
    this.#forwarded.push(id);
  }

  arrived(id: string, isHonest: boolean): void {
    this.#arrived.push(id);
    if (isHonest && !this.#client.read.includes(id))
      this.#fault(`${id} is said to have arrived, and has not been read`);
  }

  closed(how: string, undelivered: readonly string[]): void {
    if (this.#end) this.#fault('a second end');
    this.#end = { how, undelivered };
  }

  /** At the end of each turn. */
  turnEnded(now: number): void {
    for (const [rid, { since }] of this.#received) {
      if (rid >= this.#sequence && since + this.#gap <= now) this.#received.delete(rid);
    }
    while (this.#received.has(this.#sequence)) this.#sequence += 1;
    const held = this.#waiting.filter((seen) => seen.rid < this.#sequence && this.#isUnanswered(seen));
    if (held.length > this.#hold) this.#fault(`${held.length} requests are held`);
    if (this.#end) return;
    this.#compare('processed', this.#forwarded, this.#due);
  }

  /** When nothing more is to happen. @param isHonest the client never did what the XEP forbids */
  finish(isHonest: boolean): void {
    for (const { call } of this.#waiting) if (call.isOpen) this.#fault(`${call.name} is never answered`);
    this.#compare('processed', this.#forwarded, this.#due.slice(0, this.#forwarded.length));
    if (isHonest) this.#reckon();
  }

  #reckon(): void {
    const { read } = this.#client;
    const features = (id: string): boolean => id.startsWith('f');
    const stanzas = read.filter((id) => !features(id));
    this.#compare('read', stanzas, this.#sent.slice(0, stanzas.length));
    if (!this.#end) return this.#compare('read', stanzas, this.#sent);
    const isTrusted = this.#end.how === 'graceful';
    const { undelivered } = this.#end;
    this.#compare('undelivered', undelivered, this.#sent.slice(this.#sent.length - undelivered.length));
    if (!isTrusted && stanzas.length + undelivered.length < this.#sent.length) this.#fault('stanzas are lost');
    const settled = this.#arrived.filter((id) => undelivered.includes(id));
    if (settled.length > 0) this.#fault(`${settled.join(' ')}: said to have arrived, and to be undelivered`);
  }

  /** What the client said in the requests whose turn has come. */
  get #due(): string[] {
    const due: string[] = [];
    for (let rid = 0; rid < this.#sequence; rid += 1) {
      const words = this.#received.get(rid)?.words;
      if (words && !words.restart) due.push(...words.payloads);
    }
    return due;
  }

  #answer(rid: number, call: Call, reading: Reading): void {
    if (reading.condition !== undefined) return;
    if (this.#end && reading.ids.length > 0 && !this.#answered.has(rid))
      this.#fault(`${call.name} gets a payload after the end`);
    if (!this.#answered.has(rid)) {
      const earlier = this.#waiting.find((seen) => seen.rid < rid && this.#isUnanswered(seen));
      if (earlier) this.#fault(`${call.name} is answered before ${earlier.call.name}`);
    }
    // What is below and open to nobody will never carry anything: D-38.
    for (let below = rid; below >= 0 && below >= rid - this.#window; below -= 1) this.#answered.add(below);
  }

  #isUnanswered({ rid, call, isStray }: Seen): boolean {
    return !isStray && call.isOpen && !this.#answered.has(rid);
  }

  #compare(what: string, actual: readonly string[], expected: readonly string[]): void {
    if (actual.length === expected.length && actual.every((id, index) => id === expected[index])) return;
    this.#fault(`${what}: ${actual.join(' ')}, should be ${expected.join(' ')}`);
  }

  #fault(text: string): void {
    this.faults.push(text);
  }
}
