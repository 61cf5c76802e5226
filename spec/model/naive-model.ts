import { gapOf, heldAtMost, type Agreement } from './agreement.ts';
import { Haste } from './haste.ts';
import { hashOf } from './keys.ts';
import { Memory, type Given } from './memory.ts';
import { Parcels, type Parcel } from './parcels.ts';
import { StreamList } from './stream-list.ts';
import { describeAnswer, FIRST_STREAM, type Reading, type Words } from './wire.ts';

interface Request {
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

const GRACE = 1000;
const STRAY = 100;
const MOST_COPIES = 10;
const MOST_KEPT = 64;
const REPORT_AGE = 1000;
const DOMAIN = 'example.com';

/**
 * What a connection manager has to do for one session, as simply as it can be said: lists that are
 * searched, and rules in the order of the catalogue. Rids count from the creation request.
 */
export class NaiveModel {
  /** What happened since it was last looked at. */
  answers: string[] = [];
  forwarded: string[] = [];
  arrived: string[] = [];
  ends: string[] = [];

  now = 0;
  readonly #terms: Agreement;
  /** The highest request in sequence. */
  #previous: Words = { rid: -1, payloads: [] };
  #open: Request[] = [];
  #early: Request[] = [];
  #strays: { readonly call: string; readonly due: number }[] = [];
  readonly #memory: Memory;
  readonly #parcels = new Parcels();
  readonly #streams: StreamList;
  #writing: string | undefined;
  #isOver = false;
  #lastWords: string | undefined;
  #silentSince: number | undefined;
  #silenceLimit: number;
  readonly #haste: Haste;
  #report: { readonly rid: number; readonly at: number } | undefined;
  #reported = -1;
  #features = 0;

  /** @param creation the words of the creation request */
  constructor(terms: Agreement, call: string, creation: Words) {
    this.#terms = terms;
    this.#streams = new StreamList(terms.streams);
    this.#silenceLimit = terms.inactivity;
    this.#haste = new Haste(terms);
    const most = terms.acksResponses ? MOST_KEPT : terms.requests;
    this.#memory = new Memory(most, (ids) => this.arrived.push(...ids));
    this.#take(this.#request(call, creation));
    this.#begin(FIRST_STREAM);
  }

  // ---- what happens

  send(id: string, stream: string): void {
    if (!this.#isOver && this.#streams.open.includes(stream)) this.#parcels.put(id, stream);
  }

  /** The answer has been written, or will not be. */
  written(call: string): void {
    if (this.#writing === call) this.#writing = undefined;
  }

  lost(call: string): void {
    this.written(call);
    this.#strays = this.#strays.filter((stray) => stray.call !== call);
    for (const request of [...this.#open, ...this.#early]) if (request.call === call) request.isLive = false;
    this.#listen();
  }

  /** B-14.2-03, B-14.3: where the rid stands decides. */
  receive(call: string, words: Words): void {
    if (this.#isOver) return this.#answerFromTheGrave(call, words);
    const { rid } = words;
    const unanswered = [...this.#open, ...this.#early].find((request) => request.words.rid === rid);
    const given = this.#memory.find(rid);
    const extra = words.terminate || words.pause !== undefined ? 1 : 0;
    if (unanswered) this.#supersede(unanswered, call, words);
    else if (given) this.#replay(given, call, words);
    else if (rid <= this.#last || rid > this.#last + this.#terms.requests + extra) this.#stray(call);
    else if (rid > this.#last + 1) this.#park(call, words, extra);
    else this.#takeWithSuccessors(this.#request(call, words));
    this.#listen();
  }

  /** What is not XML belongs to no session. */
  receiveGarbage(call: string): void {
    this.#say(call, { is: 'terminate', condition: 'bad-request' });
  }

  /** The server ends a stream, in peace or with an error; with the last one the session. B-16.5-02, B-16.6-01 */
  close(stream: string, hasError: boolean): void {
    if (this.#isOver || !this.#streams.open.includes(stream)) return;
    if (this.#streams.open.length > 1) {
      this.#closeOne(stream, 'lost');
      this.#parcels.putWhole(endOf(stream, hasError ? 'remote-stream-error' : undefined));
    } else this.#closeAll(hasError);
  }

  #closeAll(hasError: boolean): void {
    if (hasError) this.#closeWithError();
    else {
      this.#deliverAll();
      this.#skipDead();
      this.#sayLast({ is: 'terminate' }, { is: 'payload' });
    }
    this.#over('lost');
  }

  // ---- in their turn

  #takeWithSuccessors(request: Request): void {
    this.#judge(request);
    for (;;) {
      const next = this.#early.find(({ words }) => words.rid === this.#last + 1);
      if (this.#isOver || !next) return;
      this.#early = this.#early.filter((other) => other !== next);
      this.#judge(next);
    }
  }

  #judge(request: Request): void {
    const { words } = request;
    const isWish = words.to !== undefined && this.#streams.haveNames;
    const isBare = words.payloads.length === 0 && !words.terminate && !words.restart && words.pause === undefined;
    const isEmpty = isBare && !isWish;
    if (!this.#hasRightKey(words)) return this.#refuse(request.call, 'item-not-found', request.isLive);
    const open = this.#open.filter(({ isLive }) => isLive).length;
    if (this.#haste.isTooFast(isEmpty, open, this.now))
      return this.#refuse(request.call, 'policy-violation', request.isLive);
    const meant = this.#streams.meant(words);
    if (meant === 'unknown') return this.#refuse(request.call, 'item-not-found', request.isLive);
    this.#silenceLimit = this.#terms.inactivity;
    this.#silentSince = undefined;
    this.#learn(words, isEmpty);
    this.#take(request);
    if (meant !== 'closed') this.#act(request);
    else if (words.pause !== undefined) this.#pause(request, { ...words, payloads: [] }, words.pause * 1000);
  }

  /** B-15.4-03, B-15.4-04, B-15.5-02, D-42 */
  #hasRightKey({ key }: Words): boolean {
    const due = this.#previous.newKey ?? this.#previous.key;
    return due === undefined || (key !== undefined && hashOf(key) === due.toLowerCase());
  }

  #act(request: Request): void {
    const { words } = request;
    if (words.terminate) this.#terminate(words);
    else if (words.pause !== undefined) this.#pause(request, words, words.pause * 1000);
    else if (words.restart) this.#restart(words);
    else if (words.to !== undefined && this.#streams.haveNames) this.#add(words.rid, words.to);
    else this.#forward(words);
  }

  /** B-16.4-02, B-16.4-08: to the stream that is named, or to all. */
  #forward({ payloads, stream }: Words): void {
    const isForOne = stream !== undefined && this.#streams.haveNames;
    for (const target of isForOne ? [stream] : this.#streams.open) {
      this.forwarded.push(...payloads.map((id) => `${id} on ${target}`));
    }
  }

  #take(request: Request): void {
    this.#previous = request.words;
    request.at = this.now;
    this.#open.push(request);
  }

  /** B-9.2-03, B-9.2-04, B-9.2-05, B-10-01: what a new request says about the answers so far. */
  #learn({ ack }: Words, isEmpty: boolean): void {
    const { acksResponses } = this.#terms;
    if (ack !== undefined) {
      this.#memory.forget((answer) => answer.rid <= ack);
      const missing = this.#memory.find(ack + 1);
      if (!missing || !acksResponses || missing.rid <= this.#reported || this.now - missing.at < REPORT_AGE) return;
      this.#reported = missing.rid;
      this.#report = missing;
    } else if (acksResponses) this.#memory.forget(() => true);
    else if (isEmpty && this.#open.length === 0) this.#memory.trust();
  }

  /** B-13-02, B-13-04, B-16.5-01, B-16.5-02, B-16.5-03, D-17, D-18 */
  #terminate(words: Words): void {
    const { stream } = words;
    const isForOne = stream !== undefined && this.#streams.open.length > 1;
    if (!this.#terms.acksResponses) this.#memory.trust(isForOne ? stream : undefined);
    this.#forward(words);
    if (isForOne) return this.#closeOne(stream, 'graceful');
    this.#skipDead();
    const oldest = this.#open[0];
    if (oldest) this.#give(oldest, { is: 'terminate' });
    if (!oldest?.isLive) this.#lastWords = describeAnswer({ is: 'terminate' });
    this.#dismiss({ is: 'payload' });
    this.#over('graceful');
  }

  /** B-10-08, B-10-09, B-10-10, B-10-11, D-36 */
  #pause(request: Request, words: Words, length: number): void {
    if (length > this.#terms.maxPause || this.#terms.maxPause === 0) {
      this.#open = this.#open.filter((other) => other !== request);
      return this.#refuse(request.call, 'policy-violation', request.isLive);
    }
    this.#clearBelow(words.rid);
    this.#give(request, { is: 'payload' }, undefined, true);
    if (length > 0) this.#silenceLimit = length;
    this.#forward(words);
  }

  /** X-5-07, X-5-10, D-29: the stream that is named; the only one; or the first, if it is open. */
  #restart({ rid, stream }: Words): void {
    this.#clearBelow(rid);
    const { open } = this.#streams;
    const meant = stream !== undefined && open.includes(stream) ? stream : open.length === 1 ? open[0] : FIRST_STREAM;
    if (meant !== undefined && open.includes(meant)) this.#parcels.put(this.#nextFeatures(), meant);
  }

  /** B-16.3-03, B-16.6-01: a wish that is not granted is answered with the end of the stream. */
  #add(rid: number, domain: string): void {
    this.#clearBelow(rid);
    const { isFull } = this.#streams;
    const stream = this.#streams.make();
    if (domain === DOMAIN && !isFull) {
      this.#streams.add(stream);
      this.#begin(stream);
    } else {
      this.#streams.close(stream);
      this.#parcels.putWhole(endOf(stream, domain === DOMAIN ? 'policy-violation' : 'host-unknown'));
    }
  }

  #begin(stream: string): void {
    this.#parcels.putWhole({ stream, ids: [this.#nextFeatures()], from: DOMAIN });
  }

  #nextFeatures(): string {
    this.#features += 1;
    return `f${this.#features}`;
  }

  // ---- out of their turn

  /** B-14.3-05, B-14.3-06, D-11, D-16 */
  #supersede(request: Request, call: string, words: Words): void {
    if (proofOf(words) !== proofOf(request.words)) return this.#refuse(call, 'item-not-found');
    request.copies += 1;
    if (request.copies > MOST_COPIES) return this.#refuse(call, 'policy-violation');
    if (request.isLive) this.#say(request.call, { is: 'error' });
    request.call = call;
    request.isLive = true;
    request.at = this.now;
  }

  /** B-14.3-02, B-14.3-06, D-12, D-13 */
  #replay(given: Given, call: string, words: Words): void {
    if (given.proof !== proofOf(words)) return this.#refuse(call, 'item-not-found');
    given.copies += 1;
    if (given.copies > MOST_COPIES) this.#refuse(call, 'policy-violation');
    else this.answers.push(`${call} <- ${given.text}`);
  }

  /** B-14.2-04, B-14.3-07: with a moment for late copies on connections that are being closed. */
  #stray(call: string): void {
    const isCrowded = this.#strays.length >= MOST_COPIES;
    this.#strays.push({ call, due: this.now + (isCrowded ? 0 : STRAY) });
  }

  /** B-11-02, B-11-03, D-04 */
  #park(call: string, words: Words, extra: number): void {
    const lowest = this.#open[0]?.words.rid ?? this.#last + 1;
    const count = words.rid - lowest + 1;
    if (this.#terms.strict && count > this.#terms.requests + extra) this.#refuse(call, 'policy-violation');
    else this.#early.push(this.#request(call, words));
  }

  /** D-13, D-18 */
  #answerFromTheGrave(call: string, words: Words): void {
    const given = this.#memory.find(words.rid);
    const answer = given?.proof === proofOf(words) ? given.text : undefined;
    const isNew = !given && words.rid > this.#last;
    const text = isNew ? this.#lastWords : answer;
    this.answers.push(`${call} <- ${text ?? describeAnswer({ is: 'terminate', condition: 'item-not-found' })}`);
  }

  // ---- the end of a turn, and time

  /** When something happens by itself. */
  get next(): number | undefined {
    if (this.#isOver) return undefined;
    const moments = [
      ...this.#strays.map(({ due }) => due),
      ...this.#early.map(({ since }) => since + gapOf(this.#terms)),
      ...this.#open.filter(({ isLive }) => isLive).map(({ at }) => at + this.#terms.wait),
      ...(this.#silenceEnds === undefined ? [] : [this.#silenceEnds]),
    ];
    return moments.length > 0 ? Math.min(...moments) : undefined;
  }

  settle(): void {
    if (this.#isOver) return;
    const stray = this.#strays.find(({ due }) => due <= this.now);
    if (stray) return this.#refuse(stray.call, 'item-not-found');
    this.#giveBackEarly();
    this.#deliver();
    this.#releaseAboveHold();
    this.#releaseExpired();
    this.#listen();
    if (this.#silenceEnds !== undefined && this.#silenceEnds <= this.now) this.#over('lost');
  }

  /** D-10 */
  #giveBackEarly(): void {
    const due = this.#early.filter(({ since }) => since + gapOf(this.#terms) <= this.now);
    this.#early = this.#early.filter((request) => !due.includes(request));
    for (const { call, isLive } of due) if (isLive) this.#say(call, { is: 'error' });
  }

  /** B-8-04, B-8-07, B-8-09, D-01, D-38 */
  #deliver(): void {
    if (this.#writing !== undefined || (this.#parcels.isEmpty && !this.#report)) return;
    const first = this.#firstLive;
    if (!first) return;
    this.#skipDead();
    this.#hand(first, this.#parcels.takeFirst());
  }

  /** B-8-06, D-08 */
  #releaseAboveHold(): void {
    const most = heldAtMost(this.#terms);
    while (this.#open.filter(({ isLive }) => isLive).length > most) this.#releaseUpTo(this.#firstLive);
  }

  /** B-8-05, B-8-08, D-09 */
  #releaseExpired(): void {
    const isDue = ({ isLive, at }: Request): boolean => isLive && at + this.#terms.wait <= this.now;
    this.#releaseUpTo(this.#open.findLast(isDue));
  }

  #releaseUpTo(request: Request | undefined): void {
    if (!request) return;
    for (const each of this.#open.filter(({ words }) => words.rid <= request.words.rid))
      this.#give(each, { is: 'payload' });
  }

  // ---- too much and too little

  /** D-37: the client is silent while no connection of it waits for an answer. */
  #listen(): void {
    if ([...this.#open, ...this.#early].some(({ isLive }) => isLive)) this.#silentSince = undefined;
    else this.#silentSince ??= this.now;
  }

  get #silenceEnds(): number | undefined {
    if (this.#silentSince === undefined || this.#silenceLimit === 0) return undefined;
    return this.#silentSince + this.#silenceLimit + GRACE;
  }

  // ---- answers

  get #firstLive(): Request | undefined {
    return this.#open.find(({ isLive }) => isLive);
  }

  #request(call: string, words: Words): Request {
    return { words, call, isLive: true, at: this.now, since: this.now, copies: 1 };
  }

  get #last(): number {
    return this.#previous.rid;
  }

  /** Requests on broken connections below the first live one are answered with nothing. D-38 */
  #skipDead(): void {
    const first = this.#firstLive;
    if (!first) return;
    for (const dead of this.#open.filter(({ words }) => words.rid < first.words.rid))
      this.#give(dead, { is: 'payload' });
  }

  #clearBelow(rid: number): void {
    for (const request of this.#open.filter(({ words }) => words.rid < rid)) {
      this.#hand(request, request.isLive ? this.#parcels.takeFirst() : undefined);
    }
  }

  /** Answers a request with what waits, if anything does. B-16.4-01, B-16.4-05, B-16.4-07 */
  #hand(request: Request, parcel: Parcel | undefined): void {
    if (!parcel) return this.#give(request, { is: 'payload' });
    const { stream, ids, from, end } = parcel;
    const isNamed = this.#streams.haveNames && (this.#streams.areSeveral || from !== undefined);
    const kind = end ? { is: 'terminate' as const, ...end } : { is: 'payload' as const };
    this.#give(request, { ...kind, ids, from, stream: isNamed ? stream : undefined }, parcel);
    this.#haste.sawPayload();
    this.#writing = request.call;
  }

  /** Answers a request, and remembers the answer. B-9.1, B-14.3-01 */
  #give(request: Request, answer: Partial<Reading>, parcel?: Parcel, isPause = false): void {
    const { rid } = request.words;
    const isLast = answer.is === 'terminate' && !parcel?.end;
    const text = describeAnswer(isLast ? answer : { ...answer, ...this.#extras(rid) });
    this.#open = this.#open.filter((other) => other !== request);
    const given = this.#given(request, text, parcel);
    if (isPause) this.#memory.keepPause(given);
    else this.#memory.keep(given);
    if (request.isLive) this.answers.push(`${request.call} <- ${text}`);
  }

  #given({ words, copies }: Request, text: string, parcel?: Parcel): Given {
    const { stream, ids: doubtful = [] } = parcel ?? { stream: undefined };
    return { rid: words.rid, text, proof: proofOf(words), stream, doubtful, at: this.now, copies };
  }

  #extras(rid: number): Partial<Reading> {
    const report = this.#report;
    this.#report = undefined;
    const isDue = this.#terms.acksRequests && (rid === 0 || this.#last !== rid);
    return {
      ack: isDue ? this.#last : undefined,
      report: report?.rid,
      time: report && Math.min(this.now - report.at, 65_535),
    };
  }

  #say(call: string, answer: Partial<Reading>): void {
    this.answers.push(`${call} <- ${describeAnswer(answer)}`);
  }

  // ---- the end

  /** D-19 */
  #refuse(call: string, condition: string, isLive = true): void {
    this.#strays = this.#strays.filter((stray) => stray.call !== call);
    this.#dismiss({ is: 'terminate', condition: 'other-request' });
    if (isLive) this.#say(call, { is: 'terminate', condition });
    this.#over('lost');
  }

  /** D-50 */
  #closeWithError(): void {
    if (this.#open.filter(({ isLive }) => isLive).length >= 2) this.#deliverAll();
    this.#skipDead();
    const isRoom = this.#firstLive !== undefined && !this.#streams.areSeveral;
    const parcel = isRoom ? this.#parcels.takeFirst() : undefined;
    this.#sayLast(
      { is: 'terminate', condition: 'remote-stream-error', ids: parcel?.ids ?? [] },
      { is: 'terminate', condition: 'other-request' },
      parcel,
    );
  }

  /** What waits goes out before the end. */
  #deliverAll(): void {
    this.#skipDead();
    const first = this.#firstLive;
    if (first && !this.#parcels.isEmpty) this.#hand(first, this.#parcels.takeFirst());
  }

  /** The oldest open request gets the end; without one it waits for the next that comes. */
  #sayLast(end: Partial<Reading>, others: Partial<Reading>, parcel?: Parcel): void {
    const oldest = this.#open[0];
    if (oldest) this.#give(oldest, end, parcel);
    if (!oldest?.isLive) {
      this.#lastWords = describeAnswer(end);
      this.#dismissEarly(end);
    }
    this.#dismiss(others);
  }

  #dismiss(answer: Partial<Reading>): void {
    for (const request of this.#open) {
      this.#memory.keep(this.#given(request, describeAnswer(answer)));
      if (request.isLive) this.#say(request.call, answer);
    }
    this.#open = [];
    this.#dismissEarly(answer);
  }

  #dismissEarly(answer: Partial<Reading>): void {
    const early = this.#early.toSorted((a, b) => a.words.rid - b.words.rid);
    for (const { call, isLive } of early) if (isLive) this.#say(call, answer);
    this.#early = [];
  }

  /** X-7-01, D-39 */
  #over(how: 'graceful' | 'lost'): void {
    this.#isOver = true;
    for (const { call } of this.#strays) this.#say(call, { is: 'terminate', condition: 'item-not-found' });
    for (const stream of this.#streams.open) this.#closeOne(stream, how);
  }

  /** X-7-01, D-39: what was not delivered, or is not known to be, goes elsewhere. */
  #closeOne(stream: string, how: 'graceful' | 'lost'): void {
    this.#streams.close(stream);
    const doubtful = this.#memory.takeDoubtful(stream);
    const isInDoubt = how === 'lost' || this.#terms.acksResponses;
    const ids = [...(isInDoubt ? doubtful : []), ...this.#parcels.takeOf(stream)];
    this.ends.push(`${stream} ${how} (${ids.filter((id) => id.startsWith('s')).join(' ')})`);
  }
}

/** What a copy has in common with the original. D-13 */
function proofOf({ key, newKey }: Words): string {
  return `${key} ${newKey}`;
}

function endOf(stream: string, condition: string | undefined): Parcel {
  return { stream, ids: [], end: { condition } };
}
