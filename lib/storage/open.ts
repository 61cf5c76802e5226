import { createMemoryStore } from './memory.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

export interface StorageOptions {
  readonly driver: 'sqlite' | 'memory';
  readonly file: string;
}

/** Opens the store that a configuration names. @throws StoreError */
export async function openStore({ driver, file }: StorageOptions): Promise<Store> {
  return driver === 'sqlite' ? openSqliteStore({ file }) : createMemoryStore();
}
