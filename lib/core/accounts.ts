import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { saslprep } from '@mongodb-js/saslprep';
import type { Clock } from '../base/clock.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { seconds } from '../base/time.ts';
import { FastTokens, type TokenPolicy } from './fast-tokens.ts';
import type { AccountId, Credentials, Store } from '../storage/store.ts';
import { Jid } from '../xmpp/jid.ts';
import type { Login } from './login.ts';
import { HASHES, type ScramHash, type ScramKeys } from '../xmpp/sasl/scram-keys.ts';

const derive = promisify(pbkdf2);

const SALT_BYTES = 16;
const HASH_NAMES = Object.keys(HASHES) as readonly ScramHash[]; // the keys of the table
/** The hash that a password sent in the clear is checked against. */
const PLAIN_HASH: ScramHash = 'sha-256';
/** Passwords checked at the same time: each takes a thread for some milliseconds. */
const MAX_CHECKS = 64;
/** Documents of the domain: one for each account that is disabled. */
const DISABLED = 'disabled-account';
const MAX_DISABLED = 100_000;
const ANONYMOUS_BITS = 80;

const DAY = seconds(86_400);
export const DEFAULT_TOKEN_POLICY: TokenPolicy = { lifetime: 21 * DAY, rotation: DAY, clients: 50 };

export interface AccountsOptions {
  readonly store: Store;
  readonly random: Random;
  readonly clock: Clock;
  /** PBKDF2 rounds for new passwords; clients pay for them at each login. */
  readonly iterations: number;
  readonly tokens?: TokenPolicy;
  /** Who knows the passwords; undefined when they are kept here. */
  readonly login?: Login | undefined;
}

/** Too many passwords are being checked; try again. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/**
 * Who may log in. Passwords are never kept, only what SCRAM needs; unknown accounts look like wrong
 * passwords and take the same time.
 *
 * @spec RFC 5802 §3
 */
export class Accounts {
  readonly tokens: FastTokens;
  readonly #options: AccountsOptions;
  #secret: Promise<Uint8Array> | undefined;
  #checks = 0;

  constructor(options: AccountsOptions) {
    this.#options = options;
    const policy = options.tokens ?? DEFAULT_TOKEN_POLICY;
    // A token would outlive what somebody else has said of its user.
    this.tokens = new FastTokens({ ...options, policy: options.login ? { ...policy, lifetime: 0 } : policy });
  }

  /** False when somebody else knows the passwords. */
  get keepsPasswords(): boolean {
    return this.#options.login === undefined;
  }

  /** False when the account exists. @throws RangeError when the password is none */
  async create(jid: Jid, password: string): Promise<boolean> {
    const credentials = await this.#credentials(password);
    return this.#create(jid, credentials);
  }

  /** An account that nobody can log in to, for the time of one anonymous session. */
  async createAnonymous(domain: string): Promise<Jid | undefined> {
    const jid = Jid.make(opaqueId(this.#options.random, ANONYMOUS_BITS), domain);
    if (!jid) return undefined;
    return (await this.#create(jid, this.#noCredentials())) ? jid : undefined;
  }

  /** Makes the account, with no password that is right here, unless it is there. */
  async ensure(jid: Jid): Promise<void> {
    if (!(await this.exists(jid))) await this.#create(jid, this.#noCredentials());
  }

  /** No token is good any more. False when there is no such account. @throws RangeError when the password is none, or they are not kept here */
  async setPassword(jid: Jid, password: string): Promise<boolean> {
    if (!this.keepsPasswords) throw new RangeError('passwords are not kept here');
    const isSet = await this.#options.store.accounts.setCredentials(idOf(jid), await this.#credentials(password));
    await this.tokens.clear(idOf(jid));
    return isSet;
  }

  async exists(jid: Jid): Promise<boolean> {
    return (await this.#options.store.accounts.find(idOf(jid))) !== undefined;
  }

  /** Removes the account and everything kept for it; false when there is none. */
  async remove(jid: Jid): Promise<boolean> {
    const existed = await this.#options.store.accounts.remove(idOf(jid));
    if (existed) await this.enable(jid);
    return existed;
  }

  /**
   * Nobody logs in to the account until it is enabled; nothing of it is lost, but its tokens. False when there is
   * none, or when there are too many.
   *
   * @spec XEP-0133 §4.3
   */
  async disable(jid: Jid): Promise<boolean> {
    if (!(await this.exists(jid))) return false;
    await this.tokens.clear(idOf(jid));
    const { documents } = this.#options.store;
    return documents.put(jid.domain, DISABLED, { key: idOf(jid), text: '' }, MAX_DISABLED);
  }

  /** False when it was not disabled. @spec XEP-0133 §4.4 */
  async enable(jid: Jid): Promise<boolean> {
    return this.#options.store.documents.remove(jid.domain, DISABLED, idOf(jid));
  }

  async isDisabled(jid: Jid): Promise<boolean> {
    return (await this.#options.store.documents.get(jid.domain, DISABLED, idOf(jid))) !== undefined;
  }

  /** The disabled accounts of a domain, in order. */
  async disabled(domain: string): Promise<AccountId[]> {
    return (await this.#options.store.documents.list(domain, DISABLED)).map(({ key }) => key);
  }

  /** Account ids of a domain in order, at most `limit`, those after `after`. */
  async list(domain: string, limit: number, after?: AccountId): Promise<AccountId[]> {
    return this.#options.store.accounts.list(domain, limit, after);
  }

  /** @throws Busy when too many checks are under way @throws Error when who knows the passwords does not answer */
  async verify(jid: Jid | undefined, password: string): Promise<boolean> {
    const { login } = this.#options;
    if (this.#checks >= (login?.maxChecks ?? MAX_CHECKS)) throw new Busy('too many passwords are being checked');
    this.#checks += 1;
    try {
      return await (login ? this.#verifyElsewhere(login, jid, password) : this.#verifyHere(jid, password));
    } finally {
      this.#checks -= 1;
    }
  }

  /** The keys of an account; for one that is not there, keys that are always the same and never fit. */
  async scramKeys(jid: Jid | undefined, hash: ScramHash): Promise<{ keys: ScramKeys; exists: boolean }> {
    const account = jid && (await this.#options.store.accounts.find(idOf(jid)));
    const fake = await this.#fakeKeys(jid?.bare.toString() ?? '', hash);
    return account ? { keys: account.credentials[hash], exists: true } : { keys: fake, exists: false };
  }

  async #verifyHere(jid: Jid | undefined, password: string): Promise<boolean> {
    const { keys, exists } = await this.scramKeys(jid, PLAIN_HASH);
    const prepared = preparePassword(password) ?? '';
    const derived = await keysOf(prepared, PLAIN_HASH, keys.salt, keys.iterations);
    const isEqual =
      derived.storedKey.length === keys.storedKey.length && timingSafeEqual(derived.storedKey, keys.storedKey);
    return isEqual && exists && prepared !== '';
  }

  async #verifyElsewhere(login: Login, jid: Jid | undefined, password: string): Promise<boolean> {
    if (!jid || !(await login.verify(jid, password))) return false;
    if (login.makesAccounts) await this.ensure(jid);
    return this.exists(jid);
  }

  /** Keys that no password has: of random bytes. */
  #noCredentials(): Credentials {
    const make = (hash: ScramHash): ScramKeys => {
      const { bytes } = HASHES[hash];
      const { random, iterations } = this.#options;
      const key = (length: number): Uint8Array => random.bytes(length);
      return { salt: key(SALT_BYTES), iterations, storedKey: key(bytes), serverKey: key(bytes) };
    };
    return { 'sha-1': make('sha-1'), 'sha-256': make('sha-256'), 'sha-512': make('sha-512') };
  }

  async #create(jid: Jid, credentials: Credentials): Promise<boolean> {
    const { store, clock } = this.#options;
    return store.accounts.create({ id: idOf(jid), credentials, createdAt: clock.date() });
  }

  async #credentials(password: string): Promise<Credentials> {
    const prepared = preparePassword(password);
    if (!prepared) throw new RangeError('a password must not be empty, nor contain control characters');
    const { random, iterations } = this.#options;
    const [sha1, sha256, sha512] = await Promise.all(
      HASH_NAMES.map((hash) => keysOf(prepared, hash, random.bytes(SALT_BYTES), iterations)),
    );
    if (!sha1 || !sha256 || !sha512) throw new Error('a hash function is missing');
    return { 'sha-1': sha1, 'sha-256': sha256, 'sha-512': sha512 };
  }

  async #fakeKeys(id: string, hash: ScramHash): Promise<ScramKeys> {
    this.#secret ??= this.#options.store.secret('scram');
    const secret = await this.#secret;
    const make = (what: string, bytes: number): Uint8Array =>
      createHmac('sha512', secret).update(`${what} ${hash} ${id}`).digest().subarray(0, bytes);
    const { bytes } = HASHES[hash];
    return {
      salt: make('salt', SALT_BYTES),
      iterations: this.#options.iterations,
      storedKey: make('stored', bytes),
      serverKey: make('server', bytes),
    };
  }
}

/** @spec RFC 5802 §3 */
async function keysOf(password: string, hash: ScramHash, salt: Uint8Array, iterations: number): Promise<ScramKeys> {
  const { digest, bytes } = HASHES[hash];
  const salted = await derive(password, salt, iterations, bytes, digest);
  const clientKey = createHmac(digest, salted).update('Client Key').digest();
  const storedKey = createHash(digest).update(clientKey).digest();
  const serverKey = createHmac(digest, salted).update('Server Key').digest();
  return { salt, iterations, storedKey, serverKey };
}

/** What SCRAM clients make of a password; undefined when it is none. @spec RFC 5802 §2.2 */
function preparePassword(password: string): string | undefined {
  try {
    return saslprep(password);
  } catch {
    return undefined; // saslprep throws for characters that no password may have
  }
}

/** The account that a name given to SASL means. @spec RFC 5802 §5.1 */
export function identify(username: string, domain: string): Jid | undefined {
  try {
    return Jid.make(saslprep(username), domain);
  } catch {
    return undefined; // saslprep throws for characters that no name may have
  }
}

function idOf(jid: Jid): AccountId {
  return jid.bare.toString();
}
