import type { CreateTableBuilder, Kysely, Migration } from 'kysely';
import { archive } from './migrations/0010-archive.ts';

/**
 * Forward only, in the order of their names; a migration that was released is never changed.
 * `Kysely<unknown>`: a migration knows the tables of its own time, not those of today.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('accounts')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('jid', 'text', (column) => column.notNull().unique())
        .addColumn('domain', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('accounts_by_domain').on('accounts').columns(['domain', 'jid']).execute();
      await child(db, 'credentials')
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('salt', 'blob', (column) => column.notNull())
        .addColumn('iterations', 'integer', (column) => column.notNull())
        .addColumn('stored_key', 'blob', (column) => column.notNull())
        .addColumn('server_key', 'blob', (column) => column.notNull())
        .addPrimaryKeyConstraint('credentials_key', ['account_id', 'hash'])
        .execute();
      await child(db, 'roster_versions')
        .addColumn('version', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('roster_versions_key', ['account_id'])
        .execute();
      await child(db, 'roster_items')
        .addColumn('contact', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('removed', 'integer', (column) => column.notNull())
        .addColumn('name', 'text')
        .addColumn('groups', 'text', (column) => column.notNull())
        .addColumn('subscription', 'text', (column) => column.notNull())
        .addColumn('ask', 'integer', (column) => column.notNull())
        .addColumn('approved', 'integer', (column) => column.notNull())
        .addColumn('pending_in', 'text')
        .addColumn('listed', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('roster_items_key', ['account_id', 'contact'])
        .execute();
      await db.schema
        .createTable('offline_messages')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('account_id', 'integer', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('xml', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('offline_messages_by_account')
        .on('offline_messages')
        .columns(['account_id', 'id'])
        .execute();
      await child(db, 'last_seen')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('last_seen_key', ['account_id'])
        .execute();
      await db.schema
        .createTable('secrets')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'blob', (column) => column.notNull())
        .execute();
    },
  },

  '0002-documents': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('documents')
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('documents_key', ['owner', 'kind', 'key'])
        .execute();
    },
  },

  '0010-archive': archive,

  '0011-pubsub': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('pubsub_nodes')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('node', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addUniqueConstraint('pubsub_nodes_by_owner', ['owner', 'node'])
        .execute();
      await db.schema
        .createTable('pubsub_items')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('node_id', 'integer', (column) => column.notNull().references('pubsub_nodes.id').onDelete('cascade'))
        .addColumn('item', 'text', (column) => column.notNull())
        .addColumn('publisher', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('xml', 'text', (column) => column.notNull())
        .addUniqueConstraint('pubsub_items_by_node', ['node_id', 'item'])
        .execute();
    },
  },
};

/** A table whose rows belong to an account and go with it. */
function child<Name extends string>(db: Kysely<unknown>, name: Name): CreateTableBuilder<Name, 'account_id'> {
  return db.schema
    .createTable(name)
    .addColumn('account_id', 'integer', (column) => column.notNull().references('accounts.id').onDelete('cascade'));
}
