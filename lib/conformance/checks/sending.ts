import type { Check } from '../check.ts';
import { HARMLESS, isMessage, messageTo } from '../trial.ts';
import { payloadsOf } from '../caller.ts';

/** XEP-0124 §8: requests, answers and their order. */
export const SENDING_CHECKS: readonly Check[] = [
  {
    id: 'B-8-01',
    title: 'a message reaches a peer that holds a request at once',
    async run(t) {
      const [a, b] = await t.pair();
      const request = await b.caller.post();
      await t.held(request);
      const before = performance.now();
      await a.caller.post(messageTo(b.jid, 'soon'));
      t.payload(await b.caller.answer(request), isMessage('soon'), 'the message');
      const took = Math.round(performance.now() - before);
      t.claim(took < 1500, 'the message within 1500 ms', `${took} ms`);
    },
  },
  {
    id: 'B-8-02',
    title: 'payloads of requests that overtook each other are taken in rid order',
    async run(t) {
      const [a, b] = await t.pair({ hold: 2 });
      t.unless((a.caller.granted('requests') ?? 0) < 2, 'the server grants no second request');
      const next = a.caller.last + 1;
      await a.caller.postAt(next + 1, messageTo(b.jid, 'second'), {}, { apart: true });
      await t.pause(200);
      await a.caller.postAt(next, messageTo(b.jid, 'first'), {}, { apart: true });
      t.equal((await t.messages(b.caller, 2)).join(), 'first,second', 'messages in the order');
    },
  },
  {
    id: 'B-8-03',
    title: 'a request is answered with 200 whatever becomes of its payload',
    async run(t) {
      const { caller } = await t.login();
      const nobody = messageTo(`nobody-at-all@${t.subject.domain}/x`, 'hello');
      t.alive(await caller.answer(await caller.post(nobody), caller.longest));
    },
  },
  {
    id: 'B-8-03',
    title: 'a request that is held when the session ends is answered, too',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 2 });
      const held = await caller.post('', {}, { apart: true });
      await t.held(held);
      await caller.postAt(caller.last + 50, HARMLESS, {}, { apart: true });
      const answer = await caller.answer(held, caller.longest);
      t.equal(answer.response.status, 200, 'HTTP status');
      t.claim(answer.root !== undefined, 'a body', answer.text);
    },
  },
  {
    id: 'B-8-04',
    title: 'an empty request is held until a payload comes',
    async run(t) {
      const [a, b] = await t.pair();
      const request = await b.caller.post();
      await t.held(request);
      await a.caller.post(messageTo(b.jid, 'awaited'));
      t.payload(await b.caller.answer(request), isMessage('awaited'), 'the message');
    },
  },
  {
    id: 'B-8-05',
    title: 'a request is held for wait, not longer',
    async run(t) {
      const { caller } = await t.login({ wait: 3 });
      const wait = (caller.granted('wait') ?? 0) * 1000;
      t.unless(wait === 0, 'the server holds nothing');
      const answer = await caller.answer(await caller.post(), wait + 2000);
      t.empty(answer);
      t.claim(answer.elapsed < wait + 500, `an answer within ${wait} ms`, `${Math.round(answer.elapsed)} ms`);
    },
  },
  {
    id: 'B-8-06',
    title: 'no more requests are held than agreed',
    async run(t) {
      const { caller } = await t.login({ hold: 1 });
      t.unless(caller.granted('hold') !== 1, 'the server does not hold one request');
      const first = await caller.post('', {}, { apart: true });
      await t.held(first);
      const second = await caller.post(HARMLESS, {}, { apart: true });
      t.alive(await caller.answer(first), 'the first');
      await t.held(second, 'the second');
    },
  },
  {
    id: 'B-8-07',
    title: 'payloads go on the lower of two held requests',
    async run(t) {
      const a = await t.login({}, 0);
      const b = await t.login({ hold: 2 }, 1);
      t.unless(b.caller.granted('hold') !== 2, 'the server grants no hold of 2');
      const first = await b.caller.post('', {}, { apart: true });
      const second = await b.caller.post(HARMLESS, {}, { apart: true });
      await t.held(second, 'the second');
      await a.caller.post(messageTo(b.jid, 'lower'));
      t.payload(await b.caller.answer(first), isMessage('lower'), 'the message on the lower rid');
      await t.held(second, 'the second');
    },
  },
  {
    id: 'B-8-08',
    title: 'nothing to say is an empty body',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      t.empty(await caller.answer(await caller.post(), caller.longest));
    },
  },
  {
    id: 'B-8-09',
    title: 'what came while no request was open comes with the next, in order',
    async run(t) {
      const [a, b] = await t.pair();
      await a.caller.post(['1', '2', '3'].map((text) => messageTo(b.jid, text)).join(''));
      await t.pause(t.subject.silence);
      const answer = await b.caller.ask();
      t.soon(answer);
      const bodies = payloadsOf(answer).map((payload) => payload.child('body', 'jabber:client')?.text);
      t.equal(bodies.filter((text) => text !== undefined).join(), '1,2,3', 'messages');
    },
  },
  {
    id: 'B-8-11',
    title: 'a request with a payload is held like an empty one',
    async run(t) {
      const { caller } = await t.login({ wait: 2 });
      const wait = caller.granted('wait') ?? 0;
      t.unless(wait === 0, 'the server holds nothing');
      const answer = await caller.answer(await caller.post(HARMLESS), caller.longest);
      t.claim(answer.elapsed > wait * 1000 - 500, `an answer after ${wait} s`, `${Math.round(answer.elapsed)} ms`);
    },
  },
  {
    id: 'B-9.1-01',
    title: 'the answer to a held request acknowledges the one that came after',
    async run(t) {
      const { caller } = await t.login({ hold: 1 });
      t.announced(caller.created?.root?.attrs['ack'] !== undefined, 'ack');
      const first = await caller.post('', {}, { apart: true });
      await t.held(first);
      const second = await caller.post(HARMLESS, {}, { apart: true });
      const root = t.alive(await caller.answer(first));
      t.equal(root.attrs['ack'], String(second.rid), 'ack');
    },
  },
  {
    id: 'B-9.1-02',
    title: 'ack stops before a gap',
    async run(t) {
      const [a, b] = [await t.login({}, 0), await t.login({ hold: 2 }, 1)];
      t.announced(b.caller.created?.root?.attrs['ack'] !== undefined, 'ack');
      t.unless((b.caller.granted('requests') ?? 0) < 3, 'the server grants no third request');
      const first = await b.caller.post('', {}, { apart: true });
      b.caller.skip();
      await b.caller.post('', {}, { apart: true });
      await t.pause(100);
      await a.caller.post(messageTo(b.jid, 'gap'));
      const root = t.alive(await b.caller.answer(first));
      t.equal(root.attrs['ack'], undefined, 'ack');
    },
  },
  {
    id: 'B-9.1-03',
    title: 'who acknowledges does so to the end',
    async run(t) {
      const { caller } = await t.login({ hold: 1 });
      t.announced(caller.created?.root?.attrs['ack'] !== undefined, 'ack');
      let held = await caller.post('', {}, { apart: true });
      for (let n = 0; n < 5; n += 1) {
        const next = await caller.post(HARMLESS, {}, { apart: true });
        t.equal(t.alive(await caller.answer(held)).attrs['ack'], String(next.rid), 'ack');
        held = next;
      }
    },
  },
  {
    id: 'B-9.1-04',
    title: 'no ack of the request that is being answered',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      t.announced(caller.created?.root?.attrs['ack'] !== undefined, 'ack');
      const root = t.alive(await caller.ask());
      t.equal(root.attrs['ack'], undefined, 'ack');
    },
  },
  {
    id: 'B-9.2-04',
    title: 'who sees from an ack that a response is missing may say so at once',
    async run(t) {
      const { caller } = await t.login({ ack: 1, wait: 2 });
      const missed = await caller.post(HARMLESS);
      await caller.answer(missed, caller.longest);
      await t.pause(1600);
      const answer = await caller.answer(await caller.post('', { ack: missed.rid - 1 }), caller.longest);
      const isEarly = answer.elapsed < 1000;
      t.claim(!isEarly || t.alive(answer).attrs['report'] !== undefined, 'a report in an early answer', answer.text);
    },
  },
  {
    id: 'B-9.2-05',
    title: 'a response that seems to be missing is reported',
    async run(t) {
      const { caller } = await t.login({ ack: 1, wait: 4 });
      const missed = await caller.post(HARMLESS);
      await caller.answer(missed, caller.longest);
      await t.pause(1600);
      const answer = await caller.answer(await caller.post('', { ack: missed.rid - 1 }), caller.longest);
      const report = t.alive(answer).attrs['report'];
      t.announced(report !== undefined, 'report');
      t.equal(report, String(missed.rid), 'report');
      const time = Number(t.alive(answer).attrs['time']);
      t.claim(time >= 1500 && time <= 65_535, 'time of about 1600 ms', String(time));
      t.soon(answer, 'the report', 2000);
    },
  },
  {
    id: 'B-9.2-06',
    title: 'a response that was not acknowledged is kept',
    async run(t) {
      const { caller } = await t.login({ ack: 1, wait: 1, hold: 1 });
      t.announced(caller.created?.root?.attrs['ack'] !== undefined, 'ack');
      const kept = await caller.post('', { ack: caller.last });
      const original = await caller.answer(kept, caller.longest);
      for (let n = 0; n < 3; n += 1) {
        const next = await caller.post(HARMLESS, { ack: kept.rid - 1 });
        await caller.answer(next, caller.longest);
      }
      const again = await caller.answer(await caller.resend(kept));
      t.equal(again.text, original.text, 'the same response');
    },
  },
];
