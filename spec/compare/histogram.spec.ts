import { expect } from 'chai';
import { Chance } from '../../lib/compare/chance.ts';
import { Histogram, merged } from '../../lib/compare/histogram.ts';

describe('the histogram', () => {
  it('quantiles are right to 1 %, whatever the distribution', () => {
    const chance = new Chance(1);
    for (const draw of [
      () => chance.between(1, 200),
      () => chance.exponential(50_000),
      () => 10 ** chance.between(0, 8),
    ]) {
      const histogram = new Histogram();
      const values = Array.from({ length: 5000 }, draw).map((value) => Math.max(1, value));
      for (const value of values) histogram.add(value);
      values.sort((a, b) => a - b);
      for (const fraction of [0.01, 0.5, 0.9, 0.99, 0.999]) {
        const exact = values[Math.ceil(values.length * fraction) - 1] ?? 0;
        expect(histogram.quantile(fraction) / exact, `${fraction}`).to.be.within(1, 1.01);
      }
      expect(histogram.quantile(1)).to.equal(values.at(-1));
    }
  });

  it('every value is in its bin, and bins do not overlap', () => {
    for (const value of [0, 1, 1.5, 127, 128, 1000, 123_456_789]) {
      const histogram = new Histogram();
      histogram.add(value);
      const [[low, high, count] = [0, 0, 0]] = histogram.bins;
      expect(Math.max(1, value)).to.be.within(low, high);
      expect(count).to.equal(1);
    }
  });

  it('survives being kept, and adds up', () => {
    const [one, other] = [new Histogram(), new Histogram()];
    for (let value = 1; value <= 1000; value += 1) (value % 2 === 0 ? one : other).add(value * 10);
    const sum = merged([Histogram.of(one.bins, one.highest), other]);
    expect(sum.total).to.equal(1000);
    expect(sum.highest).to.equal(10_000);
    expect(sum.quantile(0.5)).to.be.closeTo(5000, 50);
  });

  it('has nothing to say about nothing', () => {
    expect(new Histogram().quantile(0.5)).to.be.NaN;
  });
});
