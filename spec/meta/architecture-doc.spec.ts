import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import rules from '../../scripts/layers.json' with { type: 'json' };

const page = readFileSync('docs/explanation/architecture.md', 'utf8');

/** What the third column of the table stands for. */
function imports(cell: string): string[] {
  if (cell === 'nothing') return [];
  if (cell === 'everything') return ['*'];
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
}

describe('docs/explanation/architecture.md', () => {
  it('has the layers of scripts/layers.json', () => {
    const text = page.split('\n## Layers\n')[1]?.split('\n## ')[0] ?? '';
    const rows = text.matchAll(/^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|$/gm);
    const documented = Object.fromEntries(Array.from(rows, ([, layer = '', cell = '']) => [layer, imports(cell)]));
    expect(documented).to.deep.equal(rules.layers);
  });

  it('names files and classes that are there', () => {
    for (const [, name = '', file = ''] of page.matchAll(/`(\w+)` in `(lib\/[\w/.-]+\.ts)`/g)) {
      expect(readFileSync(file, 'utf8')).to.contain(`class ${name}`);
    }
  });
});
