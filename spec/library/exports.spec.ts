import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { builtProgram } from '../support/built-program.ts';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>;
};
/** One thing that who imports this name is there for. */
const FOUND = { '.': 'createServer', './client': 'Client', './weather': 'WeatherProxy' } as const;

describe('what package.json exports', () => {
  it('is all looked at here', () => {
    const names = Object.keys(exports).filter((name) => name !== './package.json');
    expect(names).to.have.members(Object.keys(FOUND));
  });

  for (const [name, wanted] of Object.entries(FOUND)) {
    it(`${name} is built, with ${wanted} in it, from a source that has types`, async () => {
      const entry = exports[name];
      if (entry === undefined || typeof entry === 'string') throw new Error(`${name} has no types`);
      const file = join(builtProgram(), entry.default.replace('./dist/', ''));
      expect(await import(pathToFileURL(file).href)).to.have.property(wanted);
      const source = readFileSync(entry.types.replace('./dist/', 'lib/').replace('.d.ts', '.ts'), 'utf8');
      expect(source).to.contain(wanted);
    });
  }
});
