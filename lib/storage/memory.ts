import { randomBytes } from 'node:crypto';
import { MemoryArchive } from './memory-archive.ts';
import { MemoryDocuments } from './memory-documents.ts';
import { MemoryPubsub } from './memory-pubsub.ts';
import type {
  Account,
  AccountId,
  AccountStore,
  Credentials,
  LastSeen,
  LastSeenStore,
  OfflineMessage,
  OfflineStore,
  Roster,
  RosterChanges,
  RosterItem,
  RosterStore,
  Store,
} from './store.ts';

const SECRET_BYTES = 32;

interface Entry {
  readonly version: number;
  /** Undefined where the item was removed. */
  readonly item: RosterItem | undefined;
}

interface RosterRecord {
  version: number;
  readonly entries: Map<string, Entry>;
}

/** Everything in memory: the reference for what a store does, and the store of anonymous hosts. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #accounts = new Map<AccountId, Account>();
  readonly #rosters = new Map<AccountId, RosterRecord>();
  readonly #offline = new Map<AccountId, OfflineMessage[]>();
  readonly #lastSeen = new Map<AccountId, LastSeen>();
  readonly #secrets = new Map<string, Uint8Array>();
  #offlineId = 0;

  readonly documents = new MemoryDocuments();
  readonly archive = new MemoryArchive();
  readonly pubsub = new MemoryPubsub();

  readonly accounts: AccountStore = {
    create: async (account: Account): Promise<boolean> => {
      if (this.#accounts.has(account.id)) return false;
      this.#accounts.set(account.id, account);
      return true;
    },

    find: async (id: AccountId): Promise<Account | undefined> => this.#accounts.get(id),

    setCredentials: async (id: AccountId, credentials: Credentials): Promise<boolean> => {
      const account = this.#accounts.get(id);
      if (account) this.#accounts.set(id, { ...account, credentials });
      return account !== undefined;
    },

    remove: async (id: AccountId): Promise<boolean> => {
      for (const part of [this.#rosters, this.#offline, this.#lastSeen]) part.delete(id);
      this.documents.forget(id);
      await this.archive.clear(id);
      this.pubsub.forget(id);
      return this.#accounts.delete(id);
    },

    list: async (domain: string, limit: number, after = ''): Promise<AccountId[]> => {
      const ids = [...this.#accounts.keys()].filter((id) => id.endsWith(`@${domain}`) && id > after);
      return ids.sort().slice(0, limit);
    },
  };

  readonly roster: RosterStore = {
    load: async (id: AccountId): Promise<Roster> => {
      const record = this.#rosters.get(id);
      const items = [...(record?.entries.values() ?? [])].flatMap(({ item }) => (item ? [item] : []));
      return { version: record?.version ?? 0, items };
    },

    put: async (id: AccountId, item: RosterItem): Promise<number> => this.#write(id, item.contact, item),

    remove: async (id: AccountId, contact: string): Promise<number> => {
      const record = this.#rosters.get(id);
      if (!record?.entries.get(contact)?.item) return record?.version ?? 0;
      return this.#write(id, contact, undefined);
    },

    changesSince: async (id: AccountId, version: number): Promise<RosterChanges | undefined> => {
      const record = this.#rosters.get(id) ?? { version: 0, entries: new Map<string, Entry>() };
      if (version > record.version) return undefined;
      const changed = [...record.entries].filter(([, entry]) => entry.version > version);
      changed.sort(([, a], [, b]) => a.version - b.version);
      return {
        version: record.version,
        items: changed.flatMap(([, { version: at, item }]) => (item ? [{ version: at, item }] : [])),
        removed: changed.flatMap(([contact, { version: at, item }]) => (item ? [] : [{ version: at, contact }])),
      };
    },
  };

  readonly offline: OfflineStore = {
    add: async (id, { xml, at }, limit): Promise<boolean> => {
      const messages = this.#offline.get(id) ?? [];
      if (messages.length >= limit) return false;
      this.#offlineId += 1;
      this.#offline.set(id, [...messages, { id: this.#offlineId, xml, at }]);
      return true;
    },

    list: async (id: AccountId): Promise<OfflineMessage[]> => [...(this.#offline.get(id) ?? [])],

    remove: async (id: AccountId, upTo: number): Promise<void> => {
      const kept = (this.#offline.get(id) ?? []).filter((message) => message.id > upTo);
      if (kept.length > 0) this.#offline.set(id, kept);
      else this.#offline.delete(id);
    },

    count: async (id: AccountId): Promise<number> => this.#offline.get(id)?.length ?? 0,
  };

  readonly lastSeen: LastSeenStore = {
    set: async (id: AccountId, seen: LastSeen): Promise<void> => {
      this.#lastSeen.set(id, seen);
    },
    get: async (id: AccountId): Promise<LastSeen | undefined> => this.#lastSeen.get(id),
  };

  async secret(name: string): Promise<Uint8Array> {
    const secret = this.#secrets.get(name) ?? randomBytes(SECRET_BYTES);
    this.#secrets.set(name, secret);
    return secret;
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  #write(id: AccountId, contact: string, item: RosterItem | undefined): number {
    const record = this.#rosters.get(id) ?? { version: 0, entries: new Map<string, Entry>() };
    record.version += 1;
    record.entries.set(contact, { version: record.version, item });
    this.#rosters.set(id, record);
    return record.version;
  }
}
