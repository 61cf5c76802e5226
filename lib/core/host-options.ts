/** What a domain does when a client asks for a resource that is taken. @spec RFC 6120 §7.7.2.2 */
type ConflictPolicy = 'replace' | 'refuse' | 'rename';

/** Who to write to, by role; the values are URIs. @spec XEP-0157 §3 */
type ContactRole = 'abuse' | 'admin' | 'feedback' | 'sales' | 'security' | 'status' | 'support';

export interface HostOptions {
  readonly domain: string;
  /** Clients may log in with SASL ANONYMOUS. */
  readonly anonymous: boolean;
  /** Most resources of one account at the same time. */
  readonly maxResources: number;
  readonly conflict: ConflictPolicy;
  /** Who may get an account without an operator: nobody, those with an invitation, or everybody. @spec XEP-0077 */
  readonly registration: 'off' | 'invite' | 'open';
  readonly contacts: Readonly<Partial<Record<ContactRole, readonly string[]>>>;
  /** Most stanzas of one session that may wait for one before them that is still being handled. */
  readonly maxPending: number;
}

/**
 * A second client gets a resource of its own: RFC 6120 §7.7.2.2 encourages it, and two clients with
 * the same configured resource do not throw each other out for ever.
 */
export const DEFAULT_HOST_OPTIONS = {
  anonymous: false,
  maxResources: 10,
  conflict: 'rename',
  registration: 'off',
  contacts: {},
  maxPending: 1000,
} as const satisfies Omit<HostOptions, 'domain'>;
