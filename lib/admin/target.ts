import type { Config } from '../config/schema.ts';
import type { Accounts } from '../core/accounts.ts';
import type { Invitations } from '../core/invitations.ts';
import type { Jid } from '../xmpp/jid.ts';

/** What administration works on: a running server, or a store alone. */
export interface AdminTarget {
  readonly config: Config;
  /** Those with accounts. */
  readonly domains: readonly string[];
  /** Undefined for a domain that is not served, or has no accounts to keep. */
  accounts(domain: string): Accounts | undefined;
  /** Undefined like `accounts`. */
  invitations(domain: string): Invitations | undefined;
  /** Removes an account with everything of it; false when there is none. */
  removeAccount(jid: Jid): Promise<boolean>;
  /** Only of a running server. */
  readonly server?: ServerControl | undefined;
}

export interface ServerControl {
  sessions(): SessionInfo[];
  /** Ends the sessions of a full JID, or all of a bare one; how many there were. */
  kill(jid: Jid): number;
  status(): ServerStatus;
  /** Reads configuration files and certificates again. */
  reload(): Reloaded;
  stop(): void;
}

/** What came of reading everything again, in sentences. */
export interface Reloaded {
  /** What was done, and what needs a restart. */
  readonly done: readonly string[];
  /** What is no good, so that the old stays. */
  readonly failed: readonly string[];
}

export interface SessionInfo {
  readonly jid: string;
  readonly transport: string;
  readonly address: string;
  readonly secure: boolean;
  readonly since: string;
  readonly available: boolean;
  readonly priority: number;
  /** Of BOSH sessions. */
  readonly bosh?: {
    readonly ver: string;
    readonly wait: number;
    readonly hold: number;
    readonly requests: number;
    readonly inactivity: number;
    /** Requests held at this moment. */
    readonly held: number;
    /** Payloads that wait for a request. */
    readonly queued: number;
  };
}

interface ServerStatus {
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly urls: readonly string[];
  readonly domains: readonly string[];
  readonly sessions: number;
  readonly boshSessions: number;
  readonly heldRequests: number;
}

/** Why a command cannot be done: `unavailable` means that what it needs is not there, or is taken. */
export type FailureKind = 'failure' | 'usage' | 'unavailable' | 'permission';

/** A command that cannot be done as asked; the message is for the operator. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly kind: FailureKind;

  constructor(message: string, kind: FailureKind = 'failure') {
    super(message);
    this.kind = kind;
  }
}
