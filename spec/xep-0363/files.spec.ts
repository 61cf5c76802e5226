import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { DiskFiles } from '../../lib/storage/files/disk-files.ts';

const ID = 'abcdefghijklmnop';
const FACTS = { name: 'a.txt', size: 5, type: 'text/plain', expiresAt: 1000 };

describe('files on disk', () => {
  let folder: string;
  let files: DiskFiles;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
    files = new DiskFiles(join(folder, 'uploads'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function content(...pieces: string[]): Readable {
    return Readable.from(pieces.map((piece) => Buffer.from(piece)));
  }

  /** Everything below the folder, apart from folders. */
  function left(): string[] {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => statSync(join(folder, name)).isFile());
  }

  it('are kept in pieces as they come, and found', async () => {
    expect(await files.receive(ID, FACTS, content('he', 'llo'))).to.equal('stored');
    expect((await files.find(ID))?.facts).to.deep.equal(FACTS);
    expect(left().sort()).to.deep.equal([`uploads/ab/${ID}`, `uploads/ab/${ID}.json`]);
  });

  it('are not replaced, also when two come at once', async () => {
    const outcomes = await Promise.all([1, 2].map(() => files.receive(ID, FACTS, content('hello'))));
    expect(outcomes).to.have.members(['stored', 'exists']);
    expect(await files.receive(ID, FACTS, content('world'))).to.equal('exists');
    expect(left()).to.have.length(2);
  });

  for (const [what, pieces] of [
    ['too short', ['hell']],
    ['too long', ['hello', '!']],
    ['far too long', ['x'.repeat(1_000_000)]],
  ] as const) {
    it(`leave nothing behind when they are ${what}`, async () => {
      expect(await files.receive(ID, FACTS, content(...pieces))).to.equal('wrong-size');
      expect(left()).to.deep.equal([]);
      expect(await files.find(ID)).to.equal(undefined);
    });
  }

  it('leave nothing behind when they break off', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('he');
        throw new Error('gone');
      })(),
    );
    const outcome = await files.receive(ID, FACTS, broken).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error);
    expect(left()).to.deep.equal([]);
  });

  it('are found by nothing but their id', async () => {
    writeFileSync(join(folder, 'secret.json'), '{}');
    for (const id of ['../secret', '..', '', 'ABCDEFGHIJKLMNOP', `${ID}/x`]) {
      expect(await files.find(id), id).to.equal(undefined);
    }
  });

  it('are removed, once or twice', async () => {
    await files.receive(ID, FACTS, content('hello'));
    await files.remove([ID, ID, '../x']);
    expect(left()).to.deep.equal([]);
  });

  it('are swept when they have expired, with parts that nobody finishes', async () => {
    await files.sweep(0);
    await files.receive(ID, FACTS, content('hello'));
    await files.receive('ponmlkjihgfedcba', { name: 'b', size: 5 }, content('hello'));
    const part = join(folder, 'uploads/parts/abandoned');
    writeFileSync(part, 'x');
    utimesSync(part, 0, 0);
    await files.sweep(999);
    expect(left()).to.have.length(5);
    await files.sweep(1000);
    expect(await files.find(ID)).to.equal(undefined);
    expect(await files.find('ponmlkjihgfedcba')).not.to.equal(undefined);
    await files.sweep(3_600_001);
    expect(left()).to.have.length(2);
  });
});
