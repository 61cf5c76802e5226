import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EngineDialect } from '../sql/engine-dialect.ts';
import { SqlStore } from '../sql/sql-store.ts';
import { StoreError, type Store } from '../store.ts';
import { FileLock } from './lock.ts';
import { WorkerEngine } from './worker-engine.ts';

export interface SqliteOptions {
  readonly file: string;
}

/**
 * Opens the store in one SQLite file, making it, and its folder, if need be.
 *
 * @throws StoreError when another process has it, it cannot be opened, or is of a newer version
 */
export async function openSqliteStore({ file }: SqliteOptions): Promise<Store> {
  const path = resolve(file);
  prepare(path);
  const lock = new FileLock(path);
  lock.acquire();
  try {
    const engine = await WorkerEngine.open({ file: path });
    const store = new LockedStore(engine, lock);
    await store.migrate().catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}

class LockedStore extends SqlStore {
  readonly #lock: FileLock;

  constructor(engine: WorkerEngine, lock: FileLock) {
    super(engine, new EngineDialect(engine));
    this.#lock = lock;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#lock.release();
  }
}

/** Accounts are nobody else's business: the folder and the file are for their owner alone. */
function prepare(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    throw new StoreError(`${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
