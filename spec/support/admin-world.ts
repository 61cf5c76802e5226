import type { ServerActions } from '../../lib/admin/targets.ts';
import type { ConfigInput } from '../../lib/config/schema.ts';
import { createServer, type HoldfastServer } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { Store } from '../../lib/storage/store.ts';
import { FakeClient, FakeLog, FakeTransport, jid, settled } from '../core/world.ts';
import { CommandClient } from './command-client.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

export const DOMAIN = 'shakespeare.lit';
export const OTHER = 'globe.example';

export interface AdminWorldOptions {
  readonly store?: Store;
  readonly config?: Partial<ConfigInput>;
  /** As on the command line; without, what a server in another program can do. */
  readonly actions?: ServerActions;
}

/**
 * A whole server that listens nowhere, in virtual time. `bard` administers one domain, `owner` both;
 * `juliet` and `iago` are users.
 */
export class AdminWorld {
  readonly clock: VirtualClock;
  readonly log: FakeLog;
  readonly random = new SeededRandom(2);
  readonly server: HoldfastServer;
  readonly store: Store;

  private constructor(server: HoldfastServer, store: Store, clock: VirtualClock, log: FakeLog) {
    this.server = server;
    this.store = store;
    this.clock = clock;
    this.log = log;
  }

  static async open({
    store = createMemoryStore(),
    config = {},
    actions,
  }: AdminWorldOptions = {}): Promise<AdminWorld> {
    const clock = new VirtualClock();
    const log = new FakeLog();
    const server = await createServer(
      {
        hosts: {
          [DOMAIN]: { admins: [`bard@${DOMAIN}`, `Owner@${DOMAIN}`] },
          [OTHER]: { admins: [`owner@${DOMAIN}`] },
          'guests.example': { anonymous: true },
        },
        auth: { iterations: 4096 },
        ...config,
      },
      { store: keptOpen(store), clock, log, random: new SeededRandom(1), ...(actions ? { actions } : {}) },
    );
    const world = new AdminWorld(server, store, clock, log);
    for (const name of ['bard', 'owner', 'juliet', 'iago']) await world.account(`${name}@${DOMAIN}`);
    await world.account(`will@${OTHER}`);
    return world;
  }

  /** An account that nobody can log in to; nothing happens to one that is there. */
  async account(id: string): Promise<void> {
    const keys = { salt: new Uint8Array(), iterations: 1, storedKey: new Uint8Array(), serverKey: new Uint8Array() };
    const credentials = { 'sha-1': keys, 'sha-256': keys, 'sha-512': keys };
    await this.store.accounts.create({ id, credentials, createdAt: this.clock.date() });
  }

  /** Binds a resource. */
  client(address: string): FakeClient {
    const wanted = jid(address);
    const host = this.server.hosts.find(wanted.domain);
    if (!host) throw new Error(`${wanted.domain} is not served`);
    const transport = new FakeTransport();
    return new FakeClient(host.bind(wanted.bare, wanted.resource, transport), transport);
  }

  /** Binds a resource that sends presence, and forgets what it got for that. */
  async online(address: string): Promise<FakeClient> {
    const client = this.client(address);
    client.sends('<presence/>');
    await this.settle();
    client.take();
    return client;
  }

  /** A client that runs commands of a domain. */
  commands(address = `bard@${DOMAIN}/globe`, domain = DOMAIN): CommandClient {
    return new CommandClient(this.client(address), domain, () => this.settle());
  }

  /** Lets everything happen that can happen now; threads of stores and of hashing included. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      await settled();
      this.clock.endTurn();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    await this.server.close({ drain: 0 });
  }
}

/** The server closes its store, but specs share one. */
function keptOpen(store: Store): Store {
  const { accounts, roster, offline, lastSeen, documents, archive, pubsub } = store;
  return {
    accounts,
    roster,
    offline,
    lastSeen,
    documents,
    archive,
    pubsub,
    secret: (name) => store.secret(name),
    close: async () => undefined,
  };
}

/** The node of a command of XEP-0133. */
export function admin(name: string): string {
  return `http://jabber.org/protocol/admin#${name}`;
}
