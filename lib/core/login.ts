import type { Jid } from '../xmpp/jid.ts';

/** Somebody else who knows the passwords of a domain. They reach the server as they are, so only PLAIN is on offer. */
export interface Login {
  /** Whether who logs in for the first time gets an account. */
  readonly makesAccounts: boolean;
  /** Passwords that may be asked about at the same time. */
  readonly maxChecks?: number;
  /** Whether this is the password of that user. @throws Error when that cannot be found out */
  verify(user: Jid, password: string): Promise<boolean>;
}
