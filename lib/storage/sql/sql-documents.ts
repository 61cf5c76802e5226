import { sql } from 'kysely';
import type { Document, DocumentStore } from '../store.ts';
import type { SqlSession } from './sql-session.ts';

export class SqlDocuments implements DocumentStore {
  readonly #sql: SqlSession;

  constructor(sql: SqlSession) {
    this.#sql = sql;
  }

  async get(owner: string, kind: string, key: string): Promise<string | undefined> {
    const query = this.#of(owner, kind).select('text').where('key', '=', key);
    return (await this.#sql.run(query.execute()))[0]?.text;
  }

  async put(owner: string, kind: string, { key, text }: Document, limit: number): Promise<boolean> {
    const others = sql<number>`(select count(*) from documents where owner = ${owner} and kind = ${kind} and key <> ${key})`;
    const insert = this.#sql.db
      .insertInto('documents')
      .columns(['owner', 'kind', 'key', 'text'])
      .expression(
        this.#sql.db
          .selectNoFrom((eb) => [
            eb.val(owner).as('owner'),
            eb.val(kind).as('kind'),
            eb.val(key).as('key'),
            eb.val(text).as('text'),
          ])
          .where(others, '<', limit),
      )
      .onConflict((conflict) => conflict.columns(['owner', 'kind', 'key']).doUpdateSet({ text }))
      .returning('key');
    const [kept = []] = await this.#sql.unit([insert]);
    return kept.length > 0;
  }

  async remove(owner: string, kind: string, key: string): Promise<boolean> {
    const removal = this.#sql.db
      .deleteFrom('documents')
      .where('owner', '=', owner)
      .where('kind', '=', kind)
      .where('key', '=', key)
      .returning('key');
    const [removed = []] = await this.#sql.unit([removal]);
    return removed.length > 0;
  }

  async list(owner: string, kind: string): Promise<Document[]> {
    return this.#sql.run(this.#of(owner, kind).select(['key', 'text']).orderBy('key').execute());
  }

  async clear(owner: string, kind: string): Promise<void> {
    await this.#sql.unit([this.#sql.db.deleteFrom('documents').where('owner', '=', owner).where('kind', '=', kind)]);
  }

  #of(owner: string, kind: string) {
    return this.#sql.db.selectFrom('documents').where('owner', '=', owner).where('kind', '=', kind);
  }
}
