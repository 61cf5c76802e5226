import type { Clock } from '../base/clock.ts';
import { opaqueId, type Random } from '../base/random.ts';
import type { Duration } from '../base/time.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { StreamError } from '../xmpp/stream-error.ts';
import type { ClientSession } from './client-session.ts';
import { StreamManagement, type ManagementLimits } from './stream-management.ts';

export interface ResumptionPolicy {
  /** Longest time for which a session outlives its carrier; 0 for never. */
  readonly window: Duration;
  /** Sessions of one server that may be without a carrier. */
  readonly sessions: number;
  /** Ended sessions whose last counter is remembered, for clients that come too late. */
  readonly remembered: number;
  readonly limits: ManagementLimits;
}

export const DEFAULT_MANAGEMENT_LIMITS: ManagementLimits = {
  connected: { stanzas: 10_000, bytes: 8 * 1024 * 1024 },
  away: { stanzas: 1000, bytes: 1024 * 1024 },
};

export const DEFAULT_REMEMBERED = 1000;

/** 128 bits: who knows it and can log in as the account may take over the session. */
const ID_BITS = 128;

/** The managed sessions of a server, by which they can be resumed over any transport. @spec XEP-0198 §5 */
export class Resumptions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: ResumptionPolicy;
  readonly #sessions = new Map<string, ClientSession>();
  /** What was handled in sessions that are over, with their account. */
  readonly #remembered = new Map<string, { readonly account: string; readonly h: number }>();
  #away = 0;

  constructor(clock: Clock, random: Random, policy: ResumptionPolicy) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
  }

  /** Sessions whose client is away. */
  get away(): number {
    return this.#away;
  }

  /**
   * Begins to count the stanzas of a session.
   *
   * @param wish how long the client would like to be able to resume; 0 when it does not want to
   * @param release takes the session from its present stream
   */
  enable(
    session: ClientSession,
    wish: Duration,
    release: (error: StreamError) => void,
  ): { readonly management: StreamManagement; readonly window: Duration } {
    const id = opaqueId(this.#random, ID_BITS);
    // A guest's account ends with its connection: nobody could log in as it again.
    const window = session.host.anonymous ? 0 : Math.min(wish, this.#policy.window);
    const management = new StreamManagement(session.transport, {
      id,
      window,
      release,
      clock: this.#clock,
      limits: this.#policy.limits,
      mayHibernate: () => this.#away < this.#policy.sessions,
      hibernating: (isAway) => void (this.#away += isAway ? 1 : -1),
      expire: (error) => session.end(error),
    });
    this.#sessions.set(id, session);
    session.manage(management, () => this.#forget(session, management));
    return { management, window };
  }

  /** The session that an account may resume by this id. */
  find(id: string, account: Jid): ClientSession | undefined {
    const session = this.#sessions.get(id);
    return session?.account.equals(account) && session.management?.isResumable ? session : undefined;
  }

  /** How many stanzas were handled in a session that is over. */
  handledIn(id: string, account: Jid): number | undefined {
    const past = this.#remembered.get(id);
    return past?.account === account.toString() ? past.h : undefined;
  }

  #forget({ account }: ClientSession, { id, ledger, isResumable }: StreamManagement): void {
    this.#sessions.delete(id);
    if (!isResumable) return;
    this.#remembered.set(id, { account: account.toString(), h: ledger.handled });
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= this.#policy.remembered) break;
      this.#remembered.delete(oldest);
    }
  }
}
