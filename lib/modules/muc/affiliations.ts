import { Jid } from '../../xmpp/jid.ts';
import { nickKey } from './occupants.ts';
import type { Affiliation } from './ranks.ts';

/** What a room knows of an account, in the room or not. */
export interface Tie {
  readonly affiliation: Affiliation;
  /** The nickname that is reserved for it. @spec XEP-0045 §7.10 */
  readonly nick?: string | undefined;
  readonly reason?: string | undefined;
}

const NO_TIE: Tie = { affiliation: 'none' };

/** The affiliations of a room, by bare JID or domain, and the nicknames that are reserved. */
export class Affiliations {
  readonly #ties = new Map<string, Tie>();
  readonly #reserved = new Map<string, string>();
  readonly #changed = new Set<string>();
  #owners = 0;

  get size(): number {
    return this.#ties.size;
  }

  /** How many owners there are. */
  get owners(): number {
    return this.#owners;
  }

  has(account: Jid): boolean {
    return this.#ties.has(account.bare.toString());
  }

  /** What is said of the account itself, or else of its domain. @spec XEP-0045 §9.2 */
  get(account: Jid): Tie {
    return this.#ties.get(account.bare.toString()) ?? this.#ties.get(account.domain) ?? NO_TIE;
  }

  of(account: Jid): Affiliation {
    return this.get(account).affiliation;
  }

  set(account: Jid, tie: Tie): void {
    const key = account.bare.toString();
    this.#forget(key);
    this.#changed.add(key);
    if (isNothing(tie)) return;
    this.#ties.set(key, tie);
    if (tie.affiliation === 'owner') this.#owners += 1;
    if (tie.nick !== undefined) this.#reserved.set(nickKey(tie.nick), key);
  }

  /** The account, as text, that a nickname is reserved for. */
  holder(nick: string): string | undefined {
    return this.#reserved.get(nickKey(nick));
  }

  /** All with an affiliation, in the order they got it. */
  list(affiliation: Affiliation): { readonly jid: Jid; readonly tie: Tie }[] {
    return Array.from(this.#ties).flatMap(([key, tie]) => {
      const jid = tie.affiliation === affiliation ? Jid.parse(key) : undefined;
      return jid ? [{ jid, tie }] : [];
    });
  }

  /** What changed since this was asked last, by bare JID or domain; undefined for what is no more. */
  takeChanges(): Map<string, Tie | undefined> {
    const changes = new Map(Array.from(this.#changed, (key) => [key, this.#ties.get(key)]));
    this.#changed.clear();
    return changes;
  }

  /** Makes everything count as changed. */
  touch(keys: Iterable<string> = this.#ties.keys()): void {
    for (const key of keys) this.#changed.add(key);
  }

  #forget(key: string): void {
    const old = this.#ties.get(key);
    if (!old) return;
    this.#ties.delete(key);
    if (old.affiliation === 'owner') this.#owners -= 1;
    if (old.nick !== undefined) this.#reserved.delete(nickKey(old.nick));
  }
}

/** Nothing to remember. */
function isNothing({ affiliation, nick }: Tie): boolean {
  return affiliation === 'none' && nick === undefined;
}
