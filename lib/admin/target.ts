import type { Duration } from '../base/time.ts';
import type { Config } from '../config/schema.ts';
import type { Announcements } from '../core/announcements.ts';
import type { Accounts } from '../core/accounts.ts';
import type { Invitations } from '../core/invitations.ts';
import type { Store } from '../storage/store.ts';
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
  /** Undefined like `accounts`. */
  store(domain: string): Store | undefined;
  /** Only where there are modules. */
  readonly modules?: ModuleControl | undefined;
  /** Only of a running server. */
  readonly server?: ServerControl | undefined;
}

export interface ModuleControl {
  /** Removes an account with everything of it; false when there is none. */
  removeAccount(jid: Jid): Promise<boolean>;
  announcements(domain: string): Announcements | undefined;
}

export interface ServerControl {
  /** Of all domains, or of one. */
  sessions(domain?: string): SessionInfo[];
  /** Ends the sessions of a full JID, or all of a bare one; how many there were. */
  kill(jid: Jid): number;
  status(): ServerStatus;
  /** Reads configuration files and certificates again. */
  reload(): Reloaded;
  /** Stops after a while, or at once. Asked again, it is the last one that counts. */
  stop(after: Duration): void;
  /** Stops like that, and begins anew. @throws AdminError when it could not begin */
  restart(after: Duration): void;
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
  /** The same without its resource. */
  readonly account: string;
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

/**
 * Why a command cannot be done: `unavailable` means that what it needs is not there, or is taken;
 * `missing` that what it is about is not there, `conflict` that it is.
 */
export type FailureKind = 'failure' | 'usage' | 'unavailable' | 'permission' | 'missing' | 'conflict';

/** A command that cannot be done as asked; the message is for the operator. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly kind: FailureKind;

  constructor(message: string, kind: FailureKind = 'failure') {
    super(message);
    this.kind = kind;
  }
}
