import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { seconds, type Duration, type Instant } from '../base/time.ts';

interface Ticket {
  readonly hash: Buffer;
  readonly until: Instant;
  readonly proof: string;
}

const BITS = 128;
/** A ticket may stand in a URL, which others may read later: it opens nothing after this time. */
const LIFETIME: Duration = seconds(30);
const NOBODYS = Buffer.alloc(32);

/**
 * Secrets that open one thing for reading, for clients that can set no header, as a browser's EventSource
 * cannot. Who opened it in time is told a proof, which is good as long as the thing is there: with both
 * the connection is opened again when it breaks.
 */
export class Tickets<T extends object> {
  readonly #clock: Clock;
  readonly #random: Random;
  /** One for each; a newer one takes its place. */
  readonly #tickets = new WeakMap<T, Ticket>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  issue(thing: T): string {
    const ticket = opaqueId(this.#random, BITS);
    const proof = opaqueId(this.#random, BITS);
    this.#tickets.set(thing, { hash: hash(ticket), until: this.#clock.now() + LIFETIME, proof });
    return ticket;
  }

  /** @returns the proof; undefined when this ticket opens nothing, or not any more */
  admit(thing: T | undefined, ticket: string, proof: string): string | undefined {
    const known = thing && this.#tickets.get(thing);
    const isRight = timingSafeEqual(hash(ticket), known?.hash ?? NOBODYS);
    if (!known || !isRight) return undefined;
    const isProved = timingSafeEqual(hash(proof), hash(known.proof));
    return isProved || this.#clock.now() < known.until ? known.proof : undefined;
  }
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
