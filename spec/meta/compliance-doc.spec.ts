import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { supported } from '../../lib/composition/supported.ts';

/** What XEP-0479 asks of servers: the documents, by category and level. */
const SUITES: Readonly<Record<string, readonly (readonly [level: string, documents: readonly string[]])[]>> = {
  Core: [
    ['server', ['RFC 6120', 'RFC 7590', 'XEP-0030', 'XEP-0114']],
    ['advanced', ['XEP-0115', 'XEP-0163', 'XEP-0368']],
  ],
  Web: [
    ['none', ['XEP-0156']],
    ['server', ['RFC 7395', 'XEP-0124', 'XEP-0206']],
  ],
  IM: [
    ['server', ['RFC 6121', 'XEP-0045', 'XEP-0054', 'XEP-0249', 'XEP-0280', 'XEP-0363']],
    [
      'advanced',
      [
        'XEP-0048',
        'XEP-0049',
        'XEP-0153',
        'XEP-0191',
        'XEP-0198',
        'XEP-0223',
        'XEP-0313',
        'XEP-0398',
        'XEP-0402',
        'XEP-0410',
      ],
    ],
  ],
  Mobile: [
    ['server', ['XEP-0198', 'XEP-0352']],
    ['advanced', ['XEP-0357']],
  ],
  'A/V Calling': [['server', ['XEP-0215']]],
};

const page = readFileSync('docs/reference/compliance.md', 'utf8');

/** Cells of each row of a section, without its head. */
function rowsOf(section: string): string[][] {
  const text = page.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/reference/compliance.md', () => {
  const claims = new Map(supported().map(({ document, status }) => [document, status]));

  for (const [section, levels] of Object.entries(SUITES)) {
    it(`has every document that ${section} asks of servers, with its level`, () => {
      const found = new Set(rowsOf(section).map(([, document, level]) => `${document} ${level}`));
      const asked = levels.flatMap(([level, documents]) => documents.map((document) => `${document} ${level}`));
      expect([...found].toSorted()).to.deep.equal(asked.toSorted());
    });

    it(`says of ${section} what the modules claim, and where that is shown`, () => {
      for (const [, document = '', , state, parts = '', specs = ''] of rowsOf(section)) {
        expect(state, document).to.equal(claims.get(document));
        const pathsIn = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, path = '']) => path);
        const paths = [...pathsIn(parts).map((part) => join('lib', part)), ...pathsIn(specs)];
        expect(paths.length, document).to.be.greaterThan(1);
        for (const path of paths) expect(existsSync(path), path).to.equal(true);
      }
    });
  }
});
