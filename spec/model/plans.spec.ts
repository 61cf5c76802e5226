import { expect } from 'chai';
import { BROKEN } from './broken-servers.ts';
import { check } from './check.ts';
import { Failure } from './play.ts';

const PLANS = Number(process.env['PLANS'] ?? '20000');
const SEED = Number(process.env['SEED'] ?? '20260722');
/** Enough for each of the broken servers below to be found. */
const FEW = 2000;

describe('plans', function () {
  this.timeout(60_000 + PLANS * 10);

  it(`the server does what the naive model does in ${PLANS} plans (seed ${SEED})`, () => {
    check(PLANS, SEED);
  });
});

describe('plans find a server that', function () {
  this.timeout(60_000);

  it('answers twice: the plan is made short, and shown with its seed', () => {
    const shown = shownBy(() => check(FEW, SEED, BROKEN['answers twice'], true));
    expect(shown).to.match(new RegExp(`^Property failed after \\d+ tests\n\\{ seed: ${SEED}, path: "`));
    const [, plan = ''] = /^Counterexample: (.*)$/m.exec(shown) ?? [];
    expect(plan)
      .to.contain('"commands":[')
      .and.not.to.match(/("do":.*){3}/);
  });

  for (const [name, sabotage] of Object.entries(BROKEN)) {
    it(name, () => {
      expect(() => check(FEW, SEED, sabotage))
        .to.throw(/Property failed/)
        .with.property('cause')
        .that.is.instanceOf(Failure);
    });
  }
});

function shownBy(action: () => void): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'nothing';
}
