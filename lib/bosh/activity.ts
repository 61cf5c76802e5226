import { seconds, type Duration, type Instant } from '../base/time.ts';
import type { Terms } from './negotiation.ts';

/** A client whose last request was in flight when the time was up is not lost. D-37 */
const INACTIVITY_GRACE: Duration = seconds(1);
/** `inactivity` of a session that may be silent for ever. @spec XEP-0124 §10 B-10-04 */
const UNLIMITED = 0;
/** A client's timer may fire a little early. */
const POLLING_TOLERANCE: Duration = 250;
/** Tolerant mode: this many fast requests within this many polling intervals are too many. D-05 */
const TOLERATED_HITS = 2;
const HITS_WINDOW_INTERVALS = 10;

/**
 * Too little and too much: inactivity with pauses, and the frequency of empty requests.
 *
 * @spec XEP-0124 §10
 * @spec XEP-0124 §11
 * @spec XEP-0124 §12
 */
export class Activity {
  readonly #terms: Terms;
  readonly #strict: boolean;
  #limit: number;
  #idleSince: Instant | undefined;
  /** When the last new request came. */
  #previousAt: Instant | undefined;
  /** Whether it was empty and no payload answered it: then an empty one may not follow at once. */
  #previousWasEmpty = false;
  #hits: Instant[] = [];

  constructor(terms: Terms, strict: boolean) {
    this.#terms = terms;
    this.#strict = strict;
    this.#limit = terms.inactivity;
  }

  /** When the session ends if no request comes; undefined while one is open. @spec XEP-0124 §10 B-10-02 */
  get deadline(): Instant | undefined {
    if (this.#idleSince === undefined || this.#limit === UNLIMITED) return undefined;
    return this.#idleSince + seconds(this.#limit) + INACTIVITY_GRACE;
  }

  /** Tells whether any connection of the client waits for an answer. The clock starts with the first `false`. */
  waiting(isWaiting: boolean, now: Instant): void {
    if (isWaiting) this.#idleSince = undefined;
    else this.#idleSince ??= now;
  }

  /** Any valid new request restores the normal limit. @spec XEP-0124 §10 B-10-12 */
  request(): void {
    this.#limit = this.#terms.inactivity;
    this.#idleSince = undefined;
  }

  /**
   * The next silence may last this many seconds; 0 keeps the normal limit.
   *
   * @spec XEP-0124 §10 B-10-09 B-10-11 D-36
   */
  pause(length: number): void {
    if (length > 0) this.#limit = length;
  }

  /**
   * Judges a new request by its distance from the one before.
   *
   * @param isEmpty no payload, and neither pause, terminate nor restart
   * @param unanswered requests open on live connections, this one included
   * @returns true when it comes too fast
   * @spec XEP-0124 §11 B-11-05
   * @spec XEP-0124 §12 B-12-04
   */
  isTooFast(isEmpty: boolean, unanswered: number, now: Instant): boolean {
    const { isPolling, requests, polling } = this.#terms;
    const previousAt = this.#previousAt;
    const previousWasEmpty = this.#previousWasEmpty;
    this.#previousAt = now;
    this.#previousWasEmpty = isEmpty;
    if (!isEmpty || previousAt === undefined || polling === 0) return false;
    if (now - previousAt >= seconds(polling) - POLLING_TOLERANCE) return false;
    if (isPolling) return previousWasEmpty;
    if (unanswered < requests) return false;
    return this.#strict || this.#isHabit(now);
  }

  /** A payload went out: the client may ask again at once. @spec XEP-0124 §12 B-12-04 */
  sentPayload(): void {
    this.#previousWasEmpty = false;
  }

  #isHabit(now: Instant): boolean {
    const window = HITS_WINDOW_INTERVALS * seconds(this.#terms.polling);
    this.#hits = this.#hits.filter((hit) => now - hit < window);
    this.#hits.push(now);
    return this.#hits.length > TOLERATED_HITS;
  }
}
