import { expect } from 'chai';
import { CATALOGUE } from '../../lib/conformance/catalogue.ts';
import { faultsOf, type Row } from '../../scripts/trace/rows.ts';

function rowOf(id: string, rest: Partial<Row> = {}): Row {
  const requirement = CATALOGUE.find((each) => each.id === id);
  if (!requirement) throw new RangeError(id);
  return { requirement, code: [], specs: [], reason: undefined, ...rest };
}

describe('npm run trace', () => {
  it('finds fault with a MUST of servers that has no spec, whatever the reason', () => {
    expect(faultsOf([rowOf('B-8-02')])).to.have.length(1);
    expect(faultsOf([rowOf('B-8-02', { reason: 'no time' })])).to.have.length(1);
    expect(faultsOf([rowOf('B-8-02', { specs: ['a.spec.ts'] })])).to.deep.equal([]);
  });

  it('finds fault with a SHOULD that has neither spec nor reason', () => {
    expect(faultsOf([rowOf('B-8-01')])).to.have.length(1);
    expect(faultsOf([rowOf('B-8-01', { reason: 'never sent' })])).to.deep.equal([]);
  });

  it('leaves clients alone, and what may be', () => {
    expect(faultsOf([rowOf('B-5-05'), rowOf('B-7.1-09')])).to.deep.equal([]);
  });

  it('has every id of the catalogue once', () => {
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).to.equal(CATALOGUE.length);
  });
});
