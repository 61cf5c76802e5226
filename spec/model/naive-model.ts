import { gapOf, type Agreement } from './agreement.ts';
import { Desk, proofOf, type Request } from './desk.ts';
import { hashOf } from './keys.ts';
import type { Given } from './memory.ts';
import type { Parcel } from './parcels.ts';
import { StreamList } from './stream-list.ts';
import { describeAnswer, FIRST_STREAM, type Words } from './wire.ts';

const GRACE = 1000;
const STRAY = 100;
const MOST_COPIES = 10;
const DOMAIN = 'example.com';

/**
 * What a connection manager has to do for one session, as simply as it can be said: lists that are
 * searched, and rules in the order of the catalogue. Rids count from the creation request.
 */
export class NaiveModel {
  /** What happened since it was last looked at. */
  forwarded: string[] = [];
  arrived: string[] = [];
  ends: string[] = [];

  readonly #terms: Agreement;
  readonly #desk: Desk;
  #strays: { readonly call: string; readonly due: number }[] = [];
  readonly #streams: StreamList;
  #isOver = false;
  #silentSince: number | undefined;
  #silenceLimit: number;
  #features = 0;

  /** @param creation the words of the creation request */
  constructor(terms: Agreement, call: string, creation: Words) {
    this.#terms = terms;
    this.#streams = new StreamList(terms.streams);
    this.#silenceLimit = terms.inactivity;
    this.#desk = new Desk(terms, this.#streams, (ids) => this.arrived.push(...ids));
    this.#take(this.#desk.request(call, creation));
    this.#begin(FIRST_STREAM);
  }

  get now(): number {
    return this.#desk.now;
  }

  set now(now: number) {
    this.#desk.now = now;
  }

  /** The answers given since this was last looked at. */
  takeAnswers(): readonly string[] {
    return this.#desk.answers.splice(0);
  }

  // ---- what happens

  send(id: string, stream: string): void {
    if (!this.#isOver && this.#streams.open.includes(stream)) this.#desk.parcels.put(id, stream);
  }

  /** The answer has been written, or will not be. */
  written(call: string): void {
    this.#desk.written(call);
  }

  lost(call: string): void {
    this.written(call);
    this.#strays = this.#strays.filter((stray) => stray.call !== call);
    for (const request of [...this.#desk.open, ...this.#desk.early]) if (request.call === call) request.isLive = false;
    this.#listen();
  }

  /** B-14.2-03, B-14.3: where the rid stands decides. */
  receive(call: string, words: Words): void {
    if (this.#isOver) return this.#answerFromTheGrave(call, words);
    const { rid } = words;
    const unanswered = [...this.#desk.open, ...this.#desk.early].find((request) => request.words.rid === rid);
    const given = this.#desk.memory.find(rid);
    const extra = words.terminate || words.pause !== undefined ? 1 : 0;
    if (unanswered) this.#supersede(unanswered, call, words);
    else if (given) this.#replay(given, call, words);
    else if (rid <= this.#desk.last || rid > this.#desk.last + this.#terms.requests + extra) this.#stray(call);
    else if (rid > this.#desk.last + 1) this.#park(call, words, extra);
    else this.#takeWithSuccessors(this.#desk.request(call, words));
    this.#listen();
  }

  /** What is not XML belongs to no session. */
  receiveGarbage(call: string): void {
    this.#desk.say(call, { is: 'terminate', condition: 'bad-request' });
  }

  /** The server ends a stream, in peace or with an error; with the last one the session. B-16.5-02, B-16.6-01 */
  close(stream: string, hasError: boolean): void {
    if (this.#isOver || !this.#streams.open.includes(stream)) return;
    if (this.#streams.open.length > 1) {
      this.#closeOne(stream, 'lost');
      this.#desk.parcels.putWhole(endOf(stream, hasError ? 'remote-stream-error' : undefined));
    } else this.#closeAll(hasError);
  }

  #closeAll(hasError: boolean): void {
    if (hasError) this.#desk.closeWithError();
    else {
      this.#desk.deliverAll();
      this.#desk.skipDead();
      this.#desk.sayLast({ is: 'terminate' }, { is: 'payload' });
    }
    this.#over('lost');
  }

  // ---- in their turn

  #takeWithSuccessors(request: Request): void {
    this.#judge(request);
    for (;;) {
      const next = this.#desk.early.find(({ words }) => words.rid === this.#desk.last + 1);
      if (this.#isOver || !next) return;
      this.#desk.early = this.#desk.early.filter((other) => other !== next);
      this.#judge(next);
    }
  }

  #judge(request: Request): void {
    const { words } = request;
    const isWish = words.to !== undefined && this.#streams.haveNames;
    const isBare = words.payloads.length === 0 && !words.terminate && !words.restart && words.pause === undefined;
    const isEmpty = isBare && !isWish;
    if (!this.#hasRightKey(words)) return this.#refuse(request.call, 'item-not-found', request.isLive);
    const open = this.#desk.open.filter(({ isLive }) => isLive).length;
    if (this.#desk.haste.isTooFast(isEmpty, open, this.now))
      return this.#refuse(request.call, 'policy-violation', request.isLive);
    const meant = this.#streams.meant(words);
    if (meant === 'unknown') return this.#refuse(request.call, 'item-not-found', request.isLive);
    this.#silenceLimit = this.#terms.inactivity;
    this.#silentSince = undefined;
    this.#desk.learn(words, isEmpty);
    this.#take(request);
    if (meant !== 'closed') this.#act(request);
    else if (words.pause !== undefined) this.#pause(request, { ...words, payloads: [] }, words.pause * 1000);
  }

  /** B-15.4-03, B-15.4-04, B-15.5-02, D-42 */
  #hasRightKey({ key }: Words): boolean {
    const due = this.#desk.previous.newKey ?? this.#desk.previous.key;
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
    this.#desk.previous = request.words;
    request.at = this.now;
    this.#desk.open.push(request);
  }

  /** B-13-02, B-13-04, B-16.5-01, B-16.5-02, B-16.5-03, D-17, D-18 */
  #terminate(words: Words): void {
    const { stream } = words;
    const isForOne = stream !== undefined && this.#streams.open.length > 1;
    if (!this.#terms.acksResponses) this.#desk.memory.trust(isForOne ? stream : undefined);
    this.#forward(words);
    if (isForOne) return this.#closeOne(stream, 'graceful');
    this.#desk.skipDead();
    const oldest = this.#desk.open[0];
    if (oldest) this.#desk.give(oldest, { is: 'terminate' });
    if (!oldest?.isLive) this.#desk.lastWords = describeAnswer({ is: 'terminate' });
    this.#desk.dismiss({ is: 'payload' });
    this.#over('graceful');
  }

  /** B-10-08, B-10-09, B-10-10, B-10-11, D-36 */
  #pause(request: Request, words: Words, length: number): void {
    if (length > this.#terms.maxPause || this.#terms.maxPause === 0) {
      this.#desk.open = this.#desk.open.filter((other) => other !== request);
      return this.#refuse(request.call, 'policy-violation', request.isLive);
    }
    this.#desk.clearBelow(words.rid);
    this.#desk.give(request, { is: 'payload' }, undefined, true);
    if (length > 0) this.#silenceLimit = length;
    this.#forward(words);
  }

  /** X-5-07, X-5-10, D-29: the stream that is named; the only one; or the first, if it is open. */
  #restart({ rid, stream }: Words): void {
    this.#desk.clearBelow(rid);
    const { open } = this.#streams;
    const meant = stream !== undefined && open.includes(stream) ? stream : open.length === 1 ? open[0] : FIRST_STREAM;
    if (meant !== undefined && open.includes(meant)) this.#desk.parcels.put(this.#nextFeatures(), meant);
  }

  /** B-16.3-03, B-16.6-01: a wish that is not granted is answered with the end of the stream. */
  #add(rid: number, domain: string): void {
    this.#desk.clearBelow(rid);
    const { isFull } = this.#streams;
    const stream = this.#streams.make();
    if (domain === DOMAIN && !isFull) {
      this.#streams.add(stream);
      this.#begin(stream);
    } else {
      this.#streams.close(stream);
      this.#desk.parcels.putWhole(endOf(stream, domain === DOMAIN ? 'policy-violation' : 'host-unknown'));
    }
  }

  #begin(stream: string): void {
    this.#desk.parcels.putWhole({ stream, ids: [this.#nextFeatures()], from: DOMAIN });
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
    if (request.isLive) this.#desk.say(request.call, { is: 'error' });
    request.call = call;
    request.isLive = true;
    request.at = this.now;
  }

  /** B-14.3-02, B-14.3-06, D-12, D-13 */
  #replay(given: Given, call: string, words: Words): void {
    if (given.proof !== proofOf(words)) return this.#refuse(call, 'item-not-found');
    given.copies += 1;
    if (given.copies > MOST_COPIES) this.#refuse(call, 'policy-violation');
    else this.#desk.answers.push(`${call} <- ${given.text}`);
  }

  /** B-14.2-04, B-14.3-07: with a moment for late copies on connections that are being closed. */
  #stray(call: string): void {
    const isCrowded = this.#strays.length >= MOST_COPIES;
    this.#strays.push({ call, due: this.now + (isCrowded ? 0 : STRAY) });
  }

  /** B-11-02, B-11-03, D-04 */
  #park(call: string, words: Words, extra: number): void {
    const lowest = this.#desk.open[0]?.words.rid ?? this.#desk.last + 1;
    const count = words.rid - lowest + 1;
    if (this.#terms.strict && count > this.#terms.requests + extra) this.#refuse(call, 'policy-violation');
    else this.#desk.early.push(this.#desk.request(call, words));
  }

  /** D-13, D-18 */
  #answerFromTheGrave(call: string, words: Words): void {
    const given = this.#desk.memory.find(words.rid);
    const answer = given?.proof === proofOf(words) ? given.text : undefined;
    const isNew = !given && words.rid > this.#desk.last;
    const text = isNew ? this.#desk.lastWords : answer;
    this.#desk.answers.push(`${call} <- ${text ?? describeAnswer({ is: 'terminate', condition: 'item-not-found' })}`);
  }

  // ---- the end of a turn, and time

  /** When something happens by itself. */
  get next(): number | undefined {
    if (this.#isOver) return undefined;
    const moments = [
      ...this.#strays.map(({ due }) => due),
      ...this.#desk.early.map(({ since }) => since + gapOf(this.#terms)),
      ...this.#desk.open.filter(({ isLive }) => isLive).map(({ at }) => at + this.#terms.wait),
      ...(this.#silenceEnds === undefined ? [] : [this.#silenceEnds]),
    ];
    return moments.length > 0 ? Math.min(...moments) : undefined;
  }

  settle(): void {
    if (this.#isOver) return;
    const stray = this.#strays.find(({ due }) => due <= this.now);
    if (stray) return this.#refuse(stray.call, 'item-not-found');
    this.#desk.giveBackEarly();
    this.#desk.deliver();
    this.#desk.releaseAboveHold();
    this.#desk.releaseExpired();
    this.#listen();
    if (this.#silenceEnds !== undefined && this.#silenceEnds <= this.now) this.#over('lost');
  }

  // ---- too much and too little

  /** D-37: the client is silent while no connection of it waits for an answer. */
  #listen(): void {
    if ([...this.#desk.open, ...this.#desk.early].some(({ isLive }) => isLive)) this.#silentSince = undefined;
    else this.#silentSince ??= this.now;
  }

  get #silenceEnds(): number | undefined {
    if (this.#silentSince === undefined || this.#silenceLimit === 0) return undefined;
    return this.#silentSince + this.#silenceLimit + GRACE;
  }

  // ---- the end

  /** D-19 */
  #refuse(call: string, condition: string, isLive = true): void {
    this.#strays = this.#strays.filter((stray) => stray.call !== call);
    this.#desk.dismiss({ is: 'terminate', condition: 'other-request' });
    if (isLive) this.#desk.say(call, { is: 'terminate', condition });
    this.#over('lost');
  }

  /** X-7-01, D-39 */
  #over(how: 'graceful' | 'lost'): void {
    this.#isOver = true;
    for (const { call } of this.#strays) this.#desk.say(call, { is: 'terminate', condition: 'item-not-found' });
    for (const stream of this.#streams.open) this.#closeOne(stream, how);
  }

  /** X-7-01, D-39: what was not delivered, or is not known to be, goes elsewhere. */
  #closeOne(stream: string, how: 'graceful' | 'lost'): void {
    this.#streams.close(stream);
    const doubtful = this.#desk.memory.takeDoubtful(stream);
    const isInDoubt = how === 'lost' || this.#terms.acksResponses;
    const ids = [...(isInDoubt ? doubtful : []), ...this.#desk.parcels.takeOf(stream)];
    this.ends.push(`${stream} ${how} (${ids.filter((id) => id.startsWith('s')).join(' ')})`);
  }
}

function endOf(stream: string, condition: string | undefined): Parcel {
  return { stream, ids: [], end: { condition } };
}
