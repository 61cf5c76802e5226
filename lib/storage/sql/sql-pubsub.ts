import { sql } from 'kysely';
import type { ItemChoice, PubsubStore, StoredItem, StoredNode } from '../store.ts';
import type { SqlSession } from './sql-session.ts';

const ITEM = ['item', 'publisher', 'at', 'xml'] as const;

export class SqlPubsub implements PubsubStore {
  readonly #sql: SqlSession;

  constructor(sql: SqlSession) {
    this.#sql = sql;
  }

  async nodes(owner: string): Promise<StoredNode[]> {
    const query = this.#sql.db
      .selectFrom('pubsub_nodes')
      .select(['node', 'text'])
      .where('owner', '=', owner)
      .orderBy('node');
    return this.#sql.run(query.execute());
  }

  async putNode(owner: string, { node, text }: StoredNode, limit: number): Promise<boolean> {
    const others = sql<number>`(select count(*) from pubsub_nodes where owner = ${owner} and node <> ${node})`;
    const insert = this.#sql.db
      .insertInto('pubsub_nodes')
      .columns(['owner', 'node', 'text'])
      .expression(
        this.#sql.db
          .selectNoFrom((eb) => [eb.val(owner).as('owner'), eb.val(node).as('node'), eb.val(text).as('text')])
          .where(others, '<', limit),
      )
      .onConflict((conflict) => conflict.columns(['owner', 'node']).doUpdateSet({ text }))
      .returning('id');
    const [kept = []] = await this.#sql.unit([insert]);
    return kept.length > 0;
  }

  async removeNode(owner: string, node: string): Promise<boolean> {
    const removal = this.#sql.db
      .deleteFrom('pubsub_nodes')
      .where('owner', '=', owner)
      .where('node', '=', node)
      .returning('id');
    const [removed = []] = await this.#sql.unit([removal]);
    return removed.length > 0;
  }

  async putItem(owner: string, node: string, { id, publisher, at, xml }: StoredItem, keep: number): Promise<void> {
    const values = { item: id, publisher, at, xml };
    const replaced = this.#deleteItems(owner, node).where('item', '=', id);
    const insert = this.#sql.db
      .insertInto('pubsub_items')
      .columns(['node_id', ...ITEM])
      .expression(this.#node(owner, node).select((eb) => ['id', ...ITEM.map((name) => eb.val(values[name]).as(name))]));
    const tooMany = this.#deleteItems(owner, node).where(
      'id',
      'not in',
      this.#items(owner, node).select('id').orderBy('id', 'desc').limit(keep),
    );
    await this.#sql.unit([replaced, insert, tooMany]);
  }

  async removeItems(owner: string, node: string, ids: readonly string[]): Promise<string[]> {
    const removal = this.#deleteItems(owner, node).where('item', 'in', ids).returning('item');
    const [removed = []] = await this.#sql.unit([removal]);
    return removed.map((row) => String(row['item']));
  }

  async clearItems(owner: string, node: string): Promise<void> {
    await this.#sql.unit([this.#deleteItems(owner, node)]);
  }

  async items(owner: string, node: string, { ids, newest }: ItemChoice = {}): Promise<StoredItem[]> {
    let query = this.#items(owner, node).select(ITEM).orderBy('id', 'desc');
    if (ids) query = query.where('item', 'in', ids);
    if (newest !== undefined) query = query.limit(newest);
    const rows = await this.#sql.run(query.execute());
    return rows.map(({ item, publisher, at, xml }) => ({ id: item, publisher, at: Number(at), xml })).reverse();
  }

  #node(owner: string, node: string) {
    return this.#sql.db.selectFrom('pubsub_nodes').where('owner', '=', owner).where('node', '=', node);
  }

  #items(owner: string, node: string) {
    return this.#sql.db.selectFrom('pubsub_items').where('node_id', 'in', this.#node(owner, node).select('id'));
  }

  #deleteItems(owner: string, node: string) {
    return this.#sql.db.deleteFrom('pubsub_items').where('node_id', 'in', this.#node(owner, node).select('id'));
  }
}
