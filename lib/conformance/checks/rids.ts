import type { Check } from '../check.ts';
import { HARMLESS, bodyOf, isMessage, messageTo } from '../trial.ts';
import { payloadsOf } from '../caller.ts';
import { headerOf } from '../http-response.ts';

const HIGHEST = Number.MAX_SAFE_INTEGER;

/** XEP-0124 §14: request ids and broken connections. */
export const RID_CHECKS: readonly Check[] = [
  {
    id: 'B-14.1-02',
    title: 'the highest rids are told apart',
    async run(t) {
      const caller = t.caller(HIGHEST - 2);
      t.alive(await caller.create({ wait: 1, hold: 1 }));
      const first = await caller.post('', {}, { apart: true });
      const second = await caller.post('', { type: 'terminate' }, { apart: true });
      for (const request of [first, second]) {
        const { root, text } = await caller.answer(request, caller.longest);
        const isError = root === undefined || ['item-not-found', 'bad-request'].includes(root.attrs['condition'] ?? '');
        t.claim(!isError, `an answer to ${request.rid}`, text);
      }
    },
  },
  ...['9007199254740992', '123456789012345678901234567890'].map((rid): Check => ({
    id: 'B-14.1-02',
    title: `rid ${rid} is refused`,
    async run(t) {
      t.ended(await t.caller().create({ rid }), 'bad-request');
    },
  })),
  {
    id: 'B-14.2-01',
    title: 'responses leave in the order of the rids',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 1 });
      t.unless((caller.granted('requests') ?? 0) < 2, 'the window is one request');
      for (let n = 0; n < 5; n += 1) {
        caller.skip();
        const second = await caller.post(HARMLESS, {}, { apart: true });
        await t.pause(30);
        const first = await caller.postAt(second.rid - 1, HARMLESS, {}, { apart: true });
        const early = await caller.answer(first);
        const third = await caller.post(HARMLESS, {}, { apart: true });
        const late = await caller.answer(second);
        t.claim(
          early.response.startedAt <= late.response.startedAt,
          'the answer to the lower rid first',
          `${Math.round(early.response.startedAt - late.response.startedAt)} ms later`,
        );
        t.alive(await caller.answer(third, caller.longest));
      }
    },
  },
  {
    id: 'B-14.2-03',
    title: 'all rids of the window are taken',
    async run(t) {
      const [a, b] = [await t.login({ hold: 2 }, 0), await t.login({}, 1)];
      const requests = a.caller.granted('requests') ?? 0;
      t.unless(requests < 2, 'the window is one request');
      const next = a.caller.last + 1;
      for (let n = requests; n >= 1; n -= 1) {
        await a.caller.postAt(next + n - 1, messageTo(b.jid, String(n)), {}, { apart: true });
      }
      const seen = await t.messages(b.caller, requests);
      t.equal(seen.join(), Array.from({ length: requests }, (_, n) => n + 1).join(), 'messages in the order');
    },
  },
  {
    id: 'B-14.2-04',
    title: 'a rid above the window ends the session',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 10 });
      await caller.post('', {}, { apart: true });
      const far = caller.last + (caller.granted('requests') ?? 2) + 1;
      const request = await caller.postAt(far, HARMLESS, {}, { apart: true });
      t.ended(await caller.answer(request), 'item-not-found');
      await t.dead(caller);
    },
  },
  {
    id: 'B-14.3-01',
    title: 'an empty response that another request brought is remembered, too',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 5 });
      const first = await caller.post('', {}, { apart: true });
      await t.held(first);
      await caller.post(HARMLESS, {}, { apart: true });
      const { text } = await caller.answer(first);
      const again = await caller.answer(await caller.resend(first, { apart: true }));
      t.equal(again.text, text, 'the same response');
    },
  },
  {
    id: 'B-14.3-02',
    title: 'a repeated request gets the same response, and its payload counts once',
    async run(t) {
      const [a, b] = await t.pair({ wait: 1 });
      const request = await a.caller.post(messageTo(b.jid, 'once'));
      const answer = await a.caller.answer(request, a.caller.longest);
      const again = await a.caller.answer(await a.caller.resend(request));
      t.equal(again.text, answer.text, 'the same response');
      t.soon(again, 'the repeated response');
      await a.caller.post(messageTo(b.jid, 'end'));
      t.equal((await t.messages(b.caller, 2)).join(), 'once,end', 'messages');
    },
  },
  {
    id: 'B-14.3-02',
    title: 'a repeated response with a payload is the same',
    async run(t) {
      const [a, b] = await t.pair();
      const request = await b.caller.post();
      await a.caller.post(messageTo(b.jid, 'twice seen'));
      const answer = await b.caller.answer(request, b.caller.longest);
      const again = await b.caller.answer(await b.caller.resend(request));
      t.equal(again.text, answer.text, 'the same response');
      t.equal(headerOf(again.response, 'content-type'), headerOf(answer.response, 'content-type'), 'Content-Type');
    },
  },
  {
    id: 'B-14.3-02',
    title: 'the creation response is given again',
    async run(t) {
      const caller = await t.open();
      const again = await caller.answer(await caller.postAt(caller.first));
      t.equal(again.text, caller.created?.text, 'the same response');
    },
  },
  {
    id: 'B-14.3-03',
    title: 'as many responses are kept as requests are allowed',
    async run(t) {
      const { caller } = await t.login({ wait: 1, hold: 1 });
      const requests = caller.granted('requests') ?? 1;
      const sent = [];
      for (let n = 0; n < requests; n += 1) {
        const request = await caller.post(HARMLESS);
        sent.push({ request, answer: await caller.answer(request, caller.longest) });
      }
      for (const { request, answer } of sent) {
        t.equal((await caller.answer(await caller.resend(request))).text, answer.text, 'the same response');
      }
    },
  },
  {
    id: 'B-14.3-04',
    title: 'a held request is repeated on a new connection, and nothing is lost or doubled',
    async run(t) {
      const [a, b] = await t.pair();
      const request = await b.caller.post('', {}, { apart: true });
      await t.held(request);
      request.abort();
      await a.caller.post(messageTo(b.jid, 'in between'));
      await t.pause(200);
      const again = await b.caller.resend(request, { apart: true });
      t.payload(await b.caller.answer(again, b.caller.longest), isMessage('in between'), 'the message');
      await a.caller.post(messageTo(b.jid, 'after'));
      const answer = await b.caller.ask();
      t.equal(
        payloadsOf(answer)
          .map(bodyOf)
          .filter((text) => text !== undefined)
          .join(),
        'after',
        'messages',
      );
    },
  },
  {
    id: 'B-14.3-05',
    title: 'the newest copy of an open request takes its place',
    async run(t) {
      const [a, b] = await t.pair({});
      const first = await b.caller.post('', {}, { apart: true });
      await t.held(first);
      const second = await b.caller.resend(first, { apart: true });
      t.recoverable(await b.caller.answer(first), 'the answer to the first copy');
      await a.caller.post(messageTo(b.jid, 'to the newest'));
      t.payload(await b.caller.answer(second), isMessage('to the newest'), 'the message');
    },
  },
  {
    id: 'B-14.3-06',
    title: 'ten copies of a request are answered, the eleventh is too many',
    ours: true,
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const request = await caller.post(HARMLESS);
      const { text } = await caller.answer(request, caller.longest);
      for (let n = 2; n <= 10; n += 1) {
        t.equal((await caller.answer(await caller.resend(request))).text, text, `copy ${n}`);
      }
      t.ended(await caller.answer(await caller.resend(request)), 'policy-violation', 'the answer to copy 11');
    },
  },
  {
    id: 'B-14.3-07',
    title: 'a rid below the first one gets item-not-found',
    async run(t) {
      const { caller } = await t.login({ hold: 1 });
      t.ended(await caller.answer(await caller.postAt(caller.first - 1)), 'item-not-found');
    },
  },
  {
    id: 'B-14.3-08',
    title: 'too high and too low are answered alike',
    async run(t) {
      const [a, b] = [await t.open({ hold: 1 }), await t.open({ hold: 1 })];
      const low = await a.answer(await a.postAt(a.first - 1));
      const high = await b.answer(await b.postAt(b.last + (b.granted('requests') ?? 2) + 1));
      t.equal(low.text, high.text, 'the same answer');
    },
  },
  {
    id: 'B-17.3-01',
    title: 'a request before a gap that is never filled is given back',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 2 });
      caller.skip();
      const missing = caller.last;
      const early = await caller.post(HARMLESS, {}, { apart: true });
      const answer = await caller.answer(early, caller.longest + 10_000);
      t.recoverable(answer);
      const filled = await caller.postAt(missing, HARMLESS, {}, { apart: true });
      const again = await caller.resend(early, { apart: true });
      t.alive(await caller.answer(filled, caller.longest));
      t.alive(await caller.answer(again, caller.longest));
    },
  },
];
