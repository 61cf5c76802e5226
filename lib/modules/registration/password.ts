import { StanzaError } from '../../xmpp/stanza-error.ts';

/** UTF-16 units of the longest password. */
const MAX_PASSWORD = 1023;

export interface PasswordRules {
  /** Characters of the shortest password. */
  readonly minPassword: number;
}

/** A password that nobody can have is told by a RangeError. @throws StanzaError */
export function asRefusal(error: unknown): never {
  if (error instanceof RangeError) throw new StanzaError('not-acceptable', error.message);
  throw error;
}

/** @throws StanzaError not-acceptable */
export function checkPassword(password: string, { minPassword }: PasswordRules): void {
  if ([...password].length < minPassword) {
    throw new StanzaError('not-acceptable', `a password has at least ${minPassword} characters`);
  }
  if (password.length > MAX_PASSWORD) throw new StanzaError('not-acceptable', 'the password is too long');
}
