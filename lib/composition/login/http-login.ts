import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Duration } from '../../base/time.ts';
import type { Login } from '../../core/login.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { RightPasswords } from './right-passwords.ts';

export interface HttpLoginOptions {
  readonly url: string;
  /** Proves to the other program who asks; empty for nothing. */
  readonly secret: string;
  readonly timeout: Duration;
  readonly maxChecks: number;
  /** How long a right password is remembered; 0 for not at all. */
  readonly cache: Duration;
  readonly makesAccounts: boolean;
}

const MAX_ANSWER = 4096;
const MAX_REMEMBERED = 10_000;

/** Another program knows the passwords, and is asked about each. What is no clear yes lets nobody in. */
export class HttpLogin implements Login {
  readonly makesAccounts: boolean;
  readonly maxChecks: number;
  readonly #options: HttpLoginOptions;
  readonly #right: RightPasswords;

  constructor(options: HttpLoginOptions, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#options = options;
    this.makesAccounts = options.makesAccounts;
    this.maxChecks = options.maxChecks;
    this.#right = new RightPasswords({ clock, random, lifetime: options.cache, most: MAX_REMEMBERED });
  }

  async verify(user: Jid, password: string): Promise<boolean> {
    if (this.#right.has(user, password)) return true;
    const isRight = await this.#ask(user, password);
    if (isRight) this.#right.add(user, password);
    return isRight;
  }

  async #ask({ local, domain }: Jid, password: string): Promise<boolean> {
    const { url, secret, timeout } = this.#options;
    const { status, text } = await boundedFetch(
      url,
      {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          ...(secret === '' ? {} : { Authorization: `Bearer ${secret}` }),
        },
        body: JSON.stringify({ user: local, domain, password }),
      },
      { timeout, bytes: MAX_ANSWER },
    );
    if (status !== 200) throw new Error(`the login check answered ${status}`);
    return verdictIn(text);
  }
}

/** A page that says "welcome" is no answer. */
function verdictIn(text: string): boolean {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  const valid = typeof answer === 'object' && answer !== null && 'valid' in answer ? answer.valid : undefined;
  if (typeof valid !== 'boolean') throw new Error('the login check did not answer { "valid": true } or false');
  return valid;
}
