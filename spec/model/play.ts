import { seconds } from '../../lib/base/time.ts';
import { agree, gapOf, heldAtMost, policyOf } from './agreement.ts';
import { Client } from './client.ts';
import { keyOf } from './keys.ts';
import { Judge } from './judge.ts';
import { NaiveModel } from './naive-model.ts';
import type { Command, Fate, Plan, Setting } from './plan.ts';
import { ServerUnderTest, type Call, type Sabotage } from './server.ts';
import { creationText, describeReading, describeWords, readAnswer, requestText, sidOf, type Words } from './wire.ts';

/** Long enough for everything that happens by itself. */
const LONG = seconds(60);
/** Steps that a client may need to fetch what is left. */
const PATIENCE = 60;

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
  #end: string | undefined;
  /** Calls that were answered in this turn. */
  #written: Call[] = [];
  #slow: Call[] = [];
  #sid = '';
  #calls = 0;
  #stanzas = 0;
  #isFinal = false;

  constructor(setting: Setting, sabotage?: Sabotage) {
    this.#setting = setting;
    const terms = agree(setting);
    this.#judge = new Judge(this.#client, heldAtMost(terms), terms.requests, gapOf(terms));
    this.#server = new ServerUnderTest(policyOf(setting), this, sabotage);
    this.#model = new NaiveModel(terms, '#0');
    const newKey = this.#key(0);
    this.#post({ rid: 0, payloads: [], newKey }, 'read', creationText(setting, newKey));
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

  forwarded(id: string): void {
    this.#judge.forwarded(id);
    this.#forwarded.push(id);
    this.#say(`processed ${id}`);
  }

  arrived(id: string): void {
    this.#judge.arrived(id, this.#setting.honest);
    this.#arrived.push(id);
  }

  closed(how: string, undelivered: readonly string[]): void {
    this.#judge.closed(how, undelivered);
    this.#end = `${how} (${undelivered.join(' ')})`;
    this.#say(`the end: ${this.#end}`);
  }

  // ---- what is done to it

  #do(command: Command): void {
    if (command.do === 'send') this.#send(command.count);
    else if (command.do === 'pass') this.#pass(command.time);
    else if (command.do === 'break') this.#break(command.which);
    else if (command.do === 'truncate') this.#truncate(command.at);
    else if (command.do === 'close') this.#close(command.error);
    else if (command.do === 'repeat') this.#repeat(command.back, command.fate);
    else if (command.do === 'forge') this.#forge(command.back);
    else this.#request(command);
  }

  #request(command: Extract<Command, { do: 'post' | 'pause' | 'terminate' | 'restart' }>): void {
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
      key: this.#key(command.do === 'post' && command.stranger ? rid + 1 : rid),
    };
    this.#post(words, command.do === 'post' ? command.fate : 'read');
  }

  /** §11: not too many requests; and none that claims that everything was read when it was not. */
  #mayPost(rid: number, command: Command): boolean {
    const unread = rid - this.#client.unread + 1;
    const isLast = command.do === 'pause' || command.do === 'terminate';
    const provesArrival = command.do === 'terminate' || (command.do === 'post' && command.count === 0);
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

  #key(rid: number): string | undefined {
    return this.#setting.keys ? keyOf(rid) : undefined;
  }

  #repeat(back: number, fate: Fate): void {
    const { requests } = this.#client;
    const request = requests[Math.max(0, requests.length - 1 - back)];
    if (!request || (this.#setting.honest && request.words.rid < this.#client.unread)) return;
    this.#post(request.words, fate);
  }

  #forge(back: number): void {
    const rid = this.#client.fresh - 1 - back;
    if (!this.#setting.honest && rid > 0) this.#post({ rid, payloads: ['forged'], key: this.#key(rid) }, 'read');
  }

  #post(words: Words, fate: Fate, text = requestText(this.#sid, words)): void {
    const name = `#${this.#calls++}`;
    this.#say(`${name} >> ${describeWords(words)}${fate === 'read' ? '' : ` (its answer: ${fate})`}`);
    if (this.#calls > 1) this.#model.receive(name, words);
    this.#server.post(name, text, (call) => {
      this.#rids.set(call, words.rid);
      this.#fates.set(call, fate);
      this.#client.sent(words, call);
      this.#judge.posted(words, call, this.#model.now);
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

  #send(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const id = `s${this.#stanzas++}`;
      this.#say(`the server sends ${id}`);
      this.#judge.sent(id);
      this.#model.send(id);
      this.#server.send(id);
    }
  }

  #close(error: boolean): void {
    this.#say(`the server closes ${error ? 'with an error' : 'in peace'}`);
    this.#model.close(error);
    this.#server.close(error);
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
    this.#same('answers', this.#answers, model.answers);
    this.#same('processed', this.#forwarded, model.forwarded);
    this.#same('arrived', this.#arrived, model.arrived);
    if (this.#end !== model.end) this.#fail(`the model's end: ${model.end}`);
    this.#answers = [];
    this.#forwarded = [];
    this.#arrived = [];
    model.answers = [];
    model.forwarded = [];
    model.arrived = [];
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
          this.#post({ rid: unread, payloads: [], ack: this.#ack('right', unread), key: this.#key(unread) }, 'read');
      }
      this.#endTurn();
    }
    if (!this.#judge.isOver && !this.#hasAll) this.#fail('the client cannot fetch what is left');
  }

  get #hasAll(): boolean {
    return this.#client.hasReadAll && this.#judge.allSent.every((id) => this.#client.read.includes(id));
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
