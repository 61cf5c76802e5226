import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import rules from '../../scripts/layers.json' with { type: 'json' };

const page = readFileSync('docs/README.md', 'utf8');
const [index = '', tour = ''] = page.split('\n## A tour of the code\n');

function found(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, match = '']) => match);
}

describe('docs/README.md', () => {
  it('has every page of docs', () => {
    const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter(
      (file) => /^[\w-]+\/[\w-]+\.md$/.test(file) && !/^decisions\/\d/.test(file),
    );
    expect(found(index, /\]\(([^)]+\.md)\)/g)).to.have.members(pages);
  });

  it('stops at every layer, and at least at one file of each', () => {
    const linked = found(tour, /\]\(\.\.\/lib\/([^)]+)\)/g);
    for (const layer of Object.keys(rules.layers)) {
      if (layer.endsWith('.ts')) expect(linked).to.include(layer);
      else {
        expect(tour).to.contain(`\`lib/${layer}\``);
        expect(
          linked.some((file) => file.startsWith(`${layer}/`)),
          layer,
        ).to.equal(true);
      }
    }
  });

  it('goes up only: no pure layer comes before one that it imports', () => {
    const stops = found(tour, /^### \d\. .*: `lib\/(\w+)`$/gm);
    expect(stops).to.have.length.greaterThan(5);
    for (const [place, layer] of stops.entries()) {
      const imported: readonly string[] = Object.entries(rules.layers).find(([name]) => name === layer)?.[1] ?? [];
      expect(stops.slice(place + 1).filter((later) => imported.includes(later))).to.deep.equal([]);
    }
  });

  it('links files under their own names', () => {
    for (const [, label = '', path = ''] of tour.matchAll(/\[([\w/.-]+\.(?:ts|mjs))\]\(\.\.\/([^)]+)\)/g)) {
      expect(path.endsWith(label), `${label} is ${path}`).to.equal(true);
    }
  });

  it('names nothing that is not there', () => {
    const named = [...found(tour, /`((?:lib|spec|scripts)\/[\w/.-]*)`/g), ...found(tour, /\]\(\.\.\/([^)]+)\)/g)];
    expect(named).to.have.length.greaterThan(60);
    expect(named.filter((path) => !existsSync(join('.', path)))).to.deep.equal([]);
  });
});
