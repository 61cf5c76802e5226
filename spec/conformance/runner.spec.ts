import { expect } from 'chai';
import { NotObservable, NotSupported, Violation, type Check } from '../../lib/conformance/check.ts';
import { run, type Result } from '../../lib/conformance/runner.ts';
import { targetOf } from '../../lib/conformance/target.ts';

const ANYBODY = { is: 'anonymous' } as const;
/** Nobody is called in these specs. */
const SUBJECT = {
  target: targetOf('http://127.0.0.1:9/'),
  domain: 'localhost',
  credentials: [ANYBODY, ANYBODY],
  wiring: 'keep-alive',
  patience: 1000,
  silence: 100,
  strict: false,
} as const;
const LIMIT = 10_000;

function examine(checks: readonly Check[], atOnce = 2, more = {}): Promise<Result[]> {
  return run({ subject: SUBJECT, checks, atOnce, limit: LIMIT, ...more });
}

function check(title: string, act: () => Promise<void> | void, slow = false): Check {
  return { id: 'B-5-01', title, slow, run: async () => act() };
}

/** Two checks each of which waits for the other to begin. */
function meeting(): Check[] {
  const waiting: (() => void)[] = [];
  const arrive = (): Promise<void> =>
    new Promise((leave) => {
      waiting.push(leave);
      if (waiting.length === 2) for (const each of waiting) each();
    });
  return [check('one', arrive), check('the other', arrive)];
}

describe('the runner of the kit', () => {
  it('runs checks side by side', async () => {
    const results = await examine(meeting());
    expect(results.map(({ verdict }) => verdict)).to.deep.equal(['pass', 'pass']);
  });

  it('runs no more of them at once than it may', async () => {
    const results = await examine(meeting(), 1, { limit: 10 });
    expect(results.map(({ reason }) => reason)).to.deep.equal([
      'expected the check to come to its end within 10 ms; came nothing',
      '',
    ]);
  });

  it('begins with those that take long, and reports all in their order', async () => {
    const begun: string[] = [];
    const note = (title: string, slow: boolean): Check => check(title, () => void begun.push(title), slow);
    const results = await examine([note('a', false), note('b', true), note('c', false), note('d', true)], 1);
    expect(begun).to.deep.equal(['b', 'd', 'a', 'c']);
    expect(results.map(({ title }) => title)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('gives what failed a second chance, where it is told to', async () => {
    const unlucky = (): Check => {
      let attempts = 0;
      return check('unlucky', () => {
        attempts += 1;
        if (attempts === 1) throw new Violation('luck');
      });
    };
    const [again] = await examine([unlucky()], 1, { again: true });
    expect([again?.verdict, again?.attempts]).to.deep.equal(['pass', 2]);
    const [once] = await examine([unlucky()]);
    expect([once?.verdict, once?.attempts]).to.deep.equal(['fail', 1]);
  });

  for (const [error, verdict] of [
    [new Violation('this', 'that'), 'fail'],
    [new NotSupported('an option'), 'not supported'],
    [new NotObservable('no account'), 'not observable'],
    [new TypeError('a fault of the kit, or a connection refused'), 'fail'],
  ] as const) {
    it(`${error.name} is: ${verdict}`, async () => {
      const [result] = await examine([check('one', () => Promise.reject(error))]);
      expect([result?.verdict, result?.reason]).to.deep.equal([verdict, error.message]);
    });
  }
});
