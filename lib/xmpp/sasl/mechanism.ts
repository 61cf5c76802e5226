import type { ChannelBinding } from '../transport.ts';
import type { ScramHash, ScramKeys } from './scram-keys.ts';

/** @spec RFC 6120 §6.5 */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'not-authorized'
  | 'temporary-auth-failure';

/** What a client was offered, which it may check, and has to keep to. */
export interface Offer {
  readonly mechanisms: readonly string[];
  /** None where no mechanism binds the channel; hidden ones are taken, but were not announced. */
  readonly bindings: readonly ChannelBinding[];
}

/** The types of channel binding that the client was told of. @spec XEP-0440 §2 */
export function announcedTypes(bindings: readonly ChannelBinding[]): string[] {
  return bindings.filter(({ isHidden }) => !isHidden).map(({ type }) => type);
}

/** What comes with a token. @spec XEP-0484 §3.4 */
export interface TokenClaim {
  readonly mechanism: string;
  /** The `id` of the client's `<user-agent/>`. */
  readonly clientId: string;
  /** How often the client has used the token, if it says so. */
  readonly count: number | undefined;
  /** The token is to be of no use after this. */
  readonly isInvalidated: boolean;
}

/** What a mechanism must know about the world to go on. */
export type SaslAsk =
  | { readonly about: 'scram'; readonly username: string; readonly hash: ScramHash }
  | { readonly about: 'password'; readonly username: string; readonly password: string }
  | ({ readonly about: 'token'; readonly username: string; readonly proof: Uint8Array } & TokenClaim)
  /** Whether there is such an account; a certificate has said the rest. */
  | { readonly about: 'certificate'; readonly username: string }
  | { readonly about: 'anonymous' };

/** The answer to an ask. A refusal can answer any of them. */
export type SaslAnswer =
  /**
   * `exists` is false for keys that were made up, so that nobody can tell; that the account is disabled is
   * told to who has proven to know the password.
   */
  | { readonly about: 'scram'; readonly keys: ScramKeys; readonly exists: boolean; readonly isDisabled?: boolean }
  | { readonly about: 'password'; readonly isRight: boolean }
  /** What proves to the client that the server knows the token, too. */
  | { readonly about: 'token'; readonly responder: Uint8Array }
  | { readonly about: 'certificate'; readonly exists: boolean }
  | { readonly about: 'anonymous'; readonly username: string }
  | { readonly about: 'refusal'; readonly condition: SaslCondition; readonly text?: string };

export type SaslStep =
  | { readonly step: 'challenge'; readonly data: string }
  | { readonly step: 'ask'; readonly ask: SaslAsk }
  | { readonly step: 'success'; readonly username: string; readonly authzid: string; readonly data?: string }
  | { readonly step: 'failure'; readonly condition: SaslCondition; readonly text?: string };

/** One run of one mechanism. @spec RFC 4422 §3 */
export interface Mechanism {
  /** What its data is: text, or octets, each one character. */
  readonly encoding: 'utf8' | 'latin1';
  /** The client's initial response (undefined when it sent none) or its answer to a challenge. */
  respond(data: string | undefined): SaslStep;
  /** The answer to the last ask. */
  answer(answer: SaslAnswer): SaslStep;
}

export const EMPTY_CHALLENGE: SaslStep = { step: 'challenge', data: '' };

export function failure(condition: SaslCondition, text?: string): SaslStep {
  return text === undefined ? { step: 'failure', condition } : { step: 'failure', condition, text };
}

/** The step for an answer that does not fit what was asked, or that refuses. */
export function refused(answer: SaslAnswer): SaslStep {
  return answer.about === 'refusal' ? failure(answer.condition, answer.text) : failure('not-authorized');
}
