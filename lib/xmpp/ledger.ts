import type { Payload } from './transport.ts';

/** Counters wrap. @spec XEP-0198 §4 */
export const MODULUS = 2 ** 32;

export interface LedgerLimits {
  /** Stanzas that a client has not acknowledged. */
  readonly stanzas: number;
  /** Their bytes (UTF-16 units). */
  readonly bytes: number;
}

/** What an acknowledgement is worth: nothing that is not sent can be acknowledged, and nothing twice. */
export type Acknowledged = 'ok' | 'too-high' | 'too-low';

/**
 * The one place where the stanzas of a session are counted, in both directions, whatever carries
 * them: what was sent is kept until the client says that it has it.
 *
 * @spec XEP-0198 §4
 */
export class Ledger {
  #sent: number;
  #acknowledged: number;
  #handled: number;
  #kept: Payload[] = [];
  #length = 0;

  /** @param start where the counters begin; 0 but for specs */
  constructor(start = 0) {
    this.#sent = start;
    this.#acknowledged = start;
    this.#handled = start;
  }

  /** The number of the last stanza sent. */
  get sent(): number {
    return this.#sent;
  }

  /** The number of the last stanza that the client has. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many stanzas of the client were handled: the `h` that it is told. */
  get handled(): number {
    return this.#handled;
  }

  /** What the client has not acknowledged, in order. */
  get unacknowledged(): readonly Payload[] {
    return this.#kept;
  }

  exceeds({ stanzas, bytes }: LedgerLimits): boolean {
    return this.#kept.length > stanzas || this.#length > bytes;
  }

  /** Counts a stanza for the client, and keeps it. @returns its number */
  send(payload: Payload): number {
    this.#sent = (this.#sent + 1) % MODULUS;
    this.#kept.push(payload);
    this.#length += payload.xml.length;
    return this.#sent;
  }

  /** What the client has not acknowledged, with its numbers, for a carrier. */
  *missing(): Generator<Payload> {
    let number = this.#acknowledged;
    for (const { xml, element } of this.#kept) {
      number = (number + 1) % MODULUS;
      yield { xml, element, counted: number };
    }
  }

  /** Counts a stanza of the client, for which the server is responsible from now on. */
  receive(): void {
    this.#handled = (this.#handled + 1) % MODULUS;
  }

  /** Takes the client's word that it has handled the first `h` stanzas. What that is news of is told that it arrived. */
  acknowledge(h: number): Acknowledged {
    const verdict = this.check(h);
    if (verdict !== 'ok') return verdict;
    const arrived = this.#kept.splice(0, distance(this.#acknowledged, h));
    this.#acknowledged = h;
    for (const payload of arrived) {
      this.#length -= payload.xml.length;
      payload.arrived?.();
    }
    return 'ok';
  }

  /** The same without taking it. */
  check(h: number): Acknowledged {
    if (distance(this.#acknowledged, h) <= this.#kept.length) return 'ok';
    return distance(h, this.#acknowledged) < MODULUS / 2 ? 'too-low' : 'too-high';
  }
}

/** How many steps it is from one number to the other, upwards: less than half of all when the other is ahead. */
export function distance(from: number, to: number): number {
  return (to - from + MODULUS) % MODULUS;
}
