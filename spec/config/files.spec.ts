import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../lib/config/load.ts';
import { ConfigError } from '../../lib/config/problem.ts';

describe('configuration files', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are read', () => {
    const file = join(folder, 'good.yaml');
    writeFileSync(file, 'hosts: { localhost: {} }\n');
    expect(Object.keys(loadConfig(file).hosts)).to.deep.equal(['localhost']);
  });

  it('may begin with a byte order mark, and end lines as Windows does', () => {
    const file = join(folder, 'windows.yaml');
    writeFileSync(file, '\uFEFFhosts:\r\n  localhost: {}\r\nbosh:\r\n  max_hold: 9\r\n');
    expect(() => loadConfig(file)).to.throw(ConfigError, `${file}:4:13: bosh.max_hold`);
  });

  it('that are missing are named', () => {
    const file = join(folder, 'missing.yaml');
    expect(() => loadConfig(file)).to.throw(ConfigError, `${file}: cannot be read: ENOENT`);
  });

  it('are no folders', () => {
    expect(() => loadConfig(folder)).to.throw(ConfigError, `${folder}: cannot be read: EISDIR`);
  });

  it('are no binary', () => {
    const file = join(folder, 'binary.yaml');
    writeFileSync(file, Buffer.from([0, 1, 2, 0xff, 0xfe]));
    expect(() => loadConfig(file)).to.throw(ConfigError, file);
  });
});
