import { failure, refused, type Mechanism, type SaslAnswer, type SaslStep, type TokenClaim } from './mechanism.ts';

/** Mechanisms that prove the possession of a token, in one round trip. */
export type TokenMechanismName = 'HT-SHA-256-NONE';

/**
 * Those on offer. The ones that bind the channel are not: a browser knows nothing of its TLS
 * connections, and a BOSH session has many (docs/decisions/0019-tokens.md).
 */
export const TOKEN_MECHANISMS: readonly TokenMechanismName[] = ['HT-SHA-256-NONE'];

export function isTokenMechanism(name: string): name is TokenMechanismName {
  return TOKEN_MECHANISMS.some((known) => known === name);
}

/** Octets of an HMAC with SHA-256. */
const PROOF_BYTES = 32;

/**
 * The client hashes a constant with its token as the key, and so does the server for its answer.
 *
 * As draft-schmaus-kitten-sasl-ht-09 §3 has it.
 *
 * @spec XEP-0484 §3.4
 */
export class HashedToken implements Mechanism {
  readonly encoding = 'latin1';
  readonly #claim: TokenClaim;
  #username = '';

  constructor(claim: TokenClaim) {
    this.#claim = claim;
  }

  respond(data: string | undefined): SaslStep {
    const end = data?.indexOf('\0') ?? -1;
    if (data === undefined || end < 1) return failure('malformed-request');
    const proof = Buffer.from(data.slice(end + 1), 'latin1');
    const username = Buffer.from(data.slice(0, end), 'latin1').toString('utf8');
    if (proof.length !== PROOF_BYTES || username.includes('\uFFFD')) return failure('malformed-request');
    this.#username = username;
    return { step: 'ask', ask: { about: 'token', username, proof, ...this.#claim } };
  }

  answer(answer: SaslAnswer): SaslStep {
    if (answer.about !== 'token') return refused(answer);
    const data = Buffer.from(answer.responder).toString('latin1');
    return { step: 'success', username: this.#username, authzid: '', data };
  }
}
