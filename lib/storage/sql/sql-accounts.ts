import type { Compilable } from 'kysely';
import type { ScramHash, ScramKeys } from '../../xmpp/sasl/scram-keys.ts';
import { StoreError, type Account, type AccountId, type AccountStore, type Credentials } from '../store.ts';
import type { SqlSession } from './sql-session.ts';

const HASHES: readonly ScramHash[] = ['sha-1', 'sha-256', 'sha-512'];
/** Tables whose rows have an `owner` that may be an account, and go with it. */
const OWNED = ['documents', 'archive_owners', 'pubsub_nodes'] as const;

export class SqlAccounts implements AccountStore {
  readonly #sql: SqlSession;

  constructor(sql: SqlSession) {
    this.#sql = sql;
  }

  async create(account: Account): Promise<boolean> {
    const { id: jid, createdAt, credentials } = account;
    const domain = jid.slice(jid.indexOf('@') + 1);
    const insert = this.#sql.db
      .insertInto('accounts')
      .values({ jid, domain, created_at: createdAt })
      .onConflict((conflict) => conflict.column('jid').doNothing())
      .returning('id');
    const keys = HASHES.map((hash) => this.#insertKeys(jid, hash, credentials[hash]));
    const [created = []] = await this.#sql.unit([insert, ...keys]);
    return created.length > 0;
  }

  async find(id: AccountId): Promise<Account | undefined> {
    const query = this.#sql.db
      .selectFrom('accounts')
      .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
      .select(['created_at', 'hash', 'salt', 'iterations', 'stored_key', 'server_key'])
      .where('jid', '=', id);
    const rows = await this.#sql.run(query.execute());
    const [first] = rows;
    if (!first) return undefined;
    const keys = new Map(rows.map((row) => [row.hash, keysOf(row)]));
    return accountOf(id, Number(first.created_at), keys);
  }

  async setCredentials(id: AccountId, credentials: Credentials): Promise<boolean> {
    const updates = HASHES.map((hash) => {
      const { salt, iterations, storedKey, serverKey } = credentials[hash];
      return this.#sql.db
        .updateTable('credentials')
        .set({ salt, iterations, stored_key: storedKey, server_key: serverKey })
        .where('account_id', 'in', this.#sql.idOf(id))
        .where('hash', '=', hash)
        .returning('hash');
    });
    const [first = []] = await this.#sql.unit(updates);
    return first.length > 0;
  }

  async remove(id: AccountId): Promise<boolean> {
    const owned = OWNED.map((table) => this.#sql.db.deleteFrom(table).where('owner', '=', id));
    const account = this.#sql.db.deleteFrom('accounts').where('jid', '=', id).returning('id');
    const [removed = []] = await this.#sql.unit([account, ...owned]);
    return removed.length > 0;
  }

  async list(domain: string, limit: number, after: AccountId = ''): Promise<AccountId[]> {
    const query = this.#sql.db
      .selectFrom('accounts')
      .select('jid')
      .where('domain', '=', domain)
      .where('jid', '>', after)
      .orderBy('jid')
      .limit(limit);
    return (await this.#sql.run(query.execute())).map((row) => row.jid);
  }

  #insertKeys(jid: AccountId, hash: ScramHash, keys: ScramKeys): Compilable {
    const values = {
      hash,
      salt: keys.salt,
      iterations: keys.iterations,
      stored_key: keys.storedKey,
      server_key: keys.serverKey,
    };
    const names = ['hash', 'salt', 'iterations', 'stored_key', 'server_key'] as const;
    return this.#sql.db
      .insertInto('credentials')
      .columns(['account_id', ...names])
      .expression(
        this.#sql.db
          .selectFrom('accounts')
          .select((eb) => ['id', ...names.map((name) => eb.val(values[name]).as(name))])
          .where('jid', '=', jid),
      )
      .onConflict((conflict) => conflict.columns(['account_id', 'hash']).doNothing());
  }
}

function keysOf(row: {
  salt: Uint8Array;
  iterations: number;
  stored_key: Uint8Array;
  server_key: Uint8Array;
}): ScramKeys {
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
