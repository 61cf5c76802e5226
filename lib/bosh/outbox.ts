import type { Payload } from '../xmpp/transport.ts';

/** Payloads that wait for a request to answer, in order. */
export class Outbox {
  #waiting: Payload[] = [];
  #length = 0;

  /** How many payloads wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Their length in UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  add(payload: Payload): void {
    this.#waiting.push(payload);
    this.#length += payload.xml.length;
  }

  /** Takes what fits into `limit` units, at least one payload if there is one. D-49 */
  take(limit: number): readonly Payload[] {
    if (this.#length <= limit) return this.takeAll();
    let units = 0;
    let count = 0;
    for (const payload of this.#waiting) {
      units += payload.xml.length;
      if (count > 0 && units > limit) break;
      count += 1;
    }
    const taken = this.#waiting.splice(0, count);
    for (const payload of taken) this.#length -= payload.xml.length;
    return taken;
  }

  takeAll(): readonly Payload[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    return taken;
  }
}
