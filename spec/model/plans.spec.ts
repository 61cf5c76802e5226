import { expect } from 'chai';
import { check } from './check.ts';
import { Failure } from './play.ts';
import type { Sabotage } from './server.ts';

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

/** Servers that break a promise, each in one way. */
const BROKEN: Readonly<Record<string, () => Sabotage>> = {
  'answers twice': () => ({ answer: (text) => [text, text] }),
  'now and then does not answer': () => ({
    answer: every(
      5,
      (text) => [text],
      () => [],
    ),
  }),
  'words a repeated answer anew': () => ({ answer: (text, call) => [text.replace('/>', ` n='${call.name}'/>`)] }),
  'acknowledges one too many': () => ({
    answer: (text) => [text.replace(/ ack='(\d+)'/, (_, ack: string) => ` ack='${Number(ack) + 1}'`)],
  }),
  'forgets a recoverable error': () => ({ answer: (text) => (text.includes("type='error'") ? [] : [text]) }),
  'processes a stanza twice': () => ({ forward: (id) => [id, id] }),
  'now and then loses a stanza of the client': () => ({
    forward: every(
      7,
      (id) => [id],
      () => [],
    ),
  }),
  'now and then loses a stanza for the client': () => ({
    answer: every(
      7,
      (text) => [text],
      (text) => [text.replace(/<message[^>]*>/, '')],
    ),
  }),
  'says nothing about what was not delivered': () => ({ undelivered: () => [] }),
  'repairs requests that broke off': () => ({
    request: (text) => (text.endsWith('>') ? text : text.replace(/<[^<]*$/, '</body>')),
  }),
  'does not notice pauses': () => ({ request: (text) => text.replace(/ pause='\d+'/, '') }),
  'does not notice acknowledgements': () => ({ request: (text) => text.replace(/ ack='1\d+'/, '') }),
};

/** One thing as a rule, another every so many times. */
function every<A, B>(times: number, usually: (value: A) => B, now: (value: A) => B): (value: A) => B {
  let count = 0;
  return (value) => (++count % times === 0 ? now(value) : usually(value));
}

describe('plans find a server that', function () {
  this.timeout(60_000);

  for (const [name, sabotage] of Object.entries(BROKEN)) {
    it(name, () => {
      expect(() => check(FEW, SEED, sabotage))
        .to.throw(/Property failed/)
        .with.property('cause')
        .that.is.instanceOf(Failure);
    });
  }
});
