import type { Check } from '../check.ts';
import { isMessage, messageTo } from '../trial.ts';

/** XEP-0124 §13: the client ends the session. */
export const END_CHECKS: readonly Check[] = [
  {
    id: 'B-13-01',
    title: 'a session ends before it is authenticated',
    async run(t) {
      const caller = await t.open({ hold: 1 });
      t.ended(await caller.ask('', { type: 'terminate' }));
      await t.dead(caller);
    },
  },
  {
    id: 'B-13-02',
    title: 'the payloads of a terminate request are forwarded',
    async run(t) {
      const [a, b] = await t.pair();
      await a.caller.post(messageTo(b.jid, 'farewell'), { type: 'terminate' });
      await b.caller.fetch('', isMessage('farewell'));
    },
  },
  {
    id: 'B-13-04',
    title: 'the only open request gets the end',
    async run(t) {
      const { caller } = await t.login();
      const answer = await caller.ask('', { type: 'terminate' });
      t.ended(answer);
      t.soon(answer);
    },
  },
  {
    id: 'B-13-04',
    title: 'the oldest open request gets the end, the terminate request an empty body',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 10 });
      const held = await caller.post('', {}, { apart: true });
      await t.held(held);
      const last = await caller.post('', { type: 'terminate' }, { apart: true });
      const oldest = await caller.answer(held);
      t.equal(oldest.root?.attrs['type'], 'terminate', 'type of the answer to the oldest request');
      t.empty(await caller.answer(last), 'the answer to the terminate request');
    },
  },
  {
    id: 'B-13-05',
    title: 'nothing is left of the session',
    async run(t) {
      const { caller } = await t.login();
      await caller.ask('', { type: 'terminate' });
      await t.dead(caller);
    },
  },
  {
    id: 'B-13-05',
    title: 'the end is told again to who asks again',
    ours: true,
    async run(t) {
      const { caller } = await t.login();
      const last = await caller.post('', { type: 'terminate' });
      const answer = await caller.answer(last, caller.longest);
      const again = await caller.answer(await caller.resend(last));
      t.equal(again.text, answer.text, 'the same end');
    },
  },
  {
    id: 'B-13-06',
    title: 'terminate waits for the requests before it',
    async run(t) {
      const [a, b] = await t.pair();
      a.caller.skip();
      const missing = a.caller.last;
      const last = await a.caller.post('', { type: 'terminate' }, { apart: true });
      t.claim((await last.outcome(300)) === undefined, 'no answer yet');
      await a.caller.postAt(missing, messageTo(b.jid, 'just in time'), {}, { apart: true });
      await b.caller.fetch('', isMessage('just in time'));
    },
  },
];
