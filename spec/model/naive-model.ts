import { gapOf, heldAtMost, type Agreement } from './agreement.ts';
import { Haste } from './haste.ts';
import { keyOf } from './keys.ts';
import { Memory } from './memory.ts';
import { describeAnswer, type Reading, type Words } from './wire.ts';

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

/**
 * What a connection manager has to do for one session, as simply as it can be said: lists that are
 * searched, and rules in the order of the catalogue. Rids count from the creation request.
 */
export class NaiveModel {
  /** What happened since it was last looked at. */
  answers: string[] = [];
  forwarded: string[] = [];
  arrived: string[] = [];
  end: string | undefined;

  now = 0;
  readonly #terms: Agreement;
  #last = -1;
  #open: Request[] = [];
  #early: Request[] = [];
  #strays: { readonly call: string; readonly due: number }[] = [];
  readonly #memory: Memory;
  #queue: string[] = [];
  #writing: string | undefined;
  #isOver = false;
  #lastWords: string | undefined;
  #silentSince: number | undefined;
  #silenceLimit: number;
  readonly #haste: Haste;
  #report: { readonly rid: number; readonly at: number } | undefined;
  #reported = -1;
  #features = 0;

  constructor(terms: Agreement, call: string) {
    this.#terms = terms;
    this.#silenceLimit = terms.inactivity;
    this.#haste = new Haste(terms);
    const most = terms.acksResponses ? MOST_KEPT : terms.requests;
    this.#memory = new Memory(most, (ids) => this.arrived.push(...ids));
    this.#take(this.#request(call, { rid: 0, payloads: [] }));
    this.#sendFeatures();
  }

  // ---- what happens

  send(id: string): void {
    if (!this.#isOver) this.#queue.push(id);
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
    if (this.#isOver) return this.#answerFromTheGrave(call, words.rid);
    const { rid } = words;
    const unanswered = [...this.#open, ...this.#early].find((request) => request.words.rid === rid);
    const given = this.#memory.find(rid);
    const extra = words.terminate || words.pause !== undefined ? 1 : 0;
    if (unanswered) this.#supersede(unanswered, call, words);
    else if (given) this.#replay(given, call);
    else if (rid <= this.#last || rid > this.#last + this.#terms.requests + extra) this.#stray(call);
    else if (rid > this.#last + 1) this.#park(call, words, extra);
    else this.#takeWithSuccessors(this.#request(call, words));
    this.#listen();
  }

  /** What is not XML belongs to no session. */
  receiveGarbage(call: string): void {
    this.#say(call, { is: 'terminate', condition: 'bad-request' });
  }

  /** The server ends the session: in peace, or with a stream error. */
  close(hasError: boolean): void {
    if (this.#isOver) return;
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
    const isEmpty = words.payloads.length === 0 && !words.terminate && !words.restart && words.pause === undefined;
    if (this.#terms.keys && words.key !== keyOf(words.rid))
      return this.#refuse(request.call, 'item-not-found', request.isLive);
    const open = this.#open.filter(({ isLive }) => isLive).length;
    if (this.#haste.isTooFast(isEmpty, open, this.now))
      return this.#refuse(request.call, 'policy-violation', request.isLive);
    this.#silenceLimit = this.#terms.inactivity;
    this.#silentSince = undefined;
    this.#learn(words, isEmpty);
    this.#take(request);
    if (words.terminate) this.#terminate(words);
    else if (words.pause !== undefined) this.#pause(request, words, words.pause * 1000);
    else if (words.restart) this.#restart(words.rid);
    else this.forwarded.push(...words.payloads);
  }

  #take(request: Request): void {
    this.#last = request.words.rid;
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

  /** B-13-02, B-13-04, D-17, D-18 */
  #terminate({ payloads }: Words): void {
    if (!this.#terms.acksResponses) this.#memory.trust();
    this.forwarded.push(...payloads);
    this.#skipDead();
    const oldest = this.#open[0];
    if (oldest) this.#give(oldest, { is: 'terminate' });
    if (!oldest?.isLive) this.#lastWords = describeAnswer({ is: 'terminate' });
    this.#dismiss({ is: 'payload' });
    this.#over('graceful');
  }

  /** B-10-08, B-10-09, B-10-10, B-10-11, D-36 */
  #pause(request: Request, { payloads, rid }: Words, length: number): void {
    if (length > this.#terms.maxPause || this.#terms.maxPause === 0) {
      this.#open = this.#open.filter((other) => other !== request);
      return this.#refuse(request.call, 'policy-violation', request.isLive);
    }
    this.#clearBelow(rid);
    this.#give(request, { is: 'payload' }, true);
    if (length > 0) this.#silenceLimit = length;
    this.forwarded.push(...payloads);
  }

  /** X-5-07, X-5-10, D-29 */
  #restart(rid: number): void {
    this.#clearBelow(rid);
    this.#sendFeatures();
  }

  #sendFeatures(): void {
    this.#features += 1;
    this.#queue.push(`f${this.#features}`);
  }

  // ---- out of their turn

  /** B-14.3-05, B-14.3-06, D-11, D-16 */
  #supersede(request: Request, call: string, { key }: Words): void {
    if (key !== request.words.key) return this.#refuse(call, 'item-not-found');
    request.copies += 1;
    if (request.copies > MOST_COPIES) return this.#refuse(call, 'policy-violation');
    if (request.isLive) this.#say(request.call, { is: 'error' });
    request.call = call;
    request.isLive = true;
    request.at = this.now;
  }

  /** B-14.3-02, B-14.3-06, D-12 */
  #replay(given: { readonly text: string; copies: number }, call: string): void {
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

  /** D-18 */
  #answerFromTheGrave(call: string, rid: number): void {
    const given = this.#memory.find(rid);
    const text = given?.text ?? (rid > this.#last ? this.#lastWords : undefined);
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
    if (this.#writing !== undefined || (this.#queue.length === 0 && !this.#report)) return;
    if (!this.#firstLive) return;
    this.#skipDead();
    this.#give(this.#firstLive, { is: 'payload', ids: this.#takeQueue() });
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

  #takeQueue(): readonly string[] {
    const ids = this.#queue;
    this.#queue = [];
    return ids;
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
      this.#give(request, { is: 'payload', ids: request.isLive ? this.#takeQueue() : [] });
    }
  }

  /** Answers a request, and remembers the answer. B-9.1, B-14.3-01 */
  #give(request: Request, answer: Partial<Reading>, isPause = false): void {
    const { rid } = request.words;
    const { ids = [], is } = answer;
    const text =
      is === 'terminate' || is === 'error'
        ? describeAnswer(answer)
        : describeAnswer({ ...answer, ...this.#extras(rid) });
    this.#open = this.#open.filter((other) => other !== request);
    const given = { rid, text, doubtful: ids, at: this.now, copies: request.copies };
    if (isPause) this.#memory.keepPause(given);
    else this.#memory.keep(given);
    if (ids.length > 0 && is === 'payload') {
      this.#haste.sawPayload();
      this.#writing = request.call;
    }
    if (request.isLive) this.answers.push(`${request.call} <- ${text}`);
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
    const ids = this.#firstLive ? this.#takeQueue() : [];
    this.#sayLast(
      { is: 'terminate', condition: 'remote-stream-error', ids },
      { is: 'terminate', condition: 'other-request' },
    );
  }

  /** What waits goes out before the end. */
  #deliverAll(): void {
    this.#skipDead();
    if (this.#firstLive && this.#queue.length > 0)
      this.#give(this.#firstLive, { is: 'payload', ids: this.#takeQueue() });
  }

  /** The oldest open request gets the end; without one it waits for the next that comes. */
  #sayLast(end: Partial<Reading>, others: Partial<Reading>): void {
    const oldest = this.#open[0];
    if (oldest) this.#give(oldest, end);
    if (!oldest?.isLive) {
      this.#lastWords = describeAnswer(end);
      this.#dismissEarly(end);
    }
    this.#dismiss(others);
  }

  #dismiss(answer: Partial<Reading>): void {
    for (const request of this.#open) {
      this.#memory.keep({
        rid: request.words.rid,
        text: describeAnswer(answer),
        doubtful: [],
        at: this.now,
        copies: 1,
      });
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
    const isInDoubt = how === 'lost' || this.#terms.acksResponses;
    const doubtful = isInDoubt ? this.#memory.doubtful : [];
    const stanzas = [...doubtful, ...this.#queue].filter((id) => !id.startsWith('f'));
    this.end = `${how} (${stanzas.join(' ')})`;
  }
}
