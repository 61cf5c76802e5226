import type { Blocklist, Blocks } from '../../core/blocks.ts';
import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** Addresses that one account may block. */
const MAX_BLOCKED = 1000;
/** Accounts whose lists are kept in memory. */
const MAX_KNOWN = 10_000;
const KIND = 'blocked';

/** The list of one account: bare and full JIDs, and domains. */
export class List implements Blocklist {
  readonly account: Jid;
  readonly addresses: Set<string>;

  constructor(account: Jid, addresses: Iterable<string>) {
    this.account = account;
    this.addresses = new Set(addresses);
  }

  /** Never true for the account itself. @spec XEP-0191 §6 */
  has(jid: Jid): boolean {
    const { addresses } = this;
    if (addresses.size === 0 || jid.bare.equals(this.account)) return false;
    return addresses.has(jid.toString()) || addresses.has(jid.bare.toString()) || addresses.has(jid.domain);
  }
}

/** The lists of all accounts, in memory as far as they are needed. */
export class BlockBook implements Blocks {
  readonly #host: HostContext;
  readonly #known = new Map<string, MaybePromise<List>>();

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** At once when it is in memory. A list that cannot be read is an error, and not an empty list. */
  of(account: Jid): MaybePromise<List> {
    return this.#known.get(account.toString()) ?? this.#load(account);
  }

  /** @throws StanzaError `resource-constraint` when there are too many @throws StoreError */
  async block(account: Jid, addresses: readonly string[]): Promise<void> {
    const list = await this.of(account);
    for (const key of addresses) {
      const isKept = await this.#host.store.documents.put(
        list.account.toString(),
        KIND,
        { key, text: '' },
        MAX_BLOCKED,
      );
      if (!isKept) throw new StanzaError('resource-constraint', `At most ${MAX_BLOCKED} addresses can be blocked.`);
      list.addresses.add(key);
    }
  }

  /** @throws StoreError */
  async unblock(account: Jid, addresses: readonly string[]): Promise<void> {
    const list = await this.of(account);
    for (const key of addresses) {
      await this.#host.store.documents.remove(list.account.toString(), KIND, key);
      list.addresses.delete(key);
    }
  }

  forget(account: Jid): void {
    this.#known.delete(account.toString());
  }

  #load(account: Jid): Promise<List> {
    const id = account.toString();
    const loading = this.#host.store.documents.list(id, KIND).then((documents) => {
      const list = new List(
        account,
        documents.map(({ key }) => key),
      );
      if (this.#known.get(id) === loading) this.#known.set(id, list);
      return list;
    });
    // What could not be read is asked for again.
    loading.catch(() => this.#known.delete(id));
    this.#makeRoom();
    this.#known.set(id, loading);
    return loading;
  }

  /** The oldest go first, but not those of connected accounts: their stanzas must not wait. */
  #makeRoom(): void {
    if (this.#known.size < MAX_KNOWN + this.#host.sessions.size) return;
    const connected = new Set(Array.from(this.#host.sessions.all(), (session) => session.account.toString()));
    for (const id of this.#known.keys()) {
      if (connected.has(id)) continue;
      this.#known.delete(id);
      return;
    }
  }
}
