import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleClient } from '../../scripts/bundle.mjs';

const MOST = 15_000;

describe('the client library as it is published', () => {
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-client-'));
    await bundleClient(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it(`is one file of no more than ${MOST} bytes in gzip, and needs nothing beside it`, () => {
    const text = readFileSync(join(folder, 'client', 'index.js'), 'utf8');
    expect(gzipSync(text, { level: 9 }).length).to.be.at.most(MOST);
    expect(text).to.not.match(/\bfrom\s*["']|\bimport\(|\brequire\(/);
  });

  it('is what package.json says', async () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      exports: Record<string, { default: string }>;
    };
    expect(exports['./client']?.default).to.equal('./dist/client/index.js');
    const path = pathToFileURL(join(folder, 'client', 'index.js')).href;
    const library = (await import(path)) as Record<string, unknown>;
    expect(Object.keys(library).sort()).to.deep.equal([
      'Client',
      'Element',
      'Refused',
      'TRANSPORTS',
      'parse',
      'serialize',
      'xml',
    ]);
  });
});
