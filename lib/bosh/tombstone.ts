import type { Terms } from './negotiation.ts';
import type { ResponseBuffer } from './response-buffer.ts';
import type { Syntax } from './script-syntax.ts';

/**
 * What is kept of a session for a while after its end: the answers that a client may still ask for
 * again, and an end that no request was there to carry.
 *
 * @spec XEP-0124 §13 B-13-05 D-18 D-21
 */
export class Tombstone {
  readonly legacy: boolean;
  readonly contentType: string;
  readonly syntax: Syntax;
  readonly #last: number;
  readonly #answers: ResponseBuffer['kept'];
  readonly #lastWords: string | undefined;

  constructor(terms: Terms, last: number, buffer: ResponseBuffer, lastWords: string | undefined) {
    this.legacy = terms.legacy;
    this.contentType = terms.contentType;
    this.syntax = terms.syntax;
    this.#last = last;
    this.#answers = buffer.kept;
    this.#lastWords = lastWords;
  }

  /**
   * The body that answers `rid`; undefined when the session is simply not there any more.
   *
   * @param proof what a copy must have in common with the original D-13
   */
  answer(rid: number, proof = ''): string | undefined {
    const answer = this.#answers.get(rid);
    if (answer) return answer.proof === proof ? answer.body : undefined;
    return rid > this.#last ? this.#lastWords : undefined;
  }
}
