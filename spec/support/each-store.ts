import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import type { Store } from '../../lib/storage/store.ts';

/** The same specs over every store; `open` gives a new, empty one. */
export function overEachStore(title: string, specs: (open: () => Promise<Store>) => void): void {
  describe(`${title}, in memory`, () => specs(async () => createMemoryStore()));

  describe(`${title}, in SQLite`, () => {
    const opened: Store[] = [];
    let folder: string;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
    });
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    let count = 0;
    specs(async () => {
      count += 1;
      const store = await openSqliteStore({ file: join(folder, `${count}.db`) });
      opened.push(store);
      return store;
    });
  });
}
