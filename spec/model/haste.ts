import type { Agreement } from './agreement.ts';

const TOLERANCE = 250;

/** How fast empty requests may follow each other, for the naive model. B-11-05, B-12-04, D-05 */
export class Haste {
  readonly #terms: Agreement;
  #previous: { readonly at: number; wasEmpty: boolean } | undefined;
  #hits: number[] = [];

  constructor(terms: Agreement) {
    this.#terms = terms;
  }

  /** @param open requests that somebody waits for, this one not included */
  isTooFast(isEmpty: boolean, open: number, now: number): boolean {
    const { polling, hold, wait, requests, strict } = this.#terms;
    const previous = this.#previous;
    this.#previous = { at: now, wasEmpty: isEmpty };
    if (!isEmpty || !previous || polling === 0 || now - previous.at >= polling - TOLERANCE) return false;
    if (hold === 0 || wait === 0) return previous.wasEmpty;
    if (open + 1 < requests) return false;
    if (strict) return true;
    this.#hits = [...this.#hits.filter((hit) => now - hit < 10 * polling), now];
    return this.#hits.length > 2;
  }

  /** After a payload the client may ask again at once. */
  sawPayload(): void {
    if (this.#previous) this.#previous.wasEmpty = false;
  }
}
