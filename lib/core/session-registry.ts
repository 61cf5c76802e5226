import type { Jid } from '../xmpp/jid.ts';
import type { ClientSession } from './client-session.ts';

const NONE: readonly ClientSession[] = [];

/** The bound resources of one host. */
export class SessionRegistry {
  readonly #byResource = new Map<string, ClientSession>();
  /** Lists are replaced, never changed, so that one may be walked while sessions come and go. */
  readonly #byAccount = new Map<string, readonly ClientSession[]>();

  get size(): number {
    return this.#byResource.size;
  }

  /** The session of a full JID. */
  find(full: Jid): ClientSession | undefined {
    return this.#byResource.get(full.toString());
  }

  /** All sessions of the account, available or not, oldest first. */
  of(account: Jid): readonly ClientSession[] {
    return this.#byAccount.get(account.bare.toString()) ?? NONE;
  }

  /** The available resources of the account, highest priority first, oldest first among equals. */
  available(account: Jid): readonly ClientSession[] {
    const sessions = this.of(account).filter((session) => session.isAvailable);
    return sessions.length < 2 ? sessions : sessions.sort((a, b) => b.priority - a.priority);
  }

  all(): IterableIterator<ClientSession> {
    return this.#byResource.values();
  }

  /** For the host only; the resource is free. */
  add(session: ClientSession): void {
    this.#byResource.set(session.jid.toString(), session);
    this.#byAccount.set(session.account.toString(), [...this.of(session.account), session]);
  }

  /** For the host only. Harmless when the session is not there. */
  remove(session: ClientSession): void {
    const [resource, account] = [session.jid.toString(), session.account.toString()];
    if (this.#byResource.get(resource) !== session) return;
    this.#byResource.delete(resource);
    const others = this.of(session.account).filter((other) => other !== session);
    if (others.length > 0) this.#byAccount.set(account, others);
    else this.#byAccount.delete(account);
  }
}
