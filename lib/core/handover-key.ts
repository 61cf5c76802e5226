import { createHash, timingSafeEqual } from 'node:crypto';
import { opaqueId, type Random } from '../base/random.ts';

/** What a claim to take over a session is worth, as far as its token and ordinal go. */
export type KeyVerdict = 'ok' | 'wrong' | 'stale' | 'stolen';

const TOKEN_BITS = 256;
/** Spent tokens of a session that are remembered, so that whoever has stolen one betrays himself. */
const REMEMBERED = 8;

/**
 * The secret by which a client takes its session to another transport without logging in. Each
 * takeover gives a new one. The one before stays good until the client has used the new transport: it
 * may never have got the new token.
 */
export class HandoverKey {
  readonly #random: Random;
  /** Hashes: of the token that the client surely has, and of the newest if it may not have that. */
  #known: Buffer | undefined;
  #fresh: Buffer | undefined;
  readonly #spent: Buffer[] = [];
  #ordinal = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A new token, which only the client learns. */
  issue(): string {
    const token = opaqueId(this.#random, TOKEN_BITS);
    this.#spend(this.#fresh);
    this.#fresh = hash(token);
    return token;
  }

  /** The client has the newest token: the one before is spent. */
  confirm(): void {
    if (!this.#fresh) return;
    this.#spend(this.#known);
    this.#known = this.#fresh;
    this.#fresh = undefined;
  }

  /** No token is good any more. */
  revoke(): void {
    this.#spend(this.#known);
    this.#spend(this.#fresh);
    this.#known = undefined;
    this.#fresh = undefined;
  }

  /** Judges a claim. An attempt that a later one has overtaken is stale, whatever its token; a spent token was stolen. */
  check(token: string, ordinal: number): KeyVerdict {
    const claimed = hash(token);
    const isGood = [this.#known, this.#fresh].map((good) => isSame(claimed, good)).includes(true);
    const isSpent = this.#spent.map((spent) => isSame(claimed, spent)).includes(true);
    if (!isGood && !isSpent) return 'wrong';
    if (ordinal <= this.#ordinal) return 'stale';
    return isGood ? 'ok' : 'stolen';
  }

  /** The attempt with this ordinal has taken the session over, with a token that the client surely has. */
  took(token: string, ordinal: number): void {
    this.#ordinal = ordinal;
    if (isSame(hash(token), this.#fresh)) this.confirm();
  }

  #spend(token: Buffer | undefined): void {
    if (!token) return;
    this.#spent.push(token);
    if (this.#spent.length > REMEMBERED) this.#spent.shift();
  }
}

/** In the same time whether it is or not. */
function isSame(claimed: Buffer, token: Buffer | undefined): boolean {
  const isEqual = timingSafeEqual(claimed, token ?? NOBODYS);
  return token !== undefined && isEqual;
}

const NOBODYS = Buffer.alloc(32);

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
