import { expect } from 'chai';
import { ALL_RULES, checkHandover } from './handover-run.ts';
import type { Rules } from './handover-server.ts';

const SCHEDULES = Number(process.env['HANDOVERS'] ?? 20_000);
/** A rule that is missing is noticed long before. */
const ENOUGH = 5000;
const SEED = 1;

describe('a session that is handed over, in random schedules', function () {
  this.timeout(60_000 + SCHEDULES * 20);

  it(`loses, repeats and reorders nothing in ${SCHEDULES}`, () => {
    checkHandover(SCHEDULES, SEED);
  });
});

describe('the schedules find that something is lost, repeated or out of order', function () {
  this.timeout(60_000);

  const without: Readonly<Record<keyof Rules, string>> = {
    fence: 'when the server executes what still comes on the old transport',
    seal: 'when the client takes what still comes on the old transport',
    numbers: 'when POSTs have no numbers',
    ordinals: 'when a claim that is late takes the session back',
  };
  for (const rule of ['fence', 'seal', 'numbers', 'ordinals'] as const) {
    it(without[rule], () => {
      expect(() => checkHandover(ENOUGH, SEED, { ...ALL_RULES, [rule]: false })).to.throw(/Counterexample/);
    });
  }
});
