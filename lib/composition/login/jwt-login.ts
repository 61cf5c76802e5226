import { errors, jwtVerify } from 'jose';
import type { Clock } from '../../base/clock.ts';
import type { LoginConfig } from '../../config/login-schema.ts';
import { identify } from '../../core/accounts.ts';
import type { Login } from '../../core/login.ts';
import { Jid } from '../../xmpp/jid.ts';
import { readTokenKeys, type TokenKeys } from './token-keys.ts';

/** Characters. */
const MAX_TOKEN = 8192;
/** What says nothing about the token, but that its signature could not be checked. */
const UNFINISHED: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

/** The application of the users signs tokens for them, and they send these as passwords. @spec RFC 7519 */
export class JwtLogin implements Login {
  readonly makesAccounts: boolean;
  readonly #config: LoginConfig['jwt'];
  readonly #clock: Clock;
  readonly #keys: TokenKeys;

  /** @param option where the options are @throws ConfigError when a file of keys is no good */
  constructor({ jwt, create_accounts: makesAccounts }: LoginConfig, clock: Clock, option: string) {
    this.#config = jwt;
    this.makesAccounts = makesAccounts;
    this.#clock = clock;
    this.#keys = readTokenKeys(jwt, option);
  }

  /** Whether the token is good now, and says that its bearer is this user. */
  async verify(user: Jid, token: string): Promise<boolean> {
    if (token.length > MAX_TOKEN) return false;
    try {
      const claim = await this.#claimOf(token);
      return typeof claim === 'string' && (userOf(claim, user.domain)?.equals(user.bare) ?? false);
    } catch (error) {
      if (error instanceof errors.JOSEError && !UNFINISHED.has(error.code)) return false;
      throw error;
    }
  }

  /** A token that is good for ever is not taken. @spec RFC 7519 §7.2 */
  async #claimOf(token: string): Promise<unknown> {
    const { claim, issuer, audience, leeway } = this.#config;
    const { payload } = await jwtVerify(token, this.#keys.find, {
      algorithms: [...this.#keys.algorithms],
      requiredClaims: ['exp', claim],
      clockTolerance: leeway / 1000,
      currentDate: new Date(this.#clock.date()),
      ...(issuer === '' ? {} : { issuer }),
      ...(audience === '' ? {} : { audience }),
    });
    return payload[claim];
  }
}

/** The name of a user, or the whole address. */
function userOf(claim: string, domain: string): Jid | undefined {
  return claim.includes('@') ? Jid.parse(claim) : identify(claim, domain);
}
