import type { Clock } from '../base/clock.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { seconds, type Duration } from '../base/time.ts';
import type { Jid } from '../xmpp/jid.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { TransportInfo } from '../xmpp/transport.ts';
import { Counter } from './auth-limiter.ts';
import type { ClientSession } from './client-session.ts';
import { HandoverKey } from './handover-key.ts';
import { StreamManagement, type ManagementLimits } from './stream-management.ts';

export interface ResumptionPolicy {
  /** Longest time for which a session outlives its carrier; 0 for never. */
  readonly window: Duration;
  /** Sessions of one server that may be without a carrier. */
  readonly sessions: number;
  /** Ended sessions whose last counter is remembered, for clients that come too late. */
  readonly remembered: number;
  /** Clients may take a session over with a token instead of a login. */
  readonly handover: boolean;
  readonly limits: ManagementLimits;
}

/** What a client says that takes over its session without logging in. */
export interface HandoverClaim {
  /** The SM-ID. */
  readonly id: string;
  readonly token: string;
  /** Counts the client's attempts. */
  readonly ordinal: number;
}

export const DEFAULT_MANAGEMENT_LIMITS: ManagementLimits = {
  connected: { stanzas: 10_000, bytes: 8 * 1024 * 1024 },
  away: { stanzas: 1000, bytes: 1024 * 1024 },
};

export const DEFAULT_REMEMBERED = 1000;

/** 128 bits: who knows it and can log in as the account may take over the session. */
const ID_BITS = 128;
/** Claims of one address with a wrong token, within a minute, after which no claim of it is looked at. */
const WRONG_CLAIMS = 10;
const CLAIMS_WINDOW: Duration = seconds(60);

/** The managed sessions of a server, by which they can be resumed over any transport. @spec XEP-0198 §5 */
export class Resumptions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: ResumptionPolicy;
  readonly #sessions = new Map<string, ClientSession>();
  /** What was handled in sessions that are over, with their account. */
  readonly #remembered = new Map<string, { readonly account: string; readonly h: number }>();
  readonly #wrongClaims: Counter;
  /** Claims for sessions that there are not take as long as others. */
  readonly #nobodysKey: HandoverKey;
  #away = 0;

  constructor(clock: Clock, random: Random, policy: ResumptionPolicy) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
    this.#wrongClaims = new Counter(clock, CLAIMS_WINDOW);
    this.#nobodysKey = new HandoverKey(random);
  }

  /** Clients may take a session over with a token instead of a login. */
  get allowsHandover(): boolean {
    return this.#policy.handover;
  }

  /** Sessions whose client is away. */
  get away(): number {
    return this.#away;
  }

  /**
   * Begins to count the stanzas of a session.
   *
   * @param release takes the session from its present stream
   */
  manage(session: ClientSession, release: (error: StreamError) => void): StreamManagement {
    const id = session.transport.numbering?.id ?? opaqueId(this.#random, ID_BITS);
    const management = new StreamManagement(session.transport, {
      id,
      release,
      clock: this.#clock,
      key: new HandoverKey(this.#random),
      limits: this.#policy.limits,
      mayHibernate: () => this.#away < this.#policy.sessions,
      hibernating: (isAway) => void (this.#away += isAway ? 1 : -1),
      expire: (error) => session.end(error),
    });
    this.#sessions.set(id, session);
    session.manage(management, () => this.#forget(session, management));
    return management;
  }

  /**
   * Lets a client resume its session.
   *
   * @param wish how long the client would like to be able to; 0 when it does not want to
   * @param hasToken it can do so without logging in, which is the only way for a guest
   * @returns how long it is
   */
  enable({ host }: ClientSession, management: StreamManagement, wish: Duration, hasToken: boolean): Duration {
    const window = host.anonymous && !hasToken ? 0 : Math.min(wish, this.#policy.window);
    management.enable(window);
    return window;
  }

  /**
   * The session that this claim may take over.
   *
   * @param info of the carrier on which the claim was made: no less secure than where the session came from, and of the same page
   */
  claim({ id, token, ordinal }: HandoverClaim, info: TransportInfo): ClientSession | 'unknown' | 'stale' | 'blocked' {
    if (this.#wrongClaims.count(info.address) >= WRONG_CLAIMS) return 'blocked';
    const session = this.#sessions.get(id);
    const verdict = (session?.management?.key ?? this.#nobodysKey).check(token, ordinal);
    const isOpen = this.allowsHandover && session?.management?.isResumable === true;
    if (verdict === 'wrong' || !session || !isOpen || !session.mayMoveTo(info)) {
      this.#wrongClaims.add(info.address);
      return 'unknown';
    }
    if (verdict === 'ok') return session;
    if (verdict === 'stolen') session.end(new StreamError('not-authorized', 'a spent token was used'));
    return verdict === 'stolen' ? 'unknown' : 'stale';
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
