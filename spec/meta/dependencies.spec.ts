import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';

const VERSIONS = z.record(z.string(), z.string());
const MANIFEST = z.object({ dependencies: VERSIONS, optionalDependencies: VERSIONS, devDependencies: VERSIONS });
const LOCK = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), hasInstallScript: z.boolean().optional() })),
});

const page = readFileSync('docs/decisions/dependencies.md', 'utf8');
const manifest = MANIFEST.parse(JSON.parse(readFileSync('package.json', 'utf8')));
const lock = LOCK.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

/**
 * These have a script, and work without: the specs run on what `--ignore-scripts` installs. The native code
 * of the first is prebuilt; the script of the second, which comes with Converse.js, asks for donations.
 */
const WORKS_WITHOUT = ['node_modules/@photostructure/sqlite', 'node_modules/core-js'];

/** Versions by package, as one section of the page has them. */
function documented(title: string): Record<string, string> {
  const text = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = text.matchAll(/^\| `([^`]+)` \| (\S+) \| ([^|]+) \|/gm);
  return Object.fromEntries(Array.from(rows, ([, name = '', version = '']) => [name, version]));
}

describe('docs/decisions/dependencies.md', () => {
  it('has a line with the version of each runtime dependency, and no other', () => {
    expect(documented('At run time')).to.deep.equal(manifest.dependencies);
  });

  it('has the same for those that may be missing', () => {
    expect(documented('Optional')).to.deep.equal(manifest.optionalDependencies);
  });

  it('has the same for development', () => {
    expect(documented('For development')).to.deep.equal(manifest.devDependencies);
  });
});

describe('dependencies', () => {
  it('have exact versions', () => {
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
    }
  });

  it('need no install script at run time', () => {
    const runtime = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
    const scripted = runtime.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
    expect(scripted).to.deep.equal(WORKS_WITHOUT);
  });

  it('are installed without scripts', () => {
    expect(readFileSync('.npmrc', 'utf8')).to.match(/^ignore-scripts=true$/m);
    expect(readFileSync('scripts/ensure.mjs', 'utf8')).to.contain("'--ignore-scripts'");
  });
});
