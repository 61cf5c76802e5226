import { Kysely, type Compilable, type Dialect } from 'kysely';
import { StoreError, type AccountId } from '../store.ts';
import type { Engine, Rows, Statement } from './engine.ts';
import type { Database } from './schema.ts';

/** What every repository needs to speak SQL. */
export class SqlSession {
  readonly db: Kysely<Database>;
  readonly #engine: Engine;

  constructor(engine: Engine, dialect: Dialect) {
    this.#engine = engine;
    this.db = new Kysely<Database>({ dialect });
  }

  /** Runs statements that happen all or not at all; resolves when that is durable. @throws StoreError */
  async unit(statements: readonly (Compilable | Statement)[]): Promise<readonly Rows[]> {
    return this.run(this.#engine.unit(statements.map((each) => ('compile' in each ? each.compile() : each))));
  }

  /** Whatever goes wrong is a `StoreError`. */
  async run<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** The integer key of an account; no row when there is no such account. */
  idOf(id: AccountId) {
    return this.db.selectFrom('accounts').select('id').where('jid', '=', id);
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }
}
