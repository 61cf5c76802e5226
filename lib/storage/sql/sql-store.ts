import { randomBytes } from 'node:crypto';
import { Kysely, Migrator, sql, type Compilable, type Dialect } from 'kysely';
import type { ScramHash, ScramKeys } from '../../xmpp/sasl/scram-keys.ts';
import {
  StoreError,
  type Account,
  type AccountId,
  type AccountStore,
  type Credentials,
  type LastSeenStore,
  type OfflineStore,
  type RosterStore,
  type Store,
} from '../store.ts';
import type { Engine, Rows } from './engine.ts';
import { MIGRATIONS } from './migrations.ts';
import { contactsOf, itemOf, rowOf } from './roster-rows.ts';
import type { Database } from './schema.ts';

const SECRET_BYTES = 32;
const HASHES: readonly ScramHash[] = ['sha-1', 'sha-256', 'sha-512'];

/** Every store that speaks SQL: one set of queries, whatever the engine. */
export class SqlStore implements Store {
  readonly #db: Kysely<Database>;
  readonly #engine: Engine;

  constructor(engine: Engine, dialect: Dialect) {
    this.#engine = engine;
    this.#db = new Kysely<Database>({ dialect });
  }

  /** Brings the tables up to date. @throws StoreError when the database is newer than this program */
  async migrate(): Promise<void> {
    const migrator = new Migrator({ db: this.#db, provider: { getMigrations: async () => MIGRATIONS } });
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    const message = error instanceof Error ? error.message : String(error);
    const isNewer = message.includes('previously executed migration');
    throw new StoreError(isNewer ? 'the database was written by a newer version of Holdfast' : message, {
      cause: error,
    });
  }

  readonly accounts: AccountStore = {
    create: async (account) => {
      const { id: jid, createdAt, credentials } = account;
      const domain = jid.slice(jid.indexOf('@') + 1);
      const insert = this.#db
        .insertInto('accounts')
        .values({ jid, domain, created_at: createdAt })
        .onConflict((conflict) => conflict.column('jid').doNothing())
        .returning('id');
      const keys = HASHES.map((hash) => this.#insertKeys(jid, hash, credentials[hash]));
      const [created = []] = await this.#unit([insert, ...keys]);
      return created.length > 0;
    },

    find: async (id) => {
      const query = this.#db
        .selectFrom('accounts')
        .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
        .select(['created_at', 'hash', 'salt', 'iterations', 'stored_key', 'server_key'])
        .where('jid', '=', id);
      const rows = await this.#run(query.execute());
      const [first] = rows;
      if (!first) return undefined;
      const keys = new Map(rows.map((row) => [row.hash, keysOf(row)]));
      return accountOf(id, Number(first.created_at), keys);
    },

    setCredentials: async (id, credentials) => {
      const updates = HASHES.map((hash) => {
        const { salt, iterations, storedKey, serverKey } = credentials[hash];
        return this.#db
          .updateTable('credentials')
          .set({ salt, iterations, stored_key: storedKey, server_key: serverKey })
          .where('account_id', 'in', this.#idOf(id))
          .where('hash', '=', hash)
          .returning('hash');
      });
      const [first = []] = await this.#unit(updates);
      return first.length > 0;
    },

    remove: async (id) => {
      const [removed = []] = await this.#unit([this.#db.deleteFrom('accounts').where('jid', '=', id).returning('id')]);
      return removed.length > 0;
    },

    list: async (domain, limit, after = '') => {
      const query = this.#db
        .selectFrom('accounts')
        .select('jid')
        .where('domain', '=', domain)
        .where('jid', '>', after)
        .orderBy('jid')
        .limit(limit);
      return (await this.#run(query.execute())).map((row) => row.jid);
    },
  };

  readonly roster: RosterStore = {
    load: async (id) => {
      const version = this.#db
        .selectFrom('roster_versions')
        .select('version')
        .where('account_id', 'in', this.#idOf(id));
      const items = this.#rosterRows(id).where('removed', '=', 0);
      const [versions = [], rows = []] = await this.#unit([version, items]);
      return { version: Number(versions[0]?.['version'] ?? 0), items: rows.map(itemOf) };
    },

    put: async (id, item) => {
      const values = rowOf(item);
      const insert = this.#db
        .insertInto('roster_items')
        .columns(['account_id', 'contact', 'version', ...VALUE_COLUMNS])
        .expression(
          this.#db
            .selectFrom('roster_versions')
            .select((eb) => [
              'account_id',
              eb.val(item.contact).as('contact'),
              'version',
              ...VALUE_COLUMNS.map((column) => eb.val(values[column]).as(column)),
            ])
            .where('account_id', 'in', this.#idOf(id)),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['account_id', 'contact'])
            .doUpdateSet((eb) =>
              Object.fromEntries(['version', ...VALUE_COLUMNS].map((name) => [name, eb.ref(`excluded.${name}` as never)])),
            ),
        );
      const [versions = []] = await this.#unit([this.#nextVersion(id), insert]);
      return Number(versions[0]?.['version'] ?? 0);
    },

    remove: async (id, contact) => {
      const isThere = sql`exists (select 1 from roster_items where removed = 0 and contact = ${contact} and account_id = roster_versions.account_id)`;
      const raise = this.#db
        .updateTable('roster_versions')
        .set((eb) => ({ version: eb('version', '+', 1) }))
        .where('account_id', 'in', this.#idOf(id))
        .where(sql<boolean>`${isThere}`);
      const bury = this.#db
        .updateTable('roster_items')
        .set((eb) => ({
          removed: 1,
          version: eb
            .selectFrom('roster_versions')
            .select('version')
            .whereRef('roster_versions.account_id', '=', 'roster_items.account_id'),
        }))
        .where('account_id', 'in', this.#idOf(id))
        .where('contact', '=', contact)
        .where('removed', '=', 0);
      const version = this.#db.selectFrom('roster_versions').select('version').where('account_id', 'in', this.#idOf(id));
      const [, , versions = []] = await this.#unit([raise, bury, version]);
      return Number(versions[0]?.['version'] ?? 0);
    },

    changesSince: async (id, version) => {
      const current = this.#db
        .selectFrom('roster_versions')
        .select('version')
        .where('account_id', 'in', this.#idOf(id));
      const changed = this.#rosterRows(id).where('version', '>', version).orderBy('version');
      const [versions = [], rows = []] = await this.#unit([current, changed]);
      const latest = Number(versions[0]?.['version'] ?? 0);
      return version > latest ? undefined : { version: latest, ...contactsOf(rows) };
    },
  };

  readonly offline: OfflineStore = {
    add: async (id, { xml, at }, limit) => {
      const count = sql<number>`(select count(*) from offline_messages where account_id = accounts.id)`;
      const insert = this.#db
        .insertInto('offline_messages')
        .columns(['account_id', 'at', 'xml'])
        .expression(
          this.#db
            .selectFrom('accounts')
            .select((eb) => ['id', eb.val(at).as('at'), eb.val(xml).as('xml')])
            .where('jid', '=', id)
            .where(count, '<', limit),
        )
        .returning('id');
      const [added = []] = await this.#unit([insert]);
      return added.length > 0;
    },

    list: async (id) => {
      const query = this.#db
        .selectFrom('offline_messages')
        .select(['id', 'at', 'xml'])
        .where('account_id', 'in', this.#idOf(id))
        .orderBy('id');
      return (await this.#run(query.execute())).map(({ id: key, at, xml }) => ({ id: Number(key), at: Number(at), xml }));
    },

    remove: async (id, upTo) => {
      const removal = this.#db
        .deleteFrom('offline_messages')
        .where('account_id', 'in', this.#idOf(id))
        .where('id', '<=', upTo);
      await this.#unit([removal]);
    },

    count: async (id) => {
      const query = this.#db
        .selectFrom('offline_messages')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('account_id', 'in', this.#idOf(id));
      return Number((await this.#run(query.execute()))[0]?.count ?? 0);
    },
  };

  readonly lastSeen: LastSeenStore = {
    set: async (id, { at, status }) => {
      const insert = this.#db
        .insertInto('last_seen')
        .columns(['account_id', 'at', 'status'])
        .expression(
          this.#db
            .selectFrom('accounts')
            .select((eb) => ['id', eb.val(at).as('at'), eb.val(status).as('status')])
            .where('jid', '=', id),
        )
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ at, status }));
      await this.#unit([insert]);
    },

    get: async (id) => {
      const query = this.#db.selectFrom('last_seen').select(['at', 'status']).where('account_id', 'in', this.#idOf(id));
      const [row] = await this.#run(query.execute());
      return row && { at: Number(row.at), status: row.status };
    },
  };

  async secret(name: string): Promise<Uint8Array> {
    const insert = this.#db
      .insertInto('secrets')
      .values({ name, value: randomBytes(SECRET_BYTES) })
      .onConflict((conflict) => conflict.column('name').doNothing());
    const select = this.#db.selectFrom('secrets').select('value').where('name', '=', name);
    const [, rows = []] = await this.#unit([insert, select]);
    const value = rows[0]?.['value'];
    if (!(value instanceof Uint8Array)) throw new StoreError(`the secret ${name} was not kept`);
    return value;
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  #insertKeys(jid: AccountId, hash: ScramHash, keys: ScramKeys): Compilable {
    const values = { hash, salt: keys.salt, iterations: keys.iterations, stored_key: keys.storedKey, server_key: keys.serverKey };
    const names = ['hash', 'salt', 'iterations', 'stored_key', 'server_key'] as const;
    return this.#db
      .insertInto('credentials')
      .columns(['account_id', ...names])
      .expression(
        this.#db
          .selectFrom('accounts')
          .select((eb) => ['id', ...names.map((name) => eb.val(values[name]).as(name))])
          .where('jid', '=', jid),
      )
      .onConflict((conflict) => conflict.columns(['account_id', 'hash']).doNothing());
  }

  /** Raises the version of a roster, from nothing if need be. */
  #nextVersion(id: AccountId): Compilable {
    return this.#db
      .insertInto('roster_versions')
      .columns(['account_id', 'version'])
      .expression(
        this.#db
          .selectFrom('accounts')
          .select((eb) => ['id', eb.val(1).as('version')])
          .where('jid', '=', id),
      )
      .onConflict((conflict) =>
        conflict.column('account_id').doUpdateSet((eb) => ({ version: eb('roster_versions.version', '+', 1) })),
      )
      .returning('version');
  }

  #rosterRows(id: AccountId) {
    return this.#db.selectFrom('roster_items').selectAll().where('account_id', 'in', this.#idOf(id));
  }

  #idOf(id: AccountId) {
    return this.#db.selectFrom('accounts').select('id').where('jid', '=', id);
  }

  async #unit(statements: readonly Compilable[]): Promise<readonly Rows[]> {
    return this.#run(this.#engine.unit(statements.map((statement) => statement.compile())));
  }

  async #run<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

const VALUE_COLUMNS = ['removed', 'name', 'groups', 'subscription', 'ask', 'approved', 'pending_in', 'listed'] as const;

function keysOf(row: { salt: Uint8Array; iterations: number; stored_key: Uint8Array; server_key: Uint8Array }): ScramKeys {
  return { salt: row.salt, iterations: row.iterations, storedKey: row.stored_key, serverKey: row.server_key };
}

function accountOf(id: AccountId, createdAt: number, keys: ReadonlyMap<string, ScramKeys>): Account {
  const sha1 = keys.get('sha-1');
  const sha256 = keys.get('sha-256');
  const sha512 = keys.get('sha-512');
  if (!sha1 || !sha256 || !sha512) throw new StoreError(`the keys of ${id} are incomplete`);
  const credentials: Credentials = { 'sha-1': sha1, 'sha-256': sha256, 'sha-512': sha512 };
  return { id, credentials, createdAt };
}
