import type { Trial } from './trial.ts';

/** How one requirement is looked at from outside. */
export interface Check {
  /** The id of the requirement in the catalogue. */
  readonly id: string;
  /** What this check looks at, when a requirement has several. */
  readonly title: string;
  readonly run: (trial: Trial) => Promise<void>;
  /** Takes long by its nature: run only on demand unless the server granted short times. */
  readonly slow?: boolean;
  /** A decision of Holdfast where the XEP allows several: shown, but not held against others. */
  readonly ours?: boolean;
}

/** The server did something else than the requirement says. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly expected: string;
  readonly came: string;

  constructor(expected: string, came = '') {
    super(came === '' ? `expected ${expected}` : `expected ${expected}; came ${came}`);
    this.expected = expected;
    this.came = came;
  }
}

/** The server did not announce this optional feature. */
export class NotSupported extends Error {
  override readonly name = 'NotSupported';
}

/** This run cannot see the requirement: an account is missing, or what it would need is not granted. */
export class NotObservable extends Error {
  override readonly name = 'NotObservable';
}

export type Verdict = 'pass' | 'fail' | 'not supported' | 'not observable';
