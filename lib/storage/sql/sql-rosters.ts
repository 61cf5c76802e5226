import { sql, type Compilable } from 'kysely';
import type { AccountId, Roster, RosterChanges, RosterItem, RosterStore } from '../store.ts';
import { contactsOf, itemOf, rowOf } from './roster-rows.ts';
import type { SqlSession } from './sql-session.ts';

const VALUE_COLUMNS = ['removed', 'name', 'groups', 'subscription', 'ask', 'approved', 'pending_in', 'listed'] as const;

export class SqlRosters implements RosterStore {
  readonly #sql: SqlSession;

  constructor(sql: SqlSession) {
    this.#sql = sql;
  }

  async load(id: AccountId): Promise<Roster> {
    const version = this.#sql.db
      .selectFrom('roster_versions')
      .select('version')
      .where('account_id', 'in', this.#sql.idOf(id));
    const items = this.#rosterRows(id).where('removed', '=', 0);
    const [versions = [], rows = []] = await this.#sql.unit([version, items]);
    return { version: Number(versions[0]?.['version'] ?? 0), items: rows.map(itemOf) };
  }

  async put(id: AccountId, item: RosterItem): Promise<number> {
    const values = rowOf(item);
    const insert = this.#sql.db
      .insertInto('roster_items')
      .columns(['account_id', 'contact', 'version', ...VALUE_COLUMNS])
      .expression(
        this.#sql.db
          .selectFrom('roster_versions')
          .select((eb) => [
            'account_id',
            eb.val(item.contact).as('contact'),
            'version',
            ...VALUE_COLUMNS.map((column) => eb.val(values[column]).as(column)),
          ])
          .where('account_id', 'in', this.#sql.idOf(id)),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'contact'])
          .doUpdateSet((eb) =>
            Object.fromEntries(
              ['version', ...VALUE_COLUMNS].map((name) => [name, eb.ref(`excluded.${name}` as never)]),
            ),
          ),
      );
    const [versions = []] = await this.#sql.unit([this.#nextVersion(id), insert]);
    return Number(versions[0]?.['version'] ?? 0);
  }

  async remove(id: AccountId, contact: string): Promise<number> {
    const isThere = sql`exists (select 1 from roster_items where removed = 0 and contact = ${contact} and account_id = roster_versions.account_id)`;
    const raise = this.#sql.db
      .updateTable('roster_versions')
      .set((eb) => ({ version: eb('version', '+', 1) }))
      .where('account_id', 'in', this.#sql.idOf(id))
      .where(sql<boolean>`${isThere}`);
    const bury = this.#sql.db
      .updateTable('roster_items')
      .set((eb) => ({
        removed: 1,
        version: eb
          .selectFrom('roster_versions')
          .select('version')
          .whereRef('roster_versions.account_id', '=', 'roster_items.account_id'),
      }))
      .where('account_id', 'in', this.#sql.idOf(id))
      .where('contact', '=', contact)
      .where('removed', '=', 0);
    const version = this.#sql.db
      .selectFrom('roster_versions')
      .select('version')
      .where('account_id', 'in', this.#sql.idOf(id));
    const [, , versions = []] = await this.#sql.unit([raise, bury, version]);
    return Number(versions[0]?.['version'] ?? 0);
  }

  async changesSince(id: AccountId, version: number): Promise<RosterChanges | undefined> {
    const current = this.#sql.db
      .selectFrom('roster_versions')
      .select('version')
      .where('account_id', 'in', this.#sql.idOf(id));
    const changed = this.#rosterRows(id).where('version', '>', version).orderBy('version');
    const [versions = [], rows = []] = await this.#sql.unit([current, changed]);
    const latest = Number(versions[0]?.['version'] ?? 0);
    return version > latest ? undefined : { version: latest, ...contactsOf(rows) };
  }

  /** Raises the version of a roster, from nothing if need be. */
  #nextVersion(id: AccountId): Compilable {
    return this.#sql.db
      .insertInto('roster_versions')
      .columns(['account_id', 'version'])
      .expression(
        this.#sql.db
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
    return this.#sql.db.selectFrom('roster_items').selectAll().where('account_id', 'in', this.#sql.idOf(id));
  }
}
