import type { Element } from '../xml/index.ts';
import { payloadsOf } from './caller.ts';
import { NotObservable, NotSupported, Violation } from './check.ts';
import { headerOf } from './http-response.ts';
import type { Answer } from './request.ts';
import { Transcript } from './transcript.ts';

/** What a check states about what came. Each claim is noted in the transcript, with what was expected. */
export class Claims {
  readonly transcript: Transcript;

  constructor(now: () => number) {
    this.transcript = new Transcript(now);
  }

  claim(condition: boolean, expected: string, came = ''): void {
    this.transcript.add('judged', '', `${condition ? 'yes' : 'no'}: ${expected}`);
    if (!condition) throw new Violation(expected, came);
  }

  /** The value, which must be there. */
  need<T>(value: T | undefined, expected: string, came = ''): T {
    this.claim(value !== undefined, expected, came);
    return value as T; // the claim throws otherwise
  }

  equal(actual: string | number | undefined, expected: string | number | undefined, what: string): void {
    this.claim(actual === expected, `${what} ${String(expected)}`, String(actual));
  }

  unless(isMissing: boolean, reason: string): void {
    if (isMissing) throw new NotObservable(reason);
  }

  announced(isAnnounced: boolean, feature: string): void {
    if (!isAnnounced) throw new NotSupported(`${feature} is not announced`);
  }

  /** `[E]`: 200, an empty wrapper, no type. */
  empty(answer: Answer, what = 'the answer'): Element {
    const root = this.alive(answer, what);
    this.claim(root.children.length === 0, `an empty body as ${what}`, answer.text);
    return root;
  }

  /** 200 and a wrapper without type. */
  alive(answer: Answer, what = 'the answer'): Element {
    this.claim(answer.response.status === 200, `HTTP 200 for ${what}`, String(answer.response.status));
    const root = this.need(answer.root, `a body as ${what}`, answer.text);
    this.claim(root.attrs['type'] === undefined, `${what} without type`, answer.text);
    return root;
  }

  /** `[P]`: a wrapper with at least one payload that fits. */
  payload(answer: Answer, fits: (payload: Element) => boolean, what: string): Element {
    this.alive(answer);
    return this.need(payloadsOf(answer).find(fits), what, answer.text);
  }

  /** `[T:condition]`: 200 and the end, with this condition or with none. */
  ended(answer: Answer, condition?: string, what = 'the answer'): Element {
    this.equal(answer.response.status, 200, `HTTP status of ${what}`);
    const root = this.need(answer.root, `a body as ${what}`, answer.text);
    this.claim(root.attrs['type'] === 'terminate', `type='terminate' in ${what}`, answer.text);
    const came = root.attrs['condition'];
    this.claim(came === condition, condition === undefined ? 'no condition' : `condition ${condition}`, answer.text);
    return root;
  }

  /** Not taken, in any form: a binding error, or an HTTP status that says that the client is at fault. */
  refused(answer: Answer, what = 'the answer'): void {
    const { status } = answer.response;
    const isRefused = answer.root?.attrs['type'] === 'terminate' || (status >= 400 && status < 500);
    this.claim(isRefused, `a refusal as ${what}`, `HTTP ${status} ${answer.text}`);
  }

  /** `[R]`: a recoverable error. */
  recoverable(answer: Answer, what = 'the answer'): void {
    this.equal(answer.response.status, 200, `HTTP status of ${what}`);
    this.claim(answer.root?.attrs['type'] === 'error', `type='error' in ${what}`, answer.text);
  }

  soon(answer: Answer, what = 'the answer', limit = 1500): void {
    this.claim(answer.elapsed <= limit, `${what} within ${limit} ms`, `${Math.round(answer.elapsed)} ms`);
  }

  header(answer: Answer, name: string, expected: string): void {
    this.equal(headerOf(answer.response, name), expected, `header ${name}`);
  }
}
