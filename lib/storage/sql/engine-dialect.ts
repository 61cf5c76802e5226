import {
  type CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Engine } from './engine.ts';

/** Lets kysely's query builder and migrator use an engine that speaks SQLite's SQL. */
export class EngineDialect implements Dialect {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  createAdapter(): DialectAdapter {
    return new Adapter();
  }

  createDriver(): Driver {
    return new EngineDriver(this.#engine);
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db as never); // kysely's own signature asks for Kysely<any>
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }
}

/** Each statement is a unit of its own, so there are no interactive transactions. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return false;
  }
}

class EngineDriver implements Driver {
  readonly #connection: DatabaseConnection;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#connection = new EngineConnection(engine);
  }

  async init(): Promise<void> {
    // The engine is open.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('transactions are units of the engine');
  }

  async commitTransaction(): Promise<void> {
    throw new Error('transactions are units of the engine');
  }

  async rollbackTransaction(): Promise<void> {
    throw new Error('transactions are units of the engine');
  }

  async releaseConnection(): Promise<void> {
    // There is one, for all.
  }

  async destroy(): Promise<void> {
    await this.#engine.close();
  }
}

class EngineConnection implements DatabaseConnection {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const [rows = []] = await this.#engine.unit([query]);
    return { rows: rows as Row[] }; // the query builder knows what it asked for
  }

  // eslint-disable-next-line require-yield
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streams are not supported');
  }
}
