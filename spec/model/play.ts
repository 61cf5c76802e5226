import { seconds } from '../../lib/base/time.ts';
import { agree, gapOf, heldAtMost, policyOf } from './agreement.ts';
import { Client } from './client.ts';
import { KeyRing } from './keys.ts';
import { Judge } from './judge.ts';
import { NaiveModel } from './naive-model.ts';
import type { Aim, Command, Fate, Keys, Plan, Setting } from './plan.ts';
import { ServerUnderTest, type Call, type Sabotage } from './server.ts';
import {
  creationText,
  describeReading,
  describeWords,
  FIRST_STREAM,
  NO_STREAM,
  readAnswer,
  requestText,
  sidOf,
  type Words,
} from './wire.ts';

/** Long enough for everything that happens by itself. */
const LONG = seconds(60);
/** Steps that a client may need to fetch what is left. */
const PATIENCE = 60;

/** Of somebody who does not know the client's. */
const FOREIGN_KEY = '0123456789012345678901234567890123456789';

/** What went wrong in a plan, with all that was said. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** One plan carried out: on the server under test, in the model, by a client, before a judge. */
export class Play {
  readonly #setting: Setting;
  readonly #server: ServerUnderTest;
  readonly #model: NaiveModel;
  readonly #client = new Client();
  readonly #judge: Judge;
  readonly #script: string[] = [];
  readonly #rids = new Map<Call, number>();
  readonly #fates = new Map<Call, Fate>();
  /** What the server did since it was last compared with the model. */
  #answers: string[] = [];
  #forwarded: string[] = [];
  #arrived: string[] = [];
  #ends: string[] = [];
  /** Calls that were answered in this turn. */
  #written: Call[] = [];
  #slow: Call[] = [];
  readonly #keys = new KeyRing();
  #sid = '';
  #calls = 0;
  #stanzas = 0;
  #isFinal = false;

  constructor(setting: Setting, sabotage?: Sabotage) {
    this.#setting = setting;
    const terms = agree(setting);
    const { requests: window, streams } = terms;
    this.#judge = new Judge(this.#client, { hold: heldAtMost(terms), window, gap: gapOf(terms), streams });
    this.#server = new ServerUnderTest(policyOf(setting), this, sabotage);
    const newKey = setting.keys ? this.#keys.begin(0) : undefined;
    const creation: Words = { rid: 0, payloads: [], newKey };
    this.#model = new NaiveModel(terms, '#0', creation);
    this.#post(creation, 'read', creationText(setting, newKey));
    this.#endTurn();
  }

  /** What was done and said, line by line. */
  get script(): readonly string[] {
    return this.#script;
  }

  run({ commands }: Pick<Plan, 'commands'>): void {
    for (const command of commands) {
      this.#do(command);
      if (!('together' in command && command.together)) this.#endTurn();
    }
    this.#endTurn();
    this.#finish();
  }

  // ---- what the server does

  answered(call: Call, text: string): void {
    const reading = readAnswer(text);
    const rid = this.#rids.get(call);
    this.#judge.answered(rid, call, reading);
    if (this.#sid === '') this.#sid = sidOf(text);
    const isHeard = call.isOpen;
    call.isAnswered = true;
    if (!isHeard) return;
    this.#written.push(call);
    const line = `${call.name} <- ${describeReading(reading)}`;
    this.#answers.push(line);
    this.#say(line);
    if (rid === undefined || this.#fates.get(call) === 'lost') return;
    const fault = this.#client.answered(rid, text, reading);
    if (fault !== undefined) this.#fail(fault);
  }

  opened(stream: string): void {
    this.#judge.opened(stream);
    this.#say(`stream ${stream} opens`);
  }

  offered(id: string, stream: string): void {
    this.#judge.offered(id, stream);
  }

  forwarded(id: string, stream: string): void {
    this.#judge.forwarded(id, stream);
    this.#forwarded.push(`${id} on ${stream}`);
    this.#say(`processed ${id} on ${stream}`);
  }

  arrived(id: string): void {
    this.#judge.arrived(id, this.#setting.honest);
    this.#arrived.push(id);
  }

  closed(stream: string, how: string, undelivered: readonly string[]): void {
    this.#judge.closed(stream, how, undelivered);
    const end = `${stream} ${how} (${undelivered.join(' ')})`;
    this.#ends.push(end);
    this.#say(`the end: ${end}`);
  }

  // ---- what is done to it

  #do(command: Command): void {
    if (command.do === 'send') this.#send(command.count, command.stream);
    else if (command.do === 'pass') this.#pass(command.time);
    else if (command.do === 'break') this.#break(command.which);
    else if (command.do === 'truncate') this.#truncate(command.at);
    else if (command.do === 'close') this.#close(command.stream, command.error);
    else if (command.do === 'repeat') this.#repeat(command.back, command.fate);
    else if (command.do === 'forge') this.#forge(command.back, command.keys);
    else this.#request(command);
  }

  #request(command: Extract<Command, { do: 'post' | 'pause' | 'terminate' | 'restart' | 'add' }>): void {
    const rid = this.#client.fresh + ('ahead' in command ? command.ahead : 0);
    if (this.#client.wordsOf(rid) || (this.#setting.honest && !this.#mayPost(rid, command))) return;
    const count = 'count' in command ? command.count : 0;
    const words: Words = {
      rid,
      payloads: Array.from({ length: count }, (_, index) => `c${rid}.${index}`),
      ack: this.#ack(command.do === 'post' ? command.ack : 'right', rid),
      pause: command.do === 'pause' ? command.seconds : undefined,
      terminate: command.do === 'terminate',
      restart: command.do === 'restart',
      stream: command.do === 'add' ? undefined : this.#aim(command.stream),
      to: command.do === 'add' ? command.to : undefined,
      ...this.#prove(rid, command.do === 'post' ? command.keys : 'right'),
    };
    this.#post(words, command.do === 'post' ? command.fate : 'read');
  }

  /** §11: not too many requests; and none that claims that everything was read when it was not. */
  #mayPost(rid: number, command: Command): boolean {
    const unread = rid - this.#client.unread + 1;
    const isLast = command.do === 'pause' || command.do === 'terminate';
    const isEmpty = command.do === 'add' ? this.#setting.streams === 1 : command.do === 'post' && command.count === 0;
    const provesArrival = command.do === 'terminate' || isEmpty;
    if (provesArrival && !this.#areOpen(rid)) return false;
    return unread <= agree(this.#setting).requests + (isLast ? 1 : 0);
  }

  /** Every request below this one whose answer has not been read is being waited for. */
  #areOpen(rid: number): boolean {
    for (let below = this.#client.unread; below < rid; below += 1) if (!this.#client.isOpen(below)) return false;
    return true;
  }

  /** §9.2: the highest rid up to which every answer was read; nothing when that is all of them. */
  #ack(kind: 'right' | 'behind' | 'none', rid: number): number | undefined {
    const read = this.#client.unread - 1;
    if (!this.#setting.acks || read < 0) return undefined;
    if (kind === 'behind' && read > 0) return read - 1;
    if (kind === 'none' && !this.#setting.honest) return undefined;
    return read === rid - 1 ? undefined : read;
  }

  #aim(aim: Aim): string | undefined {
    if (aim === 'all') return undefined;
    const { streams } = this.#client;
    return aim === 'guess' ? NO_STREAM : streams[aim % streams.length];
  }

  /** A client goes over to new keys only where no request with a higher rid has old ones. */
  #prove(rid: number, keys: Keys): Pick<Words, 'key' | 'newKey'> {
    const key = this.#keys.keyOf(rid);
    if (keys === 'switch' && this.#client.isHighest(rid)) return { key, newKey: this.#keys.begin(rid) };
    if (key === undefined || keys === 'right' || keys === 'switch') return { key };
    if (keys === 'wrong') return { key: FOREIGN_KEY };
    return { newKey: keys === 'seize' ? FOREIGN_KEY : undefined };
  }

  #repeat(back: number, fate: Fate): void {
    const { requests } = this.#client;
    const request = requests[Math.max(0, requests.length - 1 - back)];
    if (!request || (this.#setting.honest && request.words.rid < this.#client.unread)) return;
    this.#post(request.words, fate);
  }

  #forge(back: number, keys: 'right' | 'wrong'): void {
    const rid = this.#client.fresh - 1 - back;
    if (this.#setting.honest || rid <= 0) return;
    const { key, newKey } = this.#client.wordsOf(rid) ?? {};
    this.#post({ rid, payloads: ['forged'], newKey, key: key && (keys === 'wrong' ? FOREIGN_KEY : key) }, 'read');
  }

  #post(words: Words, fate: Fate, text = requestText(this.#sid, words)): void {
    const name = `#${this.#calls++}`;
    this.#say(`${name} >> ${describeWords(words)}${fate === 'read' ? '' : ` (its answer: ${fate})`}`);
    if (this.#calls > 1) this.#model.receive(name, words);
    this.#server.post(name, text, (call) => {
      this.#rids.set(call, words.rid);
      this.#fates.set(call, fate);
      this.#client.sent(words, call);
      const isForeign = words.key !== this.#keys.keyOf(words.rid);
      this.#judge.posted(words, call, this.#model.now, isForeign);
    });
  }

  #truncate(at: number): void {
    const name = `#${this.#calls++}`;
    const text = requestText(this.#sid, { rid: this.#client.fresh, payloads: ['half'] });
    const length = 1 + Math.floor((at / 100) * (text.length - 1));
    this.#say(`${name} >> ${length} of ${text.length} characters`);
    this.#model.receiveGarbage(name);
    this.#server.post(name, text.slice(0, length));
  }

  #break(which: number): void {
    const open = this.#client.requests.flatMap(({ calls }) => calls.filter((call) => call.isOpen));
    const call = open[which];
    if (call) this.#lose(call);
  }

  #lose(call: Call): void {
    this.#say(`${call.name} breaks`);
    this.#model.lost(call.name);
    this.#server.break(call);
  }

  #send(count: number, place: number): void {
    const stream = this.#openAt(place);
    for (let n = 0; n < count; n += 1) {
      const id = `s${this.#stanzas++}`;
      this.#say(`the server sends ${id} on ${stream}`);
      this.#judge.sent(id, stream);
      this.#model.send(id, stream);
      this.#server.send(id, stream);
    }
  }

  #close(place: number, error: boolean): void {
    const stream = this.#openAt(place);
    this.#say(`the server closes ${stream} ${error ? 'with an error' : 'in peace'}`);
    this.#model.close(stream, error);
    this.#server.close(stream, error);
  }

  /** Of the streams that are open, counted round and round. */
  #openAt(place: number): string {
    const { open } = this.#judge;
    return open[place % open.length] ?? FIRST_STREAM;
  }

  #pass(time: number): void {
    this.#endTurn();
    for (const call of this.#slow.splice(0)) this.#wrote(call);
    this.#endTurn();
    this.#say(`${time} ms pass`);
    const end = this.#model.now + time;
    for (let next = this.#model.next; next !== undefined && next <= end; next = this.#model.next) this.#passUntil(next);
    this.#passUntil(end);
  }

  #passUntil(instant: number): void {
    this.#server.pass(instant - this.#model.now);
    this.#model.now = instant;
    this.#endTurn();
  }

  // ---- turns

  /** Both sides do what is to be done at the end of a turn, and must have done the same. */
  #endTurn(): void {
    do {
      this.#server.endTurn();
      this.#model.settle();
      this.#compare();
      this.#judge.turnEnded(this.#model.now);
      this.#check();
    } while (this.#write());
  }

  /** Answers that are not slow are written by now. */
  #write(): boolean {
    const written = this.#written.splice(0);
    for (const call of written) {
      if (this.#fates.get(call) === 'lost') this.#lose(call);
      else if (this.#fates.get(call) === 'slow' && !this.#isFinal) this.#slow.push(call);
      else this.#wrote(call);
    }
    return written.length > 0;
  }

  #wrote(call: Call): void {
    this.#model.written(call.name);
    this.#server.written(call);
  }

  #compare(): void {
    const model = this.#model;
    this.#same('answers', this.#answers, model.takeAnswers());
    this.#same('processed', this.#forwarded, model.forwarded);
    this.#same('arrived', this.#arrived, model.arrived);
    this.#same('ends', this.#ends, model.ends);
    this.#answers = [];
    this.#forwarded = [];
    this.#arrived = [];
    this.#ends = [];
    model.forwarded = [];
    model.arrived = [];
    model.ends = [];
  }

  #same(what: string, actual: readonly string[], expected: readonly string[]): void {
    if (actual.join('\n') !== expected.join('\n')) this.#fail(`${what}, by the model:\n  ${expected.join('\n  ')}`);
  }

  // ---- the end of the plan

  /** The client fetches what is left; then nothing more happens until all is over. */
  #finish(): void {
    this.#isFinal = true;
    this.#say('the plan is over');
    if (this.#setting.honest) this.#fetchAll();
    this.#pass(LONG);
    this.#judge.finish(this.#setting.honest);
    this.#check();
  }

  #fetchAll(): void {
    for (let step = 0; step < PATIENCE && !this.#judge.isOver && !this.#hasAll; step += 1) {
      const { unread } = this.#client;
      const words = this.#client.wordsOf(unread);
      if (words && this.#client.isOpen(unread)) this.#pass(1000);
      else if (words) this.#post(words, 'read');
      else {
        this.#pass(seconds(this.#setting.polling));
        if (!this.#judge.isOver)
          this.#post(
            { rid: unread, payloads: [], ack: this.#ack('right', unread), ...this.#prove(unread, 'right') },
            'read',
          );
      }
      this.#endTurn();
    }
    if (!this.#judge.isOver && !this.#hasAll) this.#fail('the client cannot fetch what is left');
  }

  get #hasAll(): boolean {
    return this.#client.hasReadAll && this.#judge.owed.every((id) => this.#client.read.includes(id));
  }

  #check(): void {
    const [fault] = this.#judge.faults;
    if (fault !== undefined) this.#fail(fault);
  }

  #say(line: string): void {
    this.#script.push(`${(this.#server.now / 1000).toFixed(2).padStart(7)}  ${line}`);
  }

  #fail(what: string): never {
    throw new Failure(`${what}\n\n${JSON.stringify(this.#setting)}\n${this.#script.join('\n')}\n`);
  }
}
