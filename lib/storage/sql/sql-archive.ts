import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type {
  ArchivedMessage,
  ArchiveEntry,
  ArchiveFilter,
  ArchivePage,
  ArchiveQuery,
  ArchiveReference,
  ArchiveStore,
} from '../archive-store.ts';
import type { Rows, Statement } from './engine.ts';
import type { Database } from './schema.ts';
import type { SqlSession } from './sql-session.ts';

const COLUMNS = ['id', 'at', 'peer', 'resource', 'is_sent', 'stanza_id', 'xml'] as const;

/** Owners that are remembered to have an archive. */
const MAX_KNOWN = 10_000;

/** Where a message stands in the order of its archive. */
interface Position {
  readonly at: number;
  readonly seq: number;
}

/** The key of an archive, and where the messages stand that a query names. */
interface Places {
  readonly archive: number;
  readonly of: ReadonlyMap<string, Position>;
}

export class SqlArchive implements ArchiveStore {
  readonly #sql: SqlSession;
  // Compiled once, because messages are added all the time.
  readonly #insertOwner: Statement;
  readonly #insertMessage: Statement;
  /** Those that have an archive, unless it was removed since. */
  readonly #known = new Set<string>();

  constructor(session: SqlSession) {
    this.#sql = session;
    this.#insertOwner = session.db
      .insertInto('archive_owners')
      .values({ owner: '' })
      .onConflict((conflict) => conflict.column('owner').doNothing())
      .compile();
    this.#insertMessage = session.db
      .insertInto('archive_messages')
      .values((eb) => ({
        owner_id: eb.selectFrom('archive_owners').select('archive_owners.id').where('owner', '=', '').$asScalar(),
        id: '',
        at: 0,
        peer: '',
        resource: '',
        is_sent: 0,
        stanza_id: '',
        xml: '',
      }))
      .compile();
  }

  async add(entries: readonly ArchiveEntry[]): Promise<void> {
    try {
      await this.#add(entries);
    } catch {
      // Perhaps somebody's archive was removed meanwhile: then a message had no owner, and none was added.
      this.#known.clear();
      await this.#add(entries);
    }
  }

  async page(owner: string, query: ArchiveQuery): Promise<ArchivePage | undefined> {
    const { filter, after, before, isBackwards, limit, countLimit } = query;
    const named = [after, before, filter.afterId, filter.beforeId, ...(filter.ids ?? [])];
    const ids = new Set(named.filter((id) => id !== undefined));
    const places = await this.#places(owner, [...ids]);
    if (places.of.size < ids.size) return undefined;
    const all = this.#matching(places, filter);
    const [rows = [], counted = []] = await this.#sql.unit([
      this.#between(all, places.of.get(after ?? ''), places.of.get(before ?? ''))
        .select(['seq', ...COLUMNS])
        .orderBy('at', isBackwards ? 'desc' : 'asc')
        .orderBy('seq', isBackwards ? 'desc' : 'asc')
        .limit(limit + 1),
      this.#counting(all, countLimit + 1),
    ]);
    const page = isBackwards ? rows.slice(0, limit).reverse() : rows.slice(0, limit);
    const count = Number(counted[0]?.['count']) <= countLimit ? Number(counted[0]?.['count']) : undefined;
    const index = count === undefined ? undefined : await this.#indexOf(all, page[0], count);
    return { messages: page.map(messageOf), isComplete: rows.length <= limit, count, index };
  }

  async find(owner: string, { peer, isSent, stanzaId }: ArchiveReference): Promise<ArchivedMessage | undefined> {
    const query = this.#of(owner)
      .select(COLUMNS)
      .where('stanza_id', '=', stanzaId)
      .where('peer', '=', peer)
      .where('is_sent', '=', Number(isSent))
      .orderBy('at', 'desc')
      .orderBy('seq', 'desc')
      .limit(1);
    const [row] = await this.#sql.run(query.execute());
    return row && messageOf(row);
  }

  async get(owner: string, id: string): Promise<ArchivedMessage | undefined> {
    const [row] = await this.#sql.run(this.#of(owner).select(COLUMNS).where('id', '=', id).execute());
    return row && messageOf(row);
  }

  async replace(owner: string, id: string, xml: string): Promise<boolean> {
    const update = this.#sql.db
      .updateTable('archive_messages')
      .set({ xml })
      .where('owner_id', 'in', this.#keyOf(owner))
      .where('id', '=', id)
      .returning('seq');
    const [replaced = []] = await this.#sql.unit([update]);
    return replaced.length > 0;
  }

  async owners(limit: number, after = ''): Promise<string[]> {
    const query = this.#sql.db
      .selectFrom('archive_owners')
      .select('owner')
      .where('owner', '>', after)
      .orderBy('owner')
      .limit(limit);
    return (await this.#sql.run(query.execute())).map(({ owner }) => owner);
  }

  /** What was added first is the oldest, nearly always: only that is looked at. */
  async expire(before: number, limit: number): Promise<number> {
    const first = this.#sql.db.selectFrom('archive_messages').select(['seq', 'at']).orderBy('seq').limit(limit);
    const removal = this.#sql.db
      .deleteFrom('archive_messages')
      .where('seq', 'in', this.#sql.db.selectFrom(first.as('first')).select('seq').where('at', '<', before))
      .returning('seq');
    const [removed = []] = await this.#sql.unit([removal]);
    return removed.length;
  }

  async trim(owner: string, most: number): Promise<void> {
    const newestBeyond = this.#of(owner)
      .select(['at', 'seq'])
      .orderBy('at', 'desc')
      .orderBy('seq', 'desc')
      .limit(1)
      .offset(most);
    const removal = this.#sql.db
      .deleteFrom('archive_messages')
      .where('owner_id', 'in', this.#keyOf(owner))
      .where(sql<SqlBool>`(at, seq) <= ${newestBeyond}`);
    await this.#sql.unit([removal]);
  }

  async clear(owner: string): Promise<void> {
    await this.#sql.unit([this.#sql.db.deleteFrom('archive_owners').where('owner', '=', owner)]);
  }

  async #add(entries: readonly ArchiveEntry[]): Promise<void> {
    const owners = new Set(entries.map(({ owner }) => owner));
    const fresh = [...owners].filter((owner) => !this.#known.has(owner)).map((owner) => [owner]);
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    for (const [owner] of fresh) if (owner !== undefined) this.#known.add(owner);
    await this.#sql.unit([
      ...forEach(this.#insertOwner, fresh),
      ...forEach(this.#insertMessage, entries.map(parametersOf)),
    ]);
  }

  // ---- parts of queries

  #keyOf(owner: string) {
    return this.#sql.db.selectFrom('archive_owners').select('id').where('owner', '=', owner);
  }

  #of(owner: string) {
    return this.#sql.db.selectFrom('archive_messages').where('owner_id', 'in', this.#keyOf(owner));
  }

  /** Key 0 is that of no archive. */
  async #places(owner: string, ids: readonly string[]): Promise<Places> {
    const positions = this.#of(owner).select(['id', 'at', 'seq']).where('id', 'in', ids);
    const [keys = [], rows = []] = await this.#sql.unit([this.#keyOf(owner), ...(ids.length > 0 ? [positions] : [])]);
    return {
      archive: Number(keys[0]?.['id'] ?? 0),
      of: new Map(rows.map((row) => [String(row['id']), positionOf(row)])),
    };
  }

  #matching(places: Places, filter: ArchiveFilter) {
    let query = this.#sql.db.selectFrom('archive_messages').where('owner_id', '=', places.archive);
    if (filter.peer !== undefined) query = query.where('peer', '=', filter.peer);
    if (filter.resource !== undefined) query = query.where('resource', '=', filter.resource);
    if (filter.start !== undefined) query = query.where('at', '>=', filter.start);
    if (filter.end !== undefined) query = query.where('at', '<=', filter.end);
    if (filter.ids !== undefined) query = query.where('id', 'in', filter.ids);
    return this.#between(query, places.of.get(filter.afterId ?? ''), places.of.get(filter.beforeId ?? ''));
  }

  #between(query: Messages, after: Position | undefined, before: Position | undefined): Messages {
    let between = query;
    if (after) between = between.where(sql<SqlBool>`(at, seq) > (${after.at}, ${after.seq})`);
    if (before) between = between.where(sql<SqlBool>`(at, seq) < (${before.at}, ${before.seq})`);
    return between;
  }

  #counting(query: Messages, limit: number) {
    const some = query.select('seq').limit(limit).as('some');
    return this.#sql.db.selectFrom(some).select((eb) => eb.fn.countAll<number>().as('count'));
  }

  async #indexOf(all: Messages, first: Rows[number] | undefined, limit: number): Promise<number | undefined> {
    if (!first) return undefined;
    const [counted = []] = await this.#sql.unit([
      this.#counting(this.#between(all, undefined, positionOf(first)), limit),
    ]);
    return Number(counted[0]?.['count']);
  }
}

/** A query for messages that has not yet said what of them. */
type Messages = SelectQueryBuilder<Database, 'archive_messages', object>;

function positionOf(row: Rows[number]): Position {
  return { at: Number(row['at']), seq: Number(row['seq']) };
}

/** One statement, run with each of these parameters; nothing when there are none. */
function forEach(statement: Statement, [parameters, ...again]: readonly (readonly unknown[])[]): readonly Statement[] {
  return parameters ? [{ ...statement, parameters, again }] : [];
}

/** The parameters of the statement that adds a message, in their order. */
function parametersOf({ id, at, peer, resource, isSent, stanzaId, xml, owner }: ArchiveEntry): readonly unknown[] {
  return [owner, id, at, peer, resource, Number(isSent), stanzaId, xml];
}

function messageOf(row: Rows[number]): ArchivedMessage {
  return {
    id: String(row['id']),
    at: Number(row['at']),
    peer: String(row['peer']),
    resource: String(row['resource']),
    isSent: row['is_sent'] === 1,
    stanzaId: String(row['stanza_id']),
    xml: String(row['xml']),
  };
}
