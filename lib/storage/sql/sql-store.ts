import { randomBytes } from 'node:crypto';
import { Migrator, type Dialect } from 'kysely';
import {
  StoreError,
  type AccountStore,
  type ArchiveStore,
  type DocumentStore,
  type LastSeenStore,
  type OfflineStore,
  type PubsubStore,
  type RosterStore,
  type Store,
} from '../store.ts';
import type { Engine } from './engine.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqlAccounts } from './sql-accounts.ts';
import { SqlArchive } from './sql-archive.ts';
import { SqlDocuments } from './sql-documents.ts';
import { SqlLastSeen } from './sql-last-seen.ts';
import { SqlOffline } from './sql-offline.ts';
import { SqlPubsub } from './sql-pubsub.ts';
import { SqlRosters } from './sql-rosters.ts';
import { SqlSession } from './sql-session.ts';

const SECRET_BYTES = 32;

/** Every store that speaks SQL: one set of queries, whatever the engine. */
export class SqlStore implements Store {
  readonly accounts: AccountStore;
  readonly roster: RosterStore;
  readonly offline: OfflineStore;
  readonly lastSeen: LastSeenStore;
  readonly documents: DocumentStore;
  readonly archive: ArchiveStore;
  readonly pubsub: PubsubStore;
  readonly #sql: SqlSession;

  constructor(engine: Engine, dialect: Dialect) {
    this.#sql = new SqlSession(engine, dialect);
    this.accounts = new SqlAccounts(this.#sql);
    this.roster = new SqlRosters(this.#sql);
    this.offline = new SqlOffline(this.#sql);
    this.lastSeen = new SqlLastSeen(this.#sql);
    this.documents = new SqlDocuments(this.#sql);
    this.archive = new SqlArchive(this.#sql);
    this.pubsub = new SqlPubsub(this.#sql);
  }

  /** Brings the tables up to date. @throws StoreError when the database is newer than this program */
  async migrate(): Promise<void> {
    const migrator = new Migrator({ db: this.#sql.db, provider: { getMigrations: async () => MIGRATIONS } });
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    const message = error instanceof Error ? error.message : String(error);
    const isNewer = message.includes('previously executed migration');
    throw new StoreError(isNewer ? 'the database was written by a newer version of Holdfast' : message, {
      cause: error,
    });
  }

  async secret(name: string): Promise<Uint8Array> {
    const insert = this.#sql.db
      .insertInto('secrets')
      .values({ name, value: randomBytes(SECRET_BYTES) })
      .onConflict((conflict) => conflict.column('name').doNothing());
    const select = this.#sql.db.selectFrom('secrets').select('value').where('name', '=', name);
    const [, rows = []] = await this.#sql.unit([insert, select]);
    const value = rows[0]?.['value'];
    if (!(value instanceof Uint8Array)) throw new StoreError(`the secret ${name} was not kept`);
    return value;
  }

  async close(): Promise<void> {
    await this.#sql.close();
  }
}
