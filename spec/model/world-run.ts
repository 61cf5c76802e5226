import type { Effect } from '../../lib/bosh/effects.ts';
import type { Session } from '../../lib/bosh/session.ts';
import { WorldClient, type Call } from './world-client.ts';
import { WorldJudge } from './world-judge.ts';
import { FEATURES, idsIn, payload } from './world-payload.ts';
import { WAIT, type Setting } from './world-setting.ts';
import type { Step, World } from './world.ts';

/** Requests that a client may need to fetch what is left. */
const PATIENCE = 12;

/** Ways to break the machine, so that the exploration can be seen to fail. */
export type Mutation = (effects: readonly Effect<Call>[]) => readonly Effect<Call>[];

/** One schedule carried out on a session, judged as it goes. */
export class WorldRun {
  readonly #world: World;
  readonly #setting: Setting;
  readonly #mutate: Mutation | undefined;
  readonly #session: Session<Call>;
  readonly #client = new WorldClient();
  readonly #judge: WorldJudge;
  readonly #written: Call[] = [];
  #now = 0;

  constructor(world: World, setting: Setting, mutate?: Mutation) {
    this.#world = world;
    this.#setting = setting;
    this.#mutate = mutate;
    this.#judge = new WorldJudge(world, this.#client);
    this.#session = setting.open({ rid: 0, losesAnswer: false, isStray: false, isOpen: true });
    this.#session.send(payload(FEATURES));
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
    if (this.#judge.isOver) return;
    const { fates, acks } = this.#world;
    const { requests } = this.#setting.terms;
    if (rid > fates.length) this.#judge.fetched(rid);
    const kind = rid > fates.length ? 'empty' : fates[rid - 1];
    const isLast = kind === 'terminate' || kind === 'pause';
    const isStray = rid > this.#judge.sequence + requests + (isLast ? 1 : 0);
    const call: Call = { rid, losesAnswer, isStray, isOpen: true };
    this.#client.posts(call, requests, kind === 'terminate');
    const body = this.#setting.bodyOf(rid, kind, acks ? this.#client.ack(rid) : undefined);
    this.#run(this.#session.receive(call, body, this.#now));
    for (let more = this.#session.receiveNext(this.#now); more; more = this.#session.receiveNext(this.#now))
      this.#run(more);
  }

  #break(rid: number): void {
    const call = this.#client.calls.findLast((each) => each.rid === rid && each.isOpen);
    if (call) this.#lose(call);
  }

  #lose(call: Call): void {
    call.isOpen = false;
    this.#session.lost(call, this.#now);
  }

  #send(id: string): void {
    if (this.#judge.isOver) return;
    this.#judge.sent(id);
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

  // ---- what the session does

  #endTurn(): void {
    do {
      this.#run(this.#session.settle(this.#now));
      for (const call of this.#written.splice(0)) {
        if (call.losesAnswer) this.#session.lost(call, this.#now);
        else this.#session.flushed(call);
      }
    } while (this.#session.queued > 0 && this.#session.held > 0 && !this.#judge.isOver);
    this.#judge.turnEnded();
  }

  #run(effects: readonly Effect<Call>[]): void {
    for (const effect of this.#mutate?.(effects) ?? effects) {
      if (effect.do === 'respond') this.#answer(effect.exchange, effect.body);
      else if (effect.do === 'forward')
        for (const element of effect.payloads) this.#judge.processed(Number(element.attrs['id']));
      else if (effect.do === 'confirm') for (const { xml } of effect.payloads) this.#judge.arrived(idsIn(xml)[0] ?? '');
      else if (effect.do === 'end') this.#end(effect.how);
    }
  }

  #answer(call: Call, text: string): void {
    if (!this.#judge.answers(call)) return;
    call.isOpen = false;
    this.#written.push(call);
    if (text.includes(" type='error'") || text.includes(" condition='")) return;
    this.#judge.answered(call.rid, text);
    if (!call.losesAnswer) this.#client.receives(call.rid, text);
  }

  #end(how: string): void {
    this.#judge.ended(
      how,
      this.#session.takeUndelivered().flatMap((each) => idsIn(each.xml)),
    );
  }

  // ---- the end

  #finish(): void {
    if (!this.#client.isCareless) this.#fetchAll();
    this.#pass(2 * WAIT);
    this.#judge.finish();
  }

  /** The client repeats what was not answered, then asks until it has everything. */
  #fetchAll(): void {
    for (let step = 0; step < PATIENCE && !this.#judge.isOver; step += 1) {
      if (this.#judge.isComplete) return;
      const { unread } = this.#client;
      if (this.#client.isOpen(unread)) this.#pass(WAIT);
      else this.#post(unread, false);
      this.#endTurn();
    }
    if (!this.#judge.isOver) throw new Error('the client cannot fetch what is left');
  }
}
