import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Duration, EpochMillis } from '../base/time.ts';
import type { AccountId, Document, Store } from '../storage/store.ts';
import type { TokenMechanismName } from '../xmpp/sasl/hashed-token.ts';
import type { TokenClaim } from '../xmpp/sasl/mechanism.ts';

export interface TokenPolicy {
  /** How long a token is good; 0 for no tokens. */
  readonly lifetime: Duration;
  /** Age of a token at which its client gets another one. */
  readonly rotation: Duration;
  /** Clients of one account that may have tokens; the one whose token ends first makes room. */
  readonly clients: number;
}

export interface TokenOptions {
  readonly store: Store;
  readonly random: Random;
  readonly clock: Clock;
  readonly policy: TokenPolicy;
}

export interface Token {
  readonly token: string;
  readonly expiry: EpochMillis;
}

export type TokenVerdict =
  | { readonly is: 'right'; readonly responder: Uint8Array; readonly isDue: boolean }
  | { readonly is: 'expired' }
  | { readonly is: 'wrong' };

/**
 * What is kept of a token. The client proves that it has it by one hash, the server answers with
 * another: the token itself is not needed for that, and who reads the store cannot log in.
 */
interface KeptToken {
  readonly mechanism: string;
  /** Hash of the proof that the client sends, in base64. */
  readonly verifier: string;
  /** What the server answers, in base64. */
  readonly responder: string;
  readonly issued: EpochMillis;
  readonly expiry: EpochMillis;
  /** The highest count that was used; -1 before the first. */
  readonly count: number;
}

/** `next` was issued, but not used yet; both are good. @spec XEP-0484 §5.1 */
interface KeptTokens {
  readonly current?: KeptToken | undefined;
  readonly next?: KeptToken | undefined;
}

const KIND = 'fast';
const TOKEN_BYTES = 32;

/** Tokens by which the clients of accounts log in without the password. @spec XEP-0484 */
export class FastTokens {
  readonly #options: TokenOptions;
  /** The work under way for each client, so that no token is used twice at once. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  get isOffered(): boolean {
    return this.#options.policy.lifetime > 0;
  }

  /** Checks a proof. A right one makes older tokens of that client useless. @spec XEP-0484 §3.4 §3.5 §3.6 */
  verify(account: AccountId, proof: Uint8Array, claim: TokenClaim): Promise<TokenVerdict> {
    return this.#alone(account, claim.clientId, () => this.#verify(account, proof, claim));
  }

  /** A new token; the present one of that client stays good until the new one is used. @spec XEP-0484 §3.3 §3.5 */
  issue(account: AccountId, clientId: string, mechanism: TokenMechanismName): Promise<Token> {
    return this.#alone(account, clientId, () => this.#issue(account, clientId, mechanism));
  }

  /** No token of the account is good any more. */
  async clear(account: AccountId): Promise<void> {
    await this.#options.store.documents.clear(account, KIND);
  }

  async #verify(account: AccountId, proof: Uint8Array, claim: TokenClaim): Promise<TokenVerdict> {
    const kept = await this.#load(account, claim.clientId);
    const verifier = createHash('sha256').update(proof).digest();
    const token = [kept.next, kept.current].find((known) => known && isRight(known, verifier, claim));
    if (!token || !this.isOffered) return { is: 'wrong' };
    const now = this.#options.clock.date();
    if (token.expiry <= now) return { is: 'expired' };
    if (claim.count !== undefined && claim.count <= token.count) return { is: 'wrong' };
    const used = { ...token, count: claim.count ?? token.count };
    const next = token === kept.next ? undefined : kept.next;
    await this.#save(account, claim.clientId, { current: claim.isInvalidated ? undefined : used, next });
    const isDue = !claim.isInvalidated && now - token.issued >= this.#options.policy.rotation;
    return { is: 'right', responder: Buffer.from(token.responder, 'base64'), isDue };
  }

  async #issue(account: AccountId, clientId: string, mechanism: TokenMechanismName): Promise<Token> {
    const { random, clock, policy } = this.#options;
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
    const issued = clock.date();
    const expiry = issued + policy.lifetime;
    const next = { mechanism, ...hashesOf(token), issued, expiry, count: -1 };
    const { current } = await this.#load(account, clientId);
    await this.#save(account, clientId, { current, next });
    return { token, expiry };
  }

  async #load(account: AccountId, clientId: string): Promise<KeptTokens> {
    const text = await this.#options.store.documents.get(account, KIND, clientId);
    return text === undefined ? {} : readTokens(text);
  }

  async #save(account: AccountId, clientId: string, kept: KeptTokens): Promise<void> {
    const { documents } = this.#options.store;
    if (!kept.current && !kept.next) {
      await documents.remove(account, KIND, clientId);
      return;
    }
    const document: Document = { key: clientId, text: JSON.stringify(kept) };
    const { clients } = this.#options.policy;
    if (await documents.put(account, KIND, document, clients)) return;
    await this.#makeRoom(account);
    await documents.put(account, KIND, document, clients);
  }

  async #makeRoom(account: AccountId): Promise<void> {
    const { documents } = this.#options.store;
    const all = await documents.list(account, KIND);
    const byEnd = all.sort((a, b) => endOf(readTokens(a.text)) - endOf(readTokens(b.text)));
    for (const { key } of byEnd.slice(0, all.length - this.#options.policy.clients + 1)) {
      await documents.remove(account, KIND, key);
    }
  }

  #alone<T>(account: AccountId, clientId: string, work: () => Promise<T>): Promise<T> {
    const key = `${account} ${clientId}`;
    const before = this.#busy.get(key) ?? Promise.resolve();
    const done = before.then(work, work).finally(() => {
      if (this.#busy.get(key) === done) this.#busy.delete(key);
    });
    this.#busy.set(key, done);
    return done;
  }
}

/** The token is bound to its mechanism. @spec XEP-0484 §3.4 */
function isRight(known: KeptToken, verifier: Uint8Array, { mechanism }: TokenClaim): boolean {
  const expected = Buffer.from(known.verifier, 'base64');
  const isEqual = expected.length === verifier.length && timingSafeEqual(expected, verifier);
  return isEqual && known.mechanism === mechanism;
}

function hashesOf(token: string): { verifier: string; responder: string } {
  const hash = (text: string): Buffer => createHmac('sha256', token).update(text).digest();
  const verifier = createHash('sha256').update(hash('Initiator')).digest('base64');
  return { verifier, responder: hash('Responder').toString('base64') };
}

/** Only this class writes what it reads. */
function readTokens(text: string): KeptTokens {
  return JSON.parse(text) as KeptTokens;
}

function endOf({ current, next }: KeptTokens): EpochMillis {
  return Math.max(current?.expiry ?? 0, next?.expiry ?? 0);
}
