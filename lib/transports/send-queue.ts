import type { Element } from '../xml/index.ts';
import type { Payload } from '../xmpp/transport.ts';

/** Something to send: a payload, or a stream header. */
export interface Outgoing {
  readonly xml: string;
  readonly element?: Element;
  /** The number of a stanza that its session counts. */
  readonly counted?: number;
}

export function isPayload(outgoing: Outgoing): outgoing is Payload {
  return outgoing.element !== undefined;
}

/** A payload that the carrier has to keep until it is known to have arrived. */
export function isUncounted(outgoing: Outgoing): outgoing is Payload {
  return isPayload(outgoing) && outgoing.counted === undefined;
}

/** What waits for a client, in order. */
export class SendQueue {
  #waiting: Outgoing[] = [];
  #length = 0;

  get size(): number {
    return this.#waiting.length;
  }

  /** UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  add(outgoing: Outgoing): void {
    this.#waiting.push(outgoing);
    this.#length += outgoing.xml.length;
  }

  /** Takes what fits into `length` units, at least one if there is one. */
  take(length: number): readonly Outgoing[] {
    if (this.#length <= length) return this.takeAll();
    let units = 0;
    let count = 0;
    for (const { xml } of this.#waiting) {
      if (count > 0 && units + xml.length > length) break;
      units += xml.length;
      count += 1;
    }
    this.#length -= units;
    return this.#waiting.splice(0, count);
  }

  takeAll(): readonly Outgoing[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    return taken;
  }
}
