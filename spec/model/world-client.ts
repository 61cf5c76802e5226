import { idsIn } from './world-payload.ts';

/** One connection with a request on it. */
export interface Call {
  readonly rid: number;
  readonly losesAnswer: boolean;
  /** Its rid was outside the window when it came. */
  readonly isStray: boolean;
  isOpen: boolean;
}

/** The client of a small world: what it sent, and what it has read. */
export class WorldClient {
  readonly calls: Call[] = [];
  /** Ids of the stanzas read, in order. */
  readonly read: string[] = [];
  readonly #answers: (string | undefined)[] = [];
  #unread = 1;
  #isCareless = false;

  /** The lowest rid whose answer it has not read. */
  get unread(): number {
    return this.#unread;
  }

  /** It did what it may not: sent on without having read what it had to. */
  get isCareless(): boolean {
    return this.#isCareless;
  }

  /** §9.2: nothing when all was read. */
  ack(rid: number): number | undefined {
    return this.#unread === rid ? undefined : this.#unread - 1;
  }

  /** @param requests how many it may have that are unanswered or unread */
  posts(call: Call, requests: number, isLeaving: boolean): void {
    const { rid } = call;
    this.#isCareless ||= rid - this.#unread >= requests;
    // A client that leaves has read everything, or waits for it.
    if (isLeaving) this.#isCareless ||= !this.#areOpenBelow(rid);
    this.calls.push(call);
  }

  #areOpenBelow(rid: number): boolean {
    for (let below = this.#unread; below < rid; below += 1) if (!this.isOpen(below)) return false;
    return true;
  }

  /** It waits for the answer to this rid. */
  isOpen(rid: number): boolean {
    return this.calls.some((call) => call.rid === rid && call.isOpen);
  }

  /** An answer came; answers are read in the order of their rids. */
  receives(rid: number, answer: string): void {
    this.#answers[rid] = answer;
    for (let text = this.#answers[this.#unread]; text !== undefined; text = this.#answers[this.#unread]) {
      this.read.push(...idsIn(text));
      this.#unread += 1;
    }
  }
}
