import { expect } from 'chai';
import { CATALOGUE, requirement } from '../../lib/conformance/catalogue.ts';
import { CHECKS, WEBSOCKET_CHECKS } from '../../lib/conformance/checks/index.ts';

const LEAST = 0.95;
const ALL = [...CHECKS, ...WEBSOCKET_CHECKS];
const CHECKED = new Set(ALL.map(({ id }) => id));
/** What the kit speaks. XEP-0025 has no endpoint that the kit could be pointed at. */
const ROWS = CATALOGUE.filter(({ document, actor }) => document !== 'XEP-0025' && actor !== 'CL');

describe('the checks of the kit', () => {
  for (const document of new Set(ROWS.map((row) => row.document))) {
    it(`look at nearly every row of ${document} that a black box can see`, () => {
      const visible = ROWS.filter((row) => row.document === document && row.unobservable === undefined);
      const missing = visible.filter(({ id }) => !CHECKED.has(id)).map(({ id }) => id);
      expect(1 - missing.length / visible.length, `without a check: ${missing.join(', ')}`).to.be.at.least(LEAST);
    });
  }

  it('belong to rows, and have titles that tell them apart', () => {
    for (const { id } of ALL) expect(requirement(id), id).not.to.equal(undefined);
    const names = ALL.map(({ id, title }) => `${id} ${title}`);
    expect(names).to.have.length(new Set(names).size);
  });

  it('do not look at rows that are said to be invisible', () => {
    const contradicted = ROWS.filter(({ id, unobservable }) => unobservable !== undefined && CHECKED.has(id));
    expect(contradicted.map(({ id }) => id)).to.deep.equal([]);
  });
});
