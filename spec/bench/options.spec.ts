import { expect } from 'chai';
import { readOptions } from '../../scripts/bench/options.ts';
import { median, quantile } from '../../scripts/bench/statistics.ts';
import { allowed, jobs } from '../../scripts/bench/jobs.ts';
import { requiresLinux } from '../support/optional.ts';

describe('options of the bench', () => {
  it('takes everything when nothing is said', () => {
    const { servers, scenarios, rounds } = readOptions([]);
    expect(servers).to.deep.equal(['holdfast', 'http', 'koa', 'prosody', 'ejabberd']);
    expect(scenarios).to.deep.equal([
      'login',
      'ping-pong',
      'flood',
      'idle',
      'rooms',
      'archive',
      'websocket',
      'tcp',
      'transports',
    ]);
    expect(rounds).to.equal(3);
  });

  it('makes one short round when it is to be quick', () => {
    const options = readOptions(['--quick', '--scenarios', 'ping-pong']);
    expect(options.rounds).to.equal(1);
    for (const { work } of jobs(options)) expect(work).to.include({ duration: 700 });
  });

  for (const [args, message] of [
    [['--servers', 'apache'], '--servers: "apache" is not one of holdfast, http, koa, prosody, ejabberd'],
    [['--rounds', '0'], '--rounds: "0" is not a whole number above 0'],
    [['--fast'], "Unknown option '--fast'"],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () => {
      expect(() => readOptions(args)).to.throw(message);
    });
  }
});

describe('sizes of the bench', function () {
  requiresLinux(this);

  it('are those that open files allow, each once', () => {
    const [small, large, ...others] = allowed([10, 10_000_000, 20_000_000]);
    expect(small).to.equal(10);
    expect(large).to.be.within(100, 9_999_999);
    expect(others).to.deep.equal([]);
  });
});

describe('statistics of the bench', () => {
  it('finds quantiles', () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index);
    expect(quantile(values, 0.5)).to.equal(50);
    expect(quantile(values, 0.99)).to.equal(99);
    expect(quantile([7], 0.99)).to.equal(7);
    expect(quantile([], 0.5)).to.be.NaN;
  });

  it('finds medians', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
  });
});
