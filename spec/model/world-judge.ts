import type { Call, WorldClient } from './world-client.ts';
import { FEATURES } from './world-payload.ts';
import type { World } from './world.ts';

/** What must hold in every schedule; whatever does not is thrown at once. */
export class WorldJudge {
  readonly #world: World;
  readonly #client: WorldClient;
  /** First answers by rid. */
  readonly #given: (string | undefined)[] = [];
  /** The highest rid that was answered: what is below is settled. */
  #settled = 0;
  readonly #processed: number[] = [];
  #fetched = 0;
  readonly #sent: string[] = [];
  readonly #arrived: string[] = [];
  #undelivered: readonly string[] | undefined;
  #isPeaceful = false;

  constructor(world: World, client: WorldClient) {
    this.#world = world;
    this.#client = client;
  }

  get isOver(): boolean {
    return this.#undelivered !== undefined;
  }

  /** The client has processed and read everything that there was. */
  get isComplete(): boolean {
    const { unread, read } = this.#client;
    return unread > this.#world.fates.length && read.length === this.#sent.length;
  }

  /** A request without payload comes, after all others. */
  fetched(rid: number): void {
    this.#fetched = rid;
  }

  sent(id: string): void {
    this.#sent.push(id);
  }

  /** @returns whether the answer is for somebody who waits for it */
  answers(call: Call): boolean {
    const { rid } = call;
    if (this.isOver) throw new Error(`rid ${rid} is answered after the end`);
    if (call.isOpen) return true;
    if (!this.#client.calls.includes(call) && rid === 0) return false;
    throw new Error(`rid ${rid} is answered twice, or although its connection is broken`);
  }

  /** An answer that is no error. */
  answered(rid: number, text: string): void {
    const before = this.#given[rid];
    if (before !== undefined && before !== text) throw new Error(`rid ${rid} got ${before} before, and now ${text}`);
    if (before === undefined) this.#checkOrder(rid);
    this.#given[rid] = text;
    this.#settled = Math.max(this.#settled, rid);
  }

  #checkOrder(rid: number): void {
    const earlier = this.#client.calls.find((call) => call.rid < rid && this.#isHeld(call));
    if (earlier) throw new Error(`rid ${rid} is answered before rid ${earlier.rid}`);
  }

  processed(rid: number): void {
    if (this.isOver) throw new Error(`rid ${rid} is processed after the end`);
    if (rid !== (this.#processed.at(-1) ?? 0) + 1)
      throw new Error(`rid ${rid} is processed after ${this.#processed.join(' ')}`);
    this.#processed.push(rid);
  }

  arrived(id: string): void {
    this.#arrived.push(id);
  }

  ended(how: string, undelivered: readonly string[]): void {
    this.#isPeaceful = how === 'graceful';
    this.#undelivered = undelivered.filter((id) => id !== FEATURES);
  }

  turnEnded(): void {
    let held = 0;
    for (const call of this.#client.calls) if (call.rid <= this.sequence && this.#isHeld(call)) held += 1;
    if (held > this.#world.hold) throw new Error(`${held} requests are held`);
  }

  /**
   * The highest rid in sequence. Every request of a world has a payload; those that fetch the rest come
   * one after the other.
   */
  get sequence(): number {
    return Math.max(this.#processed.at(-1) ?? 0, this.#fetched);
  }

  /** A copy of what is settled, or of what never was acceptable, only has its moment. */
  #isHeld({ rid, isOpen, isStray }: Call): boolean {
    return isOpen && !isStray && rid > this.#settled;
  }

  /** When nothing more is to happen. */
  finish(): void {
    const open = this.#client.calls.find((call) => call.isOpen);
    if (open && !this.isOver) throw new Error(`rid ${open.rid} is never answered`);
    if (!this.#client.isCareless) this.#reckon();
  }

  #reckon(): void {
    const { read } = this.#client;
    same('read', read, this.isOver ? this.#sent.slice(0, read.length) : this.#sent);
    if (!this.#undelivered) return same('processed', this.#processed.map(String), this.#allRids);
    const undelivered = this.#undelivered;
    same('undelivered', undelivered, this.#sent.slice(this.#sent.length - undelivered.length));
    const isLost = read.length + undelivered.length < this.#sent.length;
    if (isLost && !this.#isPeaceful) throw new Error('stanzas are lost');
    for (const id of this.#arrived) if (id !== FEATURES && !read.includes(id)) throw new Error(`${id} has not arrived`);
  }

  get #allRids(): string[] {
    return this.#world.fates.map((_, index) => `${index + 1}`);
  }
}

function same(what: string, actual: readonly string[], expected: readonly string[]): void {
  if (actual.length === expected.length && actual.every((each, index) => each === expected[index])) return;
  throw new Error(`${what}: ${actual.join(' ')}, should be ${expected.join(' ')}`);
}
