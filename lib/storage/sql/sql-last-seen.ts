import type { AccountId, LastSeen, LastSeenStore } from '../store.ts';
import type { SqlSession } from './sql-session.ts';

export class SqlLastSeen implements LastSeenStore {
  readonly #sql: SqlSession;

  constructor(sql: SqlSession) {
    this.#sql = sql;
  }

  async set(id: AccountId, { at, status }: LastSeen): Promise<void> {
    const insert = this.#sql.db
      .insertInto('last_seen')
      .columns(['account_id', 'at', 'status'])
      .expression(
        this.#sql.db
          .selectFrom('accounts')
          .select((eb) => ['id', eb.val(at).as('at'), eb.val(status).as('status')])
          .where('jid', '=', id),
      )
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ at, status }));
    await this.#sql.unit([insert]);
  }

  async get(id: AccountId): Promise<LastSeen | undefined> {
    const query = this.#sql.db
      .selectFrom('last_seen')
      .select(['at', 'status'])
      .where('account_id', 'in', this.#sql.idOf(id));
    const [row] = await this.#sql.run(query.execute());
    return row && { at: Number(row.at), status: row.status };
  }
}
