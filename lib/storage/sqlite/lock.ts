import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StoreError, StoreInUseError } from '../store.ts';

/** Keeps two processes from sharing one file. A lock whose process is dead is taken over. */
export class FileLock {
  readonly #path: string;
  #isHeld = false;

  constructor(file: string) {
    this.#path = `${file}.lock`;
  }

  /** @throws StoreInUseError that names the process that has it */
  acquire(): void {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (this.#tryWrite()) return;
      const holder = this.#holder();
      if (holder !== undefined && isAlive(holder)) {
        throw new StoreInUseError(`the store is in use by process ${holder} (${this.#path})`);
      }
      rmSync(this.#path, { force: true });
    }
    throw new StoreError(`the lock ${this.#path} cannot be taken`);
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    rmSync(this.#path, { force: true });
  }

  #tryWrite(): boolean {
    try {
      writeFileSync(this.#path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      this.#isHeld = true;
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw new StoreError(`the lock ${this.#path} cannot be written`, { cause: error });
    }
  }

  #holder(): number | undefined {
    try {
      const pid = Number(readFileSync(this.#path, 'utf8').trim());
      return Number.isInteger(pid) && pid > 0 ? pid : undefined;
    } catch {
      return undefined; // the other process has just let go
    }
  }
}

/** A lock of our own process is held by another server in it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
