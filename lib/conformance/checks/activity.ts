import type { Caller } from '../caller.ts';
import type { Check } from '../check.ts';
import { HARMLESS, isMessage, messageTo, type Trial } from '../trial.ts';

/** A server may be this late with the end of a silent session, milliseconds. */
const GRACE = 2500;
/** Longer than any client of a server that tells its inactivity would be silent, milliseconds. */
const SILENT_FOR = 30_000;

function inactivityOf(t: Trial, caller: Caller): number {
  const seconds = caller.granted('inactivity');
  t.announced(seconds !== undefined, 'inactivity');
  return (seconds ?? 0) * 1000;
}

function pauseOf(t: Trial, caller: Caller): number {
  const seconds = caller.granted('maxpause');
  t.announced(seconds !== undefined, 'maxpause');
  return seconds ?? 0;
}

/** Asks for a pause. That it is answered at once is for another check to say. */
async function beginPause(t: Trial, caller: Caller, pause: number): Promise<void> {
  const request = await caller.post('', { pause });
  await request.outcome(t.subject.silence);
}

/** A request that was answered later than this was held, milliseconds. */
const HELD = 1500;

/** XEP-0124 §10, §11 and §12: too little and too much. */
export const ACTIVITY_CHECKS: readonly Check[] = [
  {
    id: 'B-10-02',
    title: 'a silent session ends',
    slow: true,
    async run(t) {
      const { caller } = await t.login();
      await t.pause(inactivityOf(t, caller) + GRACE);
      await t.dead(caller);
    },
  },
  {
    id: 'B-10-02',
    title: 'a session lives until inactivity has passed',
    slow: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      await t.pause(inactivityOf(t, caller) * 0.75);
      t.alive(await caller.ask());
      await t.pause(inactivityOf(t, caller) * 0.75);
      t.alive(await caller.ask());
    },
  },
  {
    id: 'B-10-03',
    title: 'after the end it is as if the session had never been',
    async run(t) {
      const caller = await t.open();
      await caller.answer(await caller.post('', { type: 'terminate' }), caller.longest);
      await t.dead(caller);
    },
  },
  {
    id: 'B-10-08',
    title: 'a pause answers what is held, and itself, at once',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 20 });
      const longest = pauseOf(t, caller);
      const held = await caller.post('', {}, { apart: true });
      await t.held(held);
      const pause = await caller.post('', { pause: longest }, { apart: true });
      t.alive(await caller.answer(held), 'the request that was held');
      const answer = await caller.answer(pause);
      t.empty(answer, 'the answer to the pause');
      t.soon(answer);
    },
  },
  {
    id: 'B-10-09',
    title: 'a pause allows a longer silence, and ends',
    slow: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const inactivity = inactivityOf(t, caller);
      const pause = Math.min(pauseOf(t, caller), inactivity / 1000 + 4);
      t.unless(pause * 1000 <= inactivity + 3000, 'maxpause is not longer than inactivity');
      await beginPause(t, caller, pause);
      await t.pause(pause * 1000 - 1000);
      t.alive(await caller.ask(), 'the request after the pause');
    },
  },
  {
    id: 'B-10-09',
    title: 'a pause that is over ends the session',
    slow: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const pause = Math.min(pauseOf(t, caller), inactivityOf(t, caller) / 1000 + 1);
      await beginPause(t, caller, pause);
      await t.pause(pause * 1000 + GRACE);
      await t.dead(caller);
    },
  },
  {
    id: 'B-10-10',
    title: 'the answer to a pause carries nothing; what waits comes after it',
    async run(t) {
      const [a, b] = await t.pair();
      const pause = pauseOf(t, b.caller);
      const paused = await b.caller.post('', { pause });
      t.unless((await paused.outcome(b.caller.longest)) === undefined, 'the server does not answer the pause');
      t.empty(await b.caller.answer(paused), 'the answer to the pause');
      await a.caller.post(messageTo(b.jid, 'meanwhile'));
      await t.pause(t.subject.silence);
      t.payload(await b.caller.ask(), isMessage('meanwhile'), 'the message after the pause');
    },
  },
  {
    id: 'B-10-10',
    title: 'what waited before a pause does not come with its answer',
    async run(t) {
      const [a, b] = await t.pair();
      const pause = pauseOf(t, b.caller);
      await a.caller.post(messageTo(b.jid, 'before'));
      await t.pause(t.subject.silence);
      const paused = await b.caller.post('', { pause });
      t.unless((await paused.outcome(b.caller.longest)) === undefined, 'the server does not answer the pause');
      t.empty(await b.caller.answer(paused), 'the answer to the pause');
      t.payload(await b.caller.ask(), isMessage('before'), 'the message after the pause');
    },
  },
  {
    id: 'B-10-11',
    title: 'a pause may be shorter than inactivity',
    slow: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      pauseOf(t, caller);
      t.unless(inactivityOf(t, caller) < 2000, 'inactivity is too short to be shortened');
      await beginPause(t, caller, 1);
      await t.pause(1000 + GRACE);
      await t.dead(caller);
    },
  },
  {
    id: 'B-10-12',
    title: 'after a pause the normal limit holds again',
    slow: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const inactivity = inactivityOf(t, caller);
      const pause = pauseOf(t, caller);
      t.unless(pause * 1000 <= inactivity + GRACE, 'maxpause is not longer than inactivity');
      await beginPause(t, caller, pause);
      await caller.ask(HARMLESS);
      await t.pause(inactivity + GRACE);
      await t.dead(caller);
    },
  },
  {
    id: 'B-10-07',
    title: 'a pause longer than maxpause',
    ours: true,
    async run(t) {
      const { caller } = await t.login();
      t.ended(await caller.ask('', { pause: pauseOf(t, caller) + 1 }), 'policy-violation');
    },
  },
  {
    id: 'B-11-02',
    title: 'terminate may exceed the number of requests by one',
    async run(t) {
      const [a, b] = await t.pair({ hold: 1, wait: 10 });
      await a.caller.post('', {}, { apart: true });
      a.caller.skip();
      const missing = a.caller.last;
      const last = await a.caller.post('', { type: 'terminate' }, { apart: true });
      await t.pause(100);
      await a.caller.postAt(missing, messageTo(b.jid, 'before the end'), {}, { apart: true });
      t.claim((await last.answer(a.caller.longest)).root?.attrs['condition'] === undefined, 'no condition');
      await b.caller.fetch('', isMessage('before the end'));
    },
  },
  {
    id: 'B-11-03',
    title: 'more requests than agreed end the session',
    async run(t) {
      t.unless(!t.subject.strict, 'the server is not said to be strict');
      const { caller } = await t.login({ hold: 1, wait: 10 });
      const held = await caller.post('', {}, { apart: true });
      caller.skip();
      const surplus = await caller.post(HARMLESS, {}, { apart: true });
      t.ended(await caller.answer(surplus), 'policy-violation');
      t.ended(await caller.answer(held), 'other-request');
    },
  },
  {
    id: 'B-11-05',
    title: 'empty requests in haste end the session',
    async run(t) {
      t.unless(!t.subject.strict, 'the server is not said to be strict');
      const { caller } = await t.login({ hold: 1, wait: 10 });
      t.announced(caller.granted('polling') !== undefined, 'polling');
      t.unless(caller.granted('requests') !== 2, 'requests is not 2');
      await caller.post('', {}, { apart: true });
      const hasty = await caller.post('', {}, { apart: true });
      t.ended(await caller.answer(hasty), 'policy-violation');
    },
  },
  {
    id: 'B-11-05',
    title: 'a request with a payload is never hasty',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 10 });
      const held = await caller.post('', {}, { apart: true });
      const next = await caller.post(HARMLESS, {}, { apart: true });
      t.alive(await caller.answer(held));
      await t.held(next);
    },
  },
  {
    id: 'B-10-04',
    title: 'a server that told no inactivity keeps a silent session',
    slow: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      t.unless(caller.granted('inactivity') !== undefined, 'inactivity was told');
      await t.pause(SILENT_FOR);
      t.alive(await caller.ask());
    },
  },
  {
    id: 'B-11-04',
    title: 'a server that told no requests takes any number',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 10 });
      t.unless(caller.granted('requests') !== undefined, 'requests was told');
      let last = await caller.post(HARMLESS, {}, { apart: true });
      for (let n = 0; n < 8; n += 1) last = await caller.post(HARMLESS, {}, { apart: true });
      t.alive(await caller.answer(last, caller.longest));
    },
  },
  ...(['B-11-06', 'B-12-05'] as const).map((id): Check => ({
    id,
    title: 'a server that told no polling may be asked as often as one likes',
    async run(t) {
      const { caller } = await t.login(id === 'B-12-05' ? { hold: 0 } : { hold: 1, wait: 1 });
      t.unless(caller.granted('polling') !== undefined, 'polling was told');
      const requests = [];
      for (let n = 0; n < 5; n += 1) requests.push(await caller.post('', {}, { apart: true }));
      for (const request of requests) t.alive(await caller.answer(request, caller.longest));
    },
  })),
  {
    id: 'B-12-01',
    title: 'hold 0 and wait 0 are granted',
    async run(t) {
      t.equal((await t.open({ hold: 0 })).granted('hold'), 0, 'hold');
      t.equal((await t.open({ wait: 0 })).granted('wait'), 0, 'wait');
    },
  },
  {
    id: 'B-12-03',
    title: 'a polling session may be silent longer',
    async run(t) {
      const normal = (await t.open()).granted('inactivity');
      const polling = await t.open({ hold: 0 });
      const longer = polling.granted('inactivity');
      t.announced(normal !== undefined && longer !== undefined, 'inactivity');
      t.unless(polling.granted('hold') !== 0, 'the server grants no polling session');
      const most = (normal ?? 0) + (polling.granted('polling') ?? 0);
      t.claim((longer ?? 0) > most, `inactivity above ${most}`, String(longer));
    },
  },
  {
    id: 'B-12-04',
    title: 'polling too often ends the session',
    async run(t) {
      const { caller } = await t.login({ hold: 0 });
      t.unless(caller.granted('hold') !== 0, 'the server grants no polling session');
      t.announced(caller.granted('polling') !== undefined, 'polling');
      await t.pause(((caller.granted('polling') ?? 0) + 0.5) * 1000);
      const first = await caller.ask();
      t.alive(first, 'the first poll');
      t.unless(first.elapsed > HELD, 'the server holds polls, and so keeps them apart');
      await t.pause(200);
      t.ended(await caller.ask(), 'policy-violation', 'the second poll');
    },
  },
  {
    id: 'B-12-04',
    title: 'polls as far apart as agreed are answered',
    async run(t) {
      const { caller } = await t.login({ hold: 0 });
      t.unless(caller.granted('hold') !== 0, 'the server grants no polling session');
      const interval = ((caller.granted('polling') ?? 0) + 0.3) * 1000;
      for (let n = 0; n < 2; n += 1) {
        await t.pause(interval);
        t.empty(await caller.ask(), 'the answer to a poll');
      }
    },
  },
];
