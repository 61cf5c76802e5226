import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Rows, Statement } from '../sql/engine.ts';
import type { Reply, Request, UnitResult, WorkerOptions } from './protocol.ts';

/** What is used of `node:sqlite`, and of the package with the same interface. */
interface Prepared {
  all(...parameters: unknown[]): Readonly<Record<string, unknown>>[];
}
interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Prepared;
  close(): void;
}
type Sqlite = { DatabaseSync: new (file: string) => Connection };

/** Prepared statements that are kept. */
const MAX_PREPARED = 200;
/** The log is written back into the database when nothing happened for this long. */
const IDLE_CHECKPOINT_MS = 2000;

const SETTINGS = [
  'PRAGMA journal_mode = WAL',
  // FULL: what was committed survives a power cut.
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
  'PRAGMA busy_timeout = 5000',
  // Checkpoints stall whoever runs them: they wait for a quiet moment.
  'PRAGMA wal_autocheckpoint = 10000',
];

/**
 * The thread that owns the database. Everything that arrives together is committed together, so
 * that full durability costs one sync for many writers.
 */
class DatabaseThread {
  readonly #port: MessagePort;
  readonly #db: Connection;
  readonly #prepared = new Map<string, Prepared>();
  #waiting: Extract<Request, { is: 'unit' }>[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(port: MessagePort, db: Connection) {
    this.#port = port;
    this.#db = db;
    for (const setting of SETTINGS) db.exec(setting);
    port.on('message', (request: Request) => this.#take(request));
  }

  #take(request: Request): void {
    if (request.is === 'close') {
      this.#flush();
      this.#close();
      return;
    }
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(request);
  }

  /** One transaction for all that waits; a unit that fails takes nobody with it. */
  #flush(): void {
    const units = this.#waiting;
    this.#waiting = [];
    if (units.length === 0) return;
    let results: UnitResult[];
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      results = units.map((unit) => this.#run(unit.id, unit.statements));
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      results = units.map(({ id }) => ({ id, error: messageOf(error) }));
    }
    this.#say({ is: 'results', results });
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#checkpoint(), IDLE_CHECKPOINT_MS);
    this.#idle.unref();
  }

  #run(id: number, statements: readonly Statement[]): UnitResult {
    this.#db.exec('SAVEPOINT unit');
    try {
      const rows = statements.map((statement) => this.#execute(statement));
      this.#db.exec('RELEASE unit');
      return { id, rows };
    } catch (error) {
      this.#db.exec('ROLLBACK TO unit');
      this.#db.exec('RELEASE unit');
      return { id, error: messageOf(error) };
    }
  }

  #execute({ sql, parameters, again = [] }: Statement): Rows {
    const prepared = this.#prepare(sql);
    const rows = prepared.all(...parameters);
    for (const others of again) prepared.all(...others);
    return rows;
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) return known;
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
    const prepared = this.#db.prepare(sql);
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  #rollBack(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // There was no transaction to roll back: the failure was to begin one.
    }
  }

  #checkpoint(): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The next quiet moment will do.
    }
  }

  #close(): void {
    clearTimeout(this.#idle);
    this.#prepared.clear();
    this.#db.close();
    this.#say({ is: 'closed' });
    this.#port.close();
  }

  #say(reply: Reply): void {
    this.#port.postMessage(reply);
  }
}

/** Node's own module where there is one (22.13 and later), else the package with the same interface. */
async function loadSqlite(): Promise<Sqlite> {
  const builtIn = 'node:sqlite';
  try {
    return (await import(builtIn)) as Sqlite; // not in the types of Node 20
  } catch {
    return (await import('@photostructure/sqlite')) as unknown as Sqlite; // the same interface, other types
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(port: MessagePort): Promise<void> {
  const { file } = workerData as WorkerOptions; // passed by `openSqliteStore`
  try {
    const { DatabaseSync } = await loadSqlite();
    new DatabaseThread(port, new DatabaseSync(file));
    port.postMessage({ is: 'ready' } satisfies Reply);
  } catch (error) {
    port.postMessage({ is: 'failed', error: messageOf(error) } satisfies Reply);
    port.close();
  }
}

if (parentPort) await main(parentPort);
