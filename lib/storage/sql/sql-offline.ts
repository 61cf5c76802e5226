import { sql } from 'kysely';
import type { AccountId, OfflineMessage, OfflineStore } from '../store.ts';
import type { SqlSession } from './sql-session.ts';

export class SqlOffline implements OfflineStore {
  readonly #sql: SqlSession;

  constructor(sql: SqlSession) {
    this.#sql = sql;
  }

  async add(id: AccountId, { xml, at }: Omit<OfflineMessage, 'id'>, limit: number): Promise<boolean> {
    const count = sql<number>`(select count(*) from offline_messages where account_id = accounts.id)`;
    const insert = this.#sql.db
      .insertInto('offline_messages')
      .columns(['account_id', 'at', 'xml'])
      .expression(
        this.#sql.db
          .selectFrom('accounts')
          .select((eb) => ['id', eb.val(at).as('at'), eb.val(xml).as('xml')])
          .where('jid', '=', id)
          .where(count, '<', limit),
      )
      .returning('id');
    const [added = []] = await this.#sql.unit([insert]);
    return added.length > 0;
  }

  async list(id: AccountId): Promise<OfflineMessage[]> {
    const query = this.#sql.db
      .selectFrom('offline_messages')
      .select(['id', 'at', 'xml'])
      .where('account_id', 'in', this.#sql.idOf(id))
      .orderBy('id');
    return (await this.#sql.run(query.execute())).map(({ id: key, at, xml }) => ({
      id: Number(key),
      at: Number(at),
      xml,
    }));
  }

  async remove(id: AccountId, upTo: number): Promise<void> {
    const removal = this.#sql.db
      .deleteFrom('offline_messages')
      .where('account_id', 'in', this.#sql.idOf(id))
      .where('id', '<=', upTo);
    await this.#sql.unit([removal]);
  }

  async count(id: AccountId): Promise<number> {
    const query = this.#sql.db
      .selectFrom('offline_messages')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('account_id', 'in', this.#sql.idOf(id));
    return Number((await this.#sql.run(query.execute()))[0]?.count ?? 0);
  }
}
