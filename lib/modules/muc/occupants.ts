import type { Jid } from '../../xmpp/jid.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Allowance } from './allowance.ts';
import type { Role } from './ranks.ts';

/** One client of an occupant. */
export interface Visit {
  /** The full JID. */
  readonly jid: Jid;
  readonly occupant: Occupant;
  /** Its last available presence, without what only the room may say. */
  presence: Stanza;
  readonly allowance: Allowance;
}

/**
 * Somebody in the room: one nickname, and one or more clients of one account.
 *
 * @spec XEP-0045 §4.1 §7.2.8
 */
export class Occupant {
  /** The bare JID. */
  readonly account: Jid;
  /** Always the same for an account in a room. @spec XEP-0421 §4.1 */
  readonly id: string;
  readonly visits = new Map<string, Visit>();
  /** The occupant JID. */
  jid: Jid;
  role: Role;
  /** The client that was heard of last. */
  latest: Visit | undefined;
  /** Its presence as others get it, with and without the real JID; made on first use. */
  readonly shown = new Map<boolean, Stanza>();

  constructor({ jid, account, id, role }: Pick<Occupant, 'jid' | 'account' | 'id' | 'role'>) {
    this.jid = jid;
    this.account = account;
    this.id = id;
    this.role = role;
  }

  get nick(): string {
    return this.jid.resource ?? '';
  }

  /** The full JID of the client that was heard of last. */
  get realJid(): Jid {
    return this.latest?.jid ?? this.account;
  }
}

/** Who is in the room, by nickname and by client. */
export class Occupants {
  readonly #byNick = new Map<string, Occupant>();
  readonly #visits = new Map<string, Visit>();
  readonly #byAccount = new Map<string, Set<Occupant>>();

  /** Connected clients. */
  get size(): number {
    return this.#visits.size;
  }

  /** A snapshot: what is sent may make others leave. */
  get all(): Occupant[] {
    return [...this.#byNick.values()];
  }

  /** A snapshot of the clients. */
  get visits(): Visit[] {
    return [...this.#visits.values()];
  }

  visit(client: Jid): Visit | undefined {
    return this.#visits.get(client.toString());
  }

  byNick(nick: string): Occupant | undefined {
    return this.#byNick.get(nickKey(nick));
  }

  /** Everything that an account is in the room. */
  of(account: Jid): Occupant[] {
    return [...(this.#byAccount.get(account.bare.toString()) ?? [])];
  }

  add(visit: Visit): void {
    const { occupant, jid } = visit;
    occupant.visits.set(jid.toString(), visit);
    occupant.latest = visit;
    this.#visits.set(jid.toString(), visit);
    this.#byNick.set(nickKey(occupant.nick), occupant);
    const key = occupant.account.toString();
    this.#byAccount.set(key, (this.#byAccount.get(key) ?? new Set()).add(occupant));
  }

  /** Takes a client away, and its occupant with the last one. @returns whether the occupant is gone */
  remove({ jid, occupant }: Visit): boolean {
    this.#visits.delete(jid.toString());
    occupant.visits.delete(jid.toString());
    if (occupant.latest?.jid.equals(jid)) occupant.latest = [...occupant.visits.values()].at(-1);
    if (occupant.visits.size > 0) return false;
    this.#byNick.delete(nickKey(occupant.nick));
    const key = occupant.account.toString();
    const others = this.#byAccount.get(key);
    others?.delete(occupant);
    if (others?.size === 0) this.#byAccount.delete(key);
    return true;
  }

  rename(occupant: Occupant, jid: Jid): void {
    this.#byNick.delete(nickKey(occupant.nick));
    occupant.jid = jid;
    this.#byNick.set(nickKey(occupant.nick), occupant);
  }
}

/** Nicknames that look alike are the same. @spec XEP-0045 §7.2.8 §14.6 */
export function nickKey(nick: string): string {
  return nick.normalize('NFKC').toLowerCase().trim();
}
