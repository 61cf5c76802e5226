import { earliest, type Duration, type Instant } from '../base/time.ts';

/** A request that fits nowhere, with the moment at which it is judged. */
interface Stray<X> {
  readonly exchange: X;
  readonly due: Instant;
}

/**
 * Requests whose rid is outside the window and of which no answer is kept.
 *
 * One may be the late copy of a request that its client repeated on another connection, long since
 * answered, and gone on from. Such a connection is closed by the client; so each stray gets a moment
 * in which to disappear before it ends the session.
 *
 * @spec XEP-0124 §14.3 B-14.3-07 B-14.3-08
 */
export class Strays<X> {
  readonly #grace: Duration;
  readonly #most: number;
  #strays: readonly Stray<X>[] = [];

  /** @param most how many may have their moment at the same time; one more is judged at once */
  constructor(grace: Duration, most: number) {
    this.#grace = grace;
    this.#most = most;
  }

  add(exchange: X, now: Instant): void {
    const grace = this.#strays.length < this.#most ? this.#grace : 0;
    this.#strays = [...this.#strays, { exchange, due: now + grace }];
  }

  /** The connection broke: it was a late copy, and nobody waits for an answer. */
  lost(exchange: X): void {
    this.#strays = this.#strays.filter((stray) => stray.exchange !== exchange);
  }

  /** The first whose moment is over. */
  due(now: Instant): X | undefined {
    return this.#strays.find((stray) => stray.due <= now)?.exchange;
  }

  /** All that are left, for the end of the session. */
  takeAll(): readonly X[] {
    const exchanges = this.#strays.map((stray) => stray.exchange);
    this.#strays = [];
    return exchanges;
  }

  get deadline(): Instant | undefined {
    return this.#strays.reduce<Instant | undefined>((soonest, stray) => earliest(soonest, stray.due), undefined);
  }
}
