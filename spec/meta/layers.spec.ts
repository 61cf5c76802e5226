import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';
import rules from '../../scripts/layers.json' with { type: 'json' };

const LIB = resolve('lib');
const layers: Readonly<Record<string, readonly string[]>> = rules.layers;
const packages: Readonly<Record<string, readonly string[]>> = rules.packages;
const nodeModules: Readonly<Record<string, readonly string[] | undefined>> = rules.node;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : /\.tsx?$/.test(path) ? [path] : [];
  });
}

/** Everything a file imports or re-exports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\b[^;'=]*\bfrom '([^']+)';$/gm);
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...calls].map((match) => match[1] ?? '');
}

function layerOf(path: string): string {
  const [first = ''] = relative(LIB, path).split('/');
  return first;
}

function faultOf(file: string, imported: string): string | undefined {
  const layer = layerOf(file);
  if (imported.startsWith('node:')) {
    const allowed = nodeModules[layer];
    return allowed && !allowed.includes(imported) ? 'is not for this layer' : undefined;
  }
  if (!imported.startsWith('.')) {
    const allowed = packages[imported];
    if (!allowed) return 'is not in scripts/layers.json';
    return allowed.includes(layer) ? undefined : 'is not for this layer';
  }
  const target = resolve(dirname(file), imported);
  const other = layerOf(target);
  const allowed = layers[layer] ?? [];
  if (other === layer || allowed.includes('*') || allowed.includes(other)) return undefined;
  return allowed.includes(relative(LIB, target)) ? undefined : 'goes up, or sideways';
}

describe('layers: imports go down only', () => {
  const files = filesBelow(LIB);

  it('knows every folder of lib', () => {
    expect(new Set(files.map(layerOf))).to.deep.equal(new Set(Object.keys(layers)));
  });

  for (const file of files) {
    it(relative(LIB, file), () => {
      const faults = importsOf(file).flatMap((imported) => {
        const fault = faultOf(file, imported);
        return fault === undefined ? [] : [`${imported} ${fault}`];
      });
      expect(faults).to.deep.equal([]);
    });
  }

  it('would notice a rule that is broken', () => {
    expect(faultOf(join(LIB, 'bosh/session.ts'), '../core/host.ts')).to.equal('goes up, or sideways');
    expect(faultOf(join(LIB, 'core/host.ts'), 'koa')).to.equal('is not for this layer');
    expect(faultOf(join(LIB, 'bosh/session.ts'), 'node:fs')).to.equal('is not for this layer');
    expect(faultOf(join(LIB, 'modules/ping/index.ts'), '../../storage/memory.ts')).to.equal('goes up, or sideways');
  });
});
