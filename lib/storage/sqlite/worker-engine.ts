import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Engine, Rows, Statement } from '../sql/engine.ts';
import { StoreError } from '../store.ts';
import type { Reply, Request, WorkerOptions } from './protocol.ts';

interface Pending {
  readonly resolve: (rows: readonly Rows[]) => void;
  readonly reject: (error: StoreError) => void;
}

/** SQLite in a thread of its own: the event loop never waits for a disk. */
export class WorkerEngine implements Engine {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #broken: StoreError | undefined;
  #closed: Promise<void> | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** @throws StoreError when the file cannot be opened */
  static async open(options: WorkerOptions): Promise<WorkerEngine> {
    const engine = new WorkerEngine(startThread(options));
    await engine.#ready();
    engine.#worker.on('message', (reply: Reply) => engine.#take(reply));
    engine.#worker.unref();
    return engine;
  }

  unit(statements: readonly Statement[]): Promise<readonly Rows[]> {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve, reject });
      const list = statements.map(({ sql, parameters, again = [] }) => ({ sql, parameters, again }));
      this.#post({ is: 'unit', id, statements: list });
    });
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    this.#closed ??= this.#shut();
    return this.#closed;
  }

  async #shut(): Promise<void> {
    if (this.#broken) return;
    this.#broken = new StoreError('the store is closed');
    this.#worker.ref();
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#post({ is: 'close' });
    await exited;
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        this.#broken = new StoreError(`the database cannot be opened: ${reason}`);
        reject(this.#broken);
      };
      this.#worker.once('message', (reply: Reply) => {
        if (reply.is === 'ready') resolve();
        else fail(reply.is === 'failed' ? reply.error : 'the thread said something else');
      });
      this.#worker.once('error', (error) => {
        fail(error.message);
        this.#abandon(error.message);
      });
      this.#worker.once('exit', () => this.#abandon('the thread ended'));
    });
  }

  #take(reply: Reply): void {
    if (reply.is !== 'results') return;
    for (const { id, rows, error } of reply.results) {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (rows) pending?.resolve(rows);
      else pending?.reject(new StoreError(error ?? 'the statement failed'));
    }
    if (this.#pending.size === 0) this.#worker.unref();
  }

  /** Nobody will answer what is under way. */
  #abandon(reason: string): void {
    this.#broken ??= new StoreError(`the database is gone: ${reason}`);
    for (const { reject } of this.#pending.values()) reject(this.#broken);
    this.#pending.clear();
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }
}

/**
 * The thread runs what this file is. Built, that is JavaScript. From the sources it is TypeScript,
 * and a thread does not inherit the loader that runs this one: it has to be loaded there, too.
 */
function startThread(workerData: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const resolved = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const loader = JSON.stringify(pathToFileURL(resolved).href);
  const thread = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const script = `import(${loader}).then(({ register }) => { register(); return import(${thread}); });`;
  return new Worker(script, { eval: true, workerData });
}
