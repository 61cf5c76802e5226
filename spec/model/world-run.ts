import { parseBody, type Body } from '../../lib/bosh/body.ts';
import type { Effect } from '../../lib/bosh/effects.ts';
import { negotiate } from '../../lib/bosh/negotiation.ts';
import { DEFAULT_LIMITS, DEFAULT_POLICY, type BoshPolicy } from '../../lib/bosh/policy.ts';
import { Session } from '../../lib/bosh/session.ts';
import { xml } from '../../lib/xml/index.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';
import { creationText, requestText } from './wire.ts';
import type { Step, World } from './world.ts';

const POLICY: BoshPolicy = {
  ...DEFAULT_POLICY,
  maxWait: 5,
  maxHold: 5,
  polling: 0,
  inactivity: 60,
  maxPause: 10,
  limits: DEFAULT_LIMITS,
};
const WAIT = 5000;
const SID = 'sid';
const FACTS = { sid: SID, stream: 'stream', secure: false };
const HEADER = { from: 'example.com', id: 'id', version: '1.0', lang: 'en' };
/** Requests that a client may need to fetch what is left. */
const PATIENCE = 12;

/** One connection with a request on it. */
export interface Call {
  readonly rid: number;
  readonly losesAnswer: boolean;
  /** Its rid was outside the window when it came. */
  readonly isStray: boolean;
  isOpen: boolean;
}

/** Ways to break the machine, so that the exploration can be seen to fail. */
export type Mutation = (effects: readonly Effect<Call>[]) => readonly Effect<Call>[];

/** One schedule carried out on a session, judged as it goes. */
export class WorldRun {
  readonly #world: World;
  readonly #mutate: Mutation | undefined;
  readonly #session: Session<Call>;
  readonly #calls: Call[] = [];
  /** First answers by rid: those that left, and those that the client has. */
  readonly #given: (string | undefined)[] = [];
  readonly #answers: (string | undefined)[] = [];
  /** The highest rid that was answered: what is below is settled. */
  #settled = 0;
  readonly #processed: number[] = [];
  readonly #read: string[] = [];
  readonly #sent: string[] = [];
  readonly #arrived: string[] = [];
  #undelivered: readonly string[] | undefined;
  #isPeaceful = false;
  /** The client did what it may not: sent on without having read what it had to. */
  #isCareless = false;
  #unread = 1;
  #fetched = 0;
  #written: Call[] = [];
  #now = 0;
  readonly #settings: Setting;

  constructor(world: World, setting: Setting, mutate?: Mutation) {
    this.#world = world;
    this.#settings = setting;
    this.#mutate = mutate;
    const call: Call = { rid: 0, losesAnswer: false, isStray: false, isOpen: true };
    this.#session = new Session({
      request: setting.creation,
      exchange: call,
      terms: setting.terms,
      policy: POLICY,
      facts: FACTS,
      now: 0,
    });
    this.#session.header(HEADER);
    this.#session.send(payload('f'));
    this.#endTurn();
  }

  /** @throws what is wrong */
  run(schedule: readonly Step[]): void {
    for (const step of schedule) {
      this.#do(step);
      this.#endTurn();
    }
    this.#finish();
  }

  #do(step: Step): void {
    if (step.do === 'send') this.#send(step.id);
    else if (step.do === 'pass') this.#pass(WAIT);
    else if (step.do === 'break') this.#break(step.rid);
    else if (step.do !== 'half') this.#post(step.rid, step.do === 'arrive' && step.losesAnswer);
  }

  #post(rid: number, losesAnswer: boolean): void {
    if (this.#isOver) return;
    const { fates } = this.#world;
    if (rid > fates.length) this.#fetched = rid;
    const kind = rid > fates.length ? 'empty' : fates[rid - 1];
    this.#isCareless ||= rid - this.#unread >= this.#settings.terms.requests;
    // A client that leaves has read everything, or waits for it.
    if (kind === 'terminate') this.#isCareless ||= !this.#areOpenBelow(rid);
    const isLast = kind === 'terminate' || kind === 'pause';
    const isStray = rid > this.#sequence + this.#settings.terms.requests + (isLast ? 1 : 0);
    const call: Call = { rid, losesAnswer, isStray, isOpen: true };
    this.#calls.push(call);
    const body = this.#settings.bodyOf(rid, kind, this.#ack(rid));
    this.#run(this.#session.receive(call, body, this.#now));
    for (let more = this.#session.receiveNext(this.#now); more; more = this.#session.receiveNext(this.#now))
      this.#run(more);
  }

  /** §9.2: nothing when all was read. */
  #ack(rid: number): number | undefined {
    return !this.#world.acks || this.#unread === rid ? undefined : this.#unread - 1;
  }

  #areOpenBelow(rid: number): boolean {
    for (let below = this.#unread; below < rid; below += 1) {
      if (!this.#calls.some((call) => call.rid === below && call.isOpen)) return false;
    }
    return true;
  }

  #break(rid: number): void {
    const call = this.#calls.findLast((each) => each.rid === rid && each.isOpen);
    if (call) this.#lose(call);
  }

  #lose(call: Call): void {
    call.isOpen = false;
    this.#session.lost(call, this.#now);
  }

  #send(id: string): void {
    if (this.#isOver) return;
    this.#sent.push(id);
    this.#session.send(payload(id));
  }

  #pass(time: number): void {
    const end = this.#now + time;
    for (;;) {
      const { deadline } = this.#session;
      if (deadline === undefined || deadline > end) break;
      this.#now = Math.max(this.#now, deadline);
      this.#endTurn();
    }
    this.#now = end;
  }

  get #isOver(): boolean {
    return this.#undelivered !== undefined;
  }

  // ---- what the session does

  #endTurn(): void {
    do {
      this.#run(this.#session.settle(this.#now));
      for (const call of this.#written.splice(0)) {
        if (call.losesAnswer) this.#session.lost(call, this.#now);
        else this.#session.flushed(call);
      }
    } while (this.#session.queued > 0 && this.#session.held > 0 && !this.#isOver);
    let held = 0;
    for (const call of this.#calls) if (call.rid <= this.#sequence && this.#isHeld(call)) held += 1;
    if (held > this.#world.hold) throw new Error(`${held} requests are held`);
  }

  /** Every request of a world has a payload; those that fetch the rest come one after the other. */
  get #sequence(): number {
    return Math.max(this.#processed.at(-1) ?? 0, this.#fetched);
  }

  /** A copy of what is settled, or of what never was acceptable, only has its moment. */
  #isHeld({ rid, isOpen, isStray }: Call): boolean {
    return isOpen && !isStray && rid > this.#settled;
  }

  #run(effects: readonly Effect<Call>[]): void {
    for (const effect of this.#mutate?.(effects) ?? effects) {
      if (effect.do === 'respond') this.#answered(effect.exchange, effect.body);
      else if (effect.do === 'forward')
        for (const element of effect.payloads) this.#process(Number(element.attrs['id']));
      else if (effect.do === 'confirm') this.#arrived.push(...effect.payloads.map(({ xml: id }) => idsIn(id)[0] ?? ''));
      else if (effect.do === 'end') this.#end(effect.how);
    }
  }

  #answered(call: Call, text: string): void {
    if (this.#isOver) throw new Error(`rid ${call.rid} is answered after the end`);
    const { rid } = call;
    if (!call.isOpen) {
      if (!this.#calls.includes(call) && rid === 0) return;
      throw new Error(`rid ${rid} is answered twice, or although its connection is broken`);
    }
    call.isOpen = false;
    this.#written.push(call);
    if (text.includes(" type='error'")) return;
    if (text.includes(" condition='")) return;
    const before = this.#given[rid];
    if (before !== undefined && before !== text) throw new Error(`rid ${rid} got ${before} before, and now ${text}`);
    if (before === undefined) this.#checkOrder(rid);
    this.#given[rid] = text;
    this.#settled = Math.max(this.#settled, rid);
    if (call.losesAnswer) return;
    this.#answers[rid] = text;
    this.#readOn();
  }

  #readOn(): void {
    for (let text = this.#answers[this.#unread]; text !== undefined; text = this.#answers[this.#unread]) {
      this.#read.push(...idsIn(text));
      this.#unread += 1;
    }
  }

  #checkOrder(rid: number): void {
    const earlier = this.#calls.find((call) => call.rid < rid && this.#isHeld(call));
    if (earlier) throw new Error(`rid ${rid} is answered before rid ${earlier.rid}`);
  }

  #process(rid: number): void {
    if (this.#isOver) throw new Error(`rid ${rid} is processed after the end`);
    if (rid !== (this.#processed.at(-1) ?? 0) + 1)
      throw new Error(`rid ${rid} is processed after ${this.#processed.join(' ')}`);
    this.#processed.push(rid);
  }

  #end(how: string): void {
    this.#isPeaceful = how === 'graceful';
    this.#undelivered = this.#session
      .takeUndelivered()
      .flatMap((each) => idsIn(each.xml))
      .filter((id) => id !== 'f');
  }

  // ---- the end

  #finish(): void {
    if (!this.#isCareless) this.#fetchAll();
    this.#pass(2 * WAIT);
    const open = this.#calls.find((call) => call.isOpen);
    if (open && !this.#isOver) throw new Error(`rid ${open.rid} is never answered`);
    if (!this.#isCareless) this.#reckon();
  }

  /** The client repeats what was not answered, then asks until it has everything. */
  #fetchAll(): void {
    for (let step = 0; step < PATIENCE && !this.#isOver; step += 1) {
      const all = this.#unread > this.#world.fates.length && this.#read.length === this.#sent.length;
      if (all) return;
      if (this.#calls.some((call) => call.isOpen && call.rid === this.#unread)) this.#pass(WAIT);
      else this.#post(this.#unread, false);
      this.#endTurn();
    }
    if (!this.#isOver) throw new Error('the client cannot fetch what is left');
  }

  #reckon(): void {
    const expected = this.#isOver ? this.#sent.slice(0, this.#read.length) : this.#sent;
    same('read', this.#read, expected);
    if (!this.#isOver)
      return same(
        'processed',
        this.#processed.map(String),
        this.#world.fates.map((_, index) => `${index + 1}`),
      );
    const undelivered = this.#undelivered ?? [];
    same('undelivered', undelivered, this.#sent.slice(this.#sent.length - undelivered.length));
    const isLost = this.#read.length + undelivered.length < this.#sent.length;
    if (isLost && !this.#isPeaceful) throw new Error('stanzas are lost');
    for (const id of this.#arrived)
      if (id !== 'f' && !this.#read.includes(id)) throw new Error(`${id} has not arrived`);
  }
}

/** What is the same in every schedule of a setting, made once. */
export class Setting {
  readonly creation: Body;
  readonly terms: ReturnType<typeof negotiate>;
  readonly #bodies = new Map<string | undefined, Body[][]>();

  constructor({ hold, acks }: Pick<World, 'hold' | 'acks'>) {
    this.creation = read(creationText({ wait: WAIT / 1000, hold, ver: '1.11', acks }));
    this.terms = negotiate(this.creation, POLICY);
  }

  bodyOf(rid: number, kind: string | undefined, ack: number | undefined): Body {
    let known = this.#bodies.get(kind);
    if (!known) this.#bodies.set(kind, (known = []));
    const ofRid = (known[rid] ??= []);
    return (ofRid[(ack ?? -1) + 1] ??= this.#make(rid, kind, ack));
  }

  #make(rid: number, kind: string | undefined, ack: number | undefined): Body {
    const words = {
      rid,
      payloads: kind === 'empty' ? [] : [String(rid)],
      pause: kind === 'pause' ? 3 : undefined,
      terminate: kind === 'terminate',
      ack,
    };
    return read(requestText(SID, words));
  }
}

function read(text: string): Body {
  const parsed = parseBody(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

const ELEMENT = xml('message');
const NOBODY = (): void => {};
const PAYLOADS = new Map(
  ['f', 's0', 's1', 's2', 's3'].map((id): [string, Payload] => [
    id,
    { xml: `<m id='${id}'/>`, element: ELEMENT, arrived: NOBODY },
  ]),
);

function payload(id: string): Payload {
  const made = PAYLOADS.get(id);
  if (!made) throw new RangeError(id);
  return made;
}

/** Ids of the stanzas in an answer. */
function idsIn(text: string): string[] {
  const ids: string[] = [];
  for (let at = text.indexOf('<m id='); at >= 0; at = text.indexOf('<m id=', at + 1))
    ids.push(text.slice(at + 7, text.indexOf("'", at + 7)));
  return ids;
}

function same(what: string, actual: readonly string[], expected: readonly string[]): void {
  if (actual.length === expected.length && actual.every((each, index) => each === expected[index])) return;
  throw new Error(`${what}: ${actual.join(' ')}, should be ${expected.join(' ')}`);
}
