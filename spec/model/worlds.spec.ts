import { expect } from 'chai';
import type { Effect } from '../../lib/bosh/effects.ts';
import { explore } from './explore.ts';
import { Failure } from './play.ts';
import type { Call } from './world-client.ts';

/** `.ci/run` asks for all. */
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 200_000);
/** All schedules of one and two requests. */
const SMALL = 27_544;

describe('small worlds', function () {
  this.timeout(60_000 + SCHEDULES);

  it(`no violation in ${SCHEDULES} schedules`, () => {
    expect(explore(SCHEDULES)).to.equal(SCHEDULES);
  });
});

/** Machines that break a rule, each in one way. */
const BROKEN: Readonly<Record<string, (effect: Effect<Call>) => readonly Effect<Call>[]>> = {
  'never answers a request whose wait is over': (effect) => (isAnswer(effect, 'wait') ? [] : [effect]),
  'holds one more than agreed': (effect) => (isAnswer(effect, 'hold') ? [] : [effect]),
  'answers twice': (effect) => (isAnswer(effect, 'payload') ? [effect, effect] : [effect]),
  'words a repeated answer anew': (effect) =>
    effect.do === 'respond' && effect.reason === 'replay' ? [{ ...effect, body: `${effect.body} ` }] : [effect],
  'processes a request twice': (effect) => (effect.do === 'forward' ? [effect, effect] : [effect]),
  'processes nothing beside a pause or the end': (effect) => (effect.do === 'forward' ? [] : [effect]),
  'leaves out a stanza': (effect) =>
    effect.do === 'respond' ? [{ ...effect, body: effect.body.replace("<m id='s1'/>", '') }] : [effect],
  'sends stanzas in the wrong order': (effect) =>
    effect.do === 'respond'
      ? [{ ...effect, body: effect.body.replace("<m id='s0'/><m id='s1'/>", "<m id='s1'/><m id='s0'/>") }]
      : [effect],
  'never tells a copy that it was superseded': (effect) => (isAnswer(effect, 'superseded') ? [] : [effect]),
};

function isAnswer(effect: Effect<Call>, reason: string): boolean {
  return effect.do === 'respond' && effect.reason === reason;
}

describe('small worlds find a machine that', function () {
  this.timeout(60_000);

  for (const [name, mutate] of Object.entries(BROKEN)) {
    it(name, () => {
      expect(() => explore(SMALL, (effects) => effects.flatMap(mutate))).to.throw(Failure);
    });
  }

  it('answers out of order', () => {
    expect(() => explore(SMALL, (effects) => effects.toReversed())).to.throw(Failure);
  });
});
