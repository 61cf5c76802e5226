import type { Kysely, Migration } from 'kysely';

/** Message archives of accounts and rooms. */
export const archive: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('archive_owners')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('owner', 'text', (column) => column.notNull().unique())
      .execute();
    await db.schema
      .createTable('archive_messages')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('owner_id', 'integer', (column) =>
        column.notNull().references('archive_owners.id').onDelete('cascade'),
      )
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('peer', 'text', (column) => column.notNull())
      .addColumn('resource', 'text', (column) => column.notNull())
      .addColumn('is_sent', 'integer', (column) => column.notNull())
      .addColumn('stanza_id', 'text', (column) => column.notNull())
      .addColumn('xml', 'text', (column) => column.notNull())
      .execute();
    const index = (name: string) => db.schema.createIndex(`archive_messages_${name}`).on('archive_messages');
    await index('by_time').columns(['owner_id', 'at']).execute();
    await index('by_peer').columns(['owner_id', 'peer', 'at']).execute();
    await index('by_id').unique().columns(['owner_id', 'id']).execute();
    // For retractions, which name the message by the id that its sender gave to it.
    await index('by_stanza_id').columns(['owner_id', 'stanza_id']).execute();
  },
};
