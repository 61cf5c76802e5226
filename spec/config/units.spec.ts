import { expect } from 'chai';
import { readConfig } from '../../lib/config/load.ts';
import { problemsWith, textWith } from '../support/config-problems.ts';

function waitOf(value: string): number {
  return readConfig(textWith('bosh.max_wait', value), 'x').bosh.max_wait;
}

function bodyOf(value: string): number {
  return readConfig(textWith('bosh.max_body', value), 'x').bosh.max_body;
}

describe('durations', () => {
  for (const [text, milliseconds] of [
    ['50', 50_000],
    ['50 s', 50_000],
    ['50s', 50_000],
    ['"50"', 50_000],
    ['0', 0],
    ['1.5 m', 90_000],
    ['2 min', 120_000],
    ['0.05 h', 180_000],
    ['3000 ms', 3000],
  ] as const) {
    it(`${text} is ${milliseconds} ms`, () => {
      expect(waitOf(text)).to.equal(milliseconds);
    });
  }

  it('may be days', () => {
    expect(readConfig(textWith('auth.failure_window', '1 d'), 'x').auth.failure_window).to.equal(86_400_000);
  });

  for (const text of ['fifty', '5 parsecs', '5 S', '-5 s', '"5 s 3 ms"', '""', '"1e3"', '.inf', '5,5 s', '5 KiB']) {
    it(`${text} is none`, () => {
      expect(problemsWith('bosh.max_wait', text).join()).to.contain('expected a duration such as "60 s"');
    });
  }

  it('are whole seconds where the protocol counts in seconds', () => {
    const options = ['max_wait', 'inactivity', 'polling_inactivity', 'polling', 'max_pause'];
    for (const option of options) {
      expect(problemsWith(`bosh.${option}`, '500 ms').join(), option).to.contain('expected whole seconds');
      expect(problemsWith(`bosh.${option}`, '3000 ms'), option).to.deep.equal([]);
    }
    expect(problemsWith('shutdown.drain', '500 ms')).to.deep.equal([]);
  });
});

describe('sizes', () => {
  for (const [text, bytes] of [
    ['2048', 2048],
    ['2048 B', 2048],
    ['2 KiB', 2048],
    ['2KB', 2048],
    ['1.5 MiB', 1_572_864],
    ['1 MB', 1_048_576],
    ['0.001 GiB', 1_073_741],
  ] as const) {
    it(`${text} is ${bytes} bytes`, () => {
      expect(bodyOf(text)).to.equal(bytes);
    });
  }

  for (const text of ['big', '5 TiB', '2 kib', '5 s', '-5', '""']) {
    it(`${text} is none`, () => {
      expect(problemsWith('bosh.max_body', text).join()).to.contain('expected a size such as "256 KiB"');
    });
  }
});

describe('a quantity out of its range', () => {
  it('is told the range in units that people read', () => {
    expect(problemsWith('bosh.max_wait', '6 min').join()).to.contain('expected 0 s to 5 min');
    expect(problemsWith('auth.failure_window', '2 d').join()).to.contain('expected 1 s to 24 h');
    expect(problemsWith('bosh.max_body', '1 GiB').join()).to.contain('expected 1 KiB to 64 MiB');
  });
});
