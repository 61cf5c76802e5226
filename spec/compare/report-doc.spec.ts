import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { FIGURES } from '../../lib/compare/figures.ts';
import { WEATHERS, roundTrip } from '../../lib/compare/weather/weather.ts';
import { WORKLOADS } from '../../lib/compare/workloads/index.ts';

const page = readFileSync('docs/reference/comparison.md', 'utf8');

/** The first two columns of the table below a heading. */
function table(heading: string): readonly (readonly [string, string])[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) => {
    const [, first = '', second = ''] = row.split('|').map((text) => text.trim());
    return [first.replaceAll('`', ''), second];
  });
}

describe('docs/reference/comparison.md', () => {
  it('has every figure with its unit, and no other', () => {
    expect(table('Figures')).to.deep.equal(Object.entries(FIGURES).map(([name, { unit }]) => [name, unit]));
  });

  it('has every workload, and no other', () => {
    expect(table('Workloads').map(([id]) => id)).to.deep.equal(WORKLOADS.map(({ id }) => id));
  });

  it('has every weather with its round trip', () => {
    const all = Object.entries(WEATHERS).map(([name, weather]) => [name, `${roundTrip(weather)} ms`]);
    expect(table('The weather')).to.deep.equal(all);
  });
});
