import { gapOf, heldAtMost, type Agreement } from './agreement.ts';
import { Haste } from './haste.ts';
import { Memory, type Given } from './memory.ts';
import { Parcels, type Parcel } from './parcels.ts';
import type { StreamList } from './stream-list.ts';
import { describeAnswer, type Reading, type Words } from './wire.ts';

/** A request that has no answer yet. */
export interface Request {
  readonly words: Words;
  /** The newest copy. */
  call: string;
  isLive: boolean;
  /** When the newest copy came. */
  at: number;
  /** When the first copy came. */
  readonly since: number;
  copies: number;
}

const MOST_KEPT = 64;
const REPORT_AGE = 1000;

/** What lies on the desk of the naive model: requests, what waits for them, and what they were answered. */
export class Desk {
  now = 0;
  /** What was said since it was last looked at. */
  answers: string[] = [];
  /** The highest request in sequence. */
  previous: Words = { rid: -1, payloads: [] };
  open: Request[] = [];
  early: Request[] = [];
  /** For the first request after an end that none was there to hear. */
  lastWords: string | undefined;
  readonly parcels = new Parcels();
  readonly memory: Memory;
  readonly haste: Haste;
  readonly #terms: Agreement;
  readonly #streams: StreamList;
  #writing: string | undefined;
  #report: { readonly rid: number; readonly at: number } | undefined;
  #reported = -1;

  /** @param arrived told of payloads that are known to have arrived */
  constructor(terms: Agreement, streams: StreamList, arrived: (ids: readonly string[]) => void) {
    this.#terms = terms;
    this.#streams = streams;
    this.haste = new Haste(terms);
    this.memory = new Memory(terms.acksResponses ? MOST_KEPT : terms.requests, arrived);
  }

  get last(): number {
    return this.previous.rid;
  }

  get firstLive(): Request | undefined {
    return this.open.find(({ isLive }) => isLive);
  }

  request(call: string, words: Words): Request {
    return { words, call, isLive: true, at: this.now, since: this.now, copies: 1 };
  }

  /** The answer has been written, or will not be. */
  written(call: string): void {
    if (this.#writing === call) this.#writing = undefined;
  }

  /** B-9.2-03, B-9.2-04, B-9.2-05, B-10-01: what a new request says about the answers so far. */
  learn({ ack }: Words, isEmpty: boolean): void {
    const { acksResponses } = this.#terms;
    if (ack !== undefined) {
      this.memory.forget((answer) => answer.rid <= ack);
      const missing = this.memory.find(ack + 1);
      if (!missing || !acksResponses || missing.rid <= this.#reported || this.now - missing.at < REPORT_AGE) return;
      this.#reported = missing.rid;
      this.#report = missing;
    } else if (acksResponses) this.memory.forget(() => true);
    else if (isEmpty && this.open.length === 0) this.memory.trust();
  }

  // ---- at the end of a turn

  /** D-10 */
  giveBackEarly(): void {
    const due = this.early.filter(({ since }) => since + gapOf(this.#terms) <= this.now);
    this.early = this.early.filter((request) => !due.includes(request));
    for (const { call, isLive } of due) if (isLive) this.say(call, { is: 'error' });
  }

  /** B-8-04, B-8-07, B-8-09, D-01, D-38 */
  deliver(): void {
    if (this.#writing !== undefined || (this.parcels.isEmpty && !this.#report)) return;
    const first = this.firstLive;
    if (!first) return;
    this.skipDead();
    this.hand(first, this.parcels.takeFirst());
  }

  /** B-8-06, D-08 */
  releaseAboveHold(): void {
    const most = heldAtMost(this.#terms);
    while (this.open.filter(({ isLive }) => isLive).length > most) this.#releaseUpTo(this.firstLive);
  }

  /** B-8-05, B-8-08, D-09 */
  releaseExpired(): void {
    const isDue = ({ isLive, at }: Request): boolean => isLive && at + this.#terms.wait <= this.now;
    this.#releaseUpTo(this.open.findLast(isDue));
  }

  #releaseUpTo(request: Request | undefined): void {
    if (!request) return;
    for (const each of this.open.filter(({ words }) => words.rid <= request.words.rid))
      this.give(each, { is: 'payload' });
  }

  // ---- answers

  /** Requests on broken connections below the first live one are answered with nothing. D-38 */
  skipDead(): void {
    const first = this.firstLive;
    if (!first) return;
    for (const dead of this.open.filter(({ words }) => words.rid < first.words.rid)) this.give(dead, { is: 'payload' });
  }

  clearBelow(rid: number): void {
    for (const request of this.open.filter(({ words }) => words.rid < rid)) {
      this.hand(request, request.isLive ? this.parcels.takeFirst() : undefined);
    }
  }

  /** Answers a request with what waits, if anything does. B-16.4-01, B-16.4-05, B-16.4-07 */
  hand(request: Request, parcel: Parcel | undefined): void {
    if (!parcel) return this.give(request, { is: 'payload' });
    const { stream, ids, from, end } = parcel;
    const isNamed = this.#streams.haveNames && (this.#streams.areSeveral || from !== undefined);
    const kind = end ? { is: 'terminate' as const, ...end } : { is: 'payload' as const };
    this.give(request, { ...kind, ids, from, stream: isNamed ? stream : undefined }, parcel);
    this.haste.sawPayload();
    this.#writing = request.call;
  }

  /** Answers a request, and remembers the answer. B-9.1, B-14.3-01 */
  give(request: Request, answer: Partial<Reading>, parcel?: Parcel, isPause = false): void {
    const { rid } = request.words;
    const isLast = answer.is === 'terminate' && !parcel?.end;
    const text = describeAnswer(isLast ? answer : { ...answer, ...this.#extras(rid) });
    this.open = this.open.filter((other) => other !== request);
    const given = this.#given(request, text, parcel);
    if (isPause) this.memory.keepPause(given);
    else this.memory.keep(given);
    if (request.isLive) this.answers.push(`${request.call} <- ${text}`);
  }

  #given({ words, copies }: Request, text: string, parcel?: Parcel): Given {
    const { stream, ids: doubtful = [] } = parcel ?? { stream: undefined };
    return { rid: words.rid, text, proof: proofOf(words), stream, doubtful, at: this.now, copies };
  }

  #extras(rid: number): Partial<Reading> {
    const report = this.#report;
    this.#report = undefined;
    const isDue = this.#terms.acksRequests && (rid === 0 || this.last !== rid);
    return {
      ack: isDue ? this.last : undefined,
      report: report?.rid,
      time: report && Math.min(this.now - report.at, 65_535),
    };
  }

  say(call: string, answer: Partial<Reading>): void {
    this.answers.push(`${call} <- ${describeAnswer(answer)}`);
  }

  // ---- the last answers

  /** D-50 */
  closeWithError(): void {
    if (this.open.filter(({ isLive }) => isLive).length >= 2) this.deliverAll();
    this.skipDead();
    const isRoom = this.firstLive !== undefined && !this.#streams.areSeveral;
    const parcel = isRoom ? this.parcels.takeFirst() : undefined;
    this.sayLast(
      { is: 'terminate', condition: 'remote-stream-error', ids: parcel?.ids ?? [] },
      { is: 'terminate', condition: 'other-request' },
      parcel,
    );
  }

  /** What waits goes out before the end. */
  deliverAll(): void {
    this.skipDead();
    const first = this.firstLive;
    if (first && !this.parcels.isEmpty) this.hand(first, this.parcels.takeFirst());
  }

  /** The oldest open request gets the end; without one it waits for the next that comes. */
  sayLast(end: Partial<Reading>, others: Partial<Reading>, parcel?: Parcel): void {
    const oldest = this.open[0];
    if (oldest) this.give(oldest, end, parcel);
    if (!oldest?.isLive) {
      this.lastWords = describeAnswer(end);
      this.#dismissEarly(end);
    }
    this.dismiss(others);
  }

  dismiss(answer: Partial<Reading>): void {
    for (const request of this.open) {
      this.memory.keep(this.#given(request, describeAnswer(answer)));
      if (request.isLive) this.say(request.call, answer);
    }
    this.open = [];
    this.#dismissEarly(answer);
  }

  #dismissEarly(answer: Partial<Reading>): void {
    const early = this.early.toSorted((a, b) => a.words.rid - b.words.rid);
    for (const { call, isLive } of early) if (isLive) this.say(call, answer);
    this.early = [];
  }
}

/** What a copy has in common with the original. D-13 */
export function proofOf({ key, newKey }: Words): string {
  return `${key} ${newKey}`;
}
