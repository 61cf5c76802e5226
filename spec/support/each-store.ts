import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import type { Store } from '../../lib/storage/store.ts';

const DOMAIN = 'capulet.example';

/** The same specs over every store; `open` gives one without any account of the specs' domain. */
export function overEachStore(title: string, specs: (open: () => Promise<Store>) => void): void {
  describe(`${title}, in memory`, () => specs(async () => createMemoryStore()));

  describe(`${title}, in SQLite`, () => {
    let folder: string;
    let store: Store;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
      store = await openSqliteStore({ file: join(folder, 'holdfast.db') });
    });
    after(async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });

    specs(async () => {
      // One store for all: to open one takes longer than most specs.
      for (const account of await store.accounts.list(DOMAIN, 100)) await store.accounts.remove(account);
      return store;
    });
  });
}
