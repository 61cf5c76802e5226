import type { Jid } from '../../xmpp/jid.ts';

/** Resources that one account is told of. */
const MAX_OF_ACCOUNT = 2000;
/** Resources of all accounts together. */
const MAX_ALL = 100_000;

/**
 * Who sent presence to an account without being a session that its roster leads to: resources of
 * other servers, and strangers.
 *
 * @spec XEP-0060 §9.1.3
 */
export class Sharers {
  readonly #byAccount = new Map<string, Map<string, Jid>>();
  readonly #byResource = new Map<string, Map<string, Jid>>();
  #size = 0;

  /** Full JIDs. */
  of(account: Jid): Iterable<Jid> {
    return this.#byAccount.get(account.toString())?.values() ?? [];
  }

  /** The accounts that a resource sent presence to. */
  accountsOf(resource: Jid): Iterable<Jid> {
    return this.#byResource.get(resource.toString())?.values() ?? [];
  }

  /** False when it was there already, or there is no room. */
  add(account: Jid, resource: Jid): boolean {
    const resources = this.#byAccount.get(account.toString()) ?? new Map<string, Jid>();
    if (resources.has(resource.toString())) return false;
    if (resources.size >= MAX_OF_ACCOUNT || this.#size >= MAX_ALL) return false;
    this.#byAccount.set(account.toString(), resources.set(resource.toString(), resource));
    const accounts = this.#byResource.get(resource.toString()) ?? new Map<string, Jid>();
    this.#byResource.set(resource.toString(), accounts.set(account.toString(), account));
    this.#size += 1;
    return true;
  }

  remove(account: Jid, resource: Jid): void {
    const resources = this.#byAccount.get(account.toString());
    if (!resources?.delete(resource.toString())) return;
    if (resources.size === 0) this.#byAccount.delete(account.toString());
    const accounts = this.#byResource.get(resource.toString());
    accounts?.delete(account.toString());
    if (accounts?.size === 0) this.#byResource.delete(resource.toString());
    this.#size -= 1;
  }

  /** The resource is gone. */
  forgetResource(resource: Jid): void {
    for (const account of this.accountsOf(resource)) this.remove(account, resource);
  }

  /** The account is gone. */
  forgetAccount(account: Jid): void {
    for (const resource of this.of(account)) this.remove(account, resource);
  }
}
