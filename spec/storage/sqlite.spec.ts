import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import { StoreError } from '../../lib/storage/store.ts';
import { describeStore } from './contract.ts';

let folder: string;
let count = 0;

function file(): string {
  count += 1;
  return join(folder, `data-${count}`, 'holdfast.db');
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('SQLite', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describeStore('the SQLite store', () => openSqliteStore({ file: file() }));

  it('keeps what it was told over a restart', async () => {
    const path = file();
    const first = await openSqliteStore({ file: path });
    const secret = await first.secret('scram');
    await first.close();
    const second = await openSqliteStore({ file: path });
    expect([...(await second.secret('scram'))]).to.deep.equal([...secret]);
    await second.close();
  });

  it('is for its owner alone', async () => {
    const path = file();
    const store = await openSqliteStore({ file: path });
    await store.close();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('is used by one process at a time, and says which', async () => {
    const path = file();
    const store = await openSqliteStore({ file: path });
    const error = await failure(openSqliteStore({ file: path }));
    expect(error).to.be.instanceOf(StoreError);
    expect(String(error)).to.contain(`process ${process.pid}`);
    await store.close();
    const again = await openSqliteStore({ file: path });
    await again.close();
  });

  it('takes over the lock of a process that is gone', async () => {
    const path = file();
    await (await openSqliteStore({ file: path })).close();
    writeFileSync(`${path}.lock`, '2147483646\n');
    const store = await openSqliteStore({ file: path });
    expect(readFileSync(`${path}.lock`, 'utf8')).to.equal(`${process.pid}\n`);
    await store.close();
  });

  it('refuses a file that is no database, and lets go of it', async () => {
    const path = join(folder, 'garbage.db');
    writeFileSync(path, 'this is not a database, whatever its name may say'.repeat(100));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await failure(openSqliteStore({ file: path }));
      expect(error).to.be.instanceOf(StoreError);
      expect(String(error)).not.to.contain('in use');
    }
  });

  it('refuses everything after it was closed', async () => {
    const store = await openSqliteStore({ file: file() });
    await store.close();
    await store.close();
    expect(await failure(store.secret('x'))).to.be.instanceOf(StoreError);
  });

  it('finishes what is under way before it closes', async () => {
    const path = file();
    const store = await openSqliteStore({ file: path });
    const secret = store.secret('late');
    await store.close();
    const again = await openSqliteStore({ file: path });
    expect([...(await again.secret('late'))]).to.deep.equal([...(await secret)]);
    await again.close();
  });
});
