import { wrap } from '../caller.ts';
import type { Check } from '../check.ts';
import { iq } from '../login.ts';
import { NS_BIND, NS_PING, NS_STANZA_ERRORS } from '../../xmpp/ns.ts';
import type { Answer } from '../request.ts';
import { HARMLESS, messageTo, type Trial } from '../trial.ts';

/** A client of the old kind gets an HTTP status instead of a condition. */
function refusedWith(t: Trial, answer: Answer, status: number): void {
  t.equal(answer.response.status, status, 'HTTP status');
}

function farAbove(first: number): number {
  return first + 50;
}

/** XEP-0124 §17: errors. */
export const CONDITION_CHECKS: readonly Check[] = [
  {
    id: 'B-17.1-01',
    title: 'errors are told in bodies with status 200',
    async run(t) {
      const [a, b] = [await t.open(), await t.open()];
      const far = await a.answer(await a.postAt(farAbove(a.first)));
      t.equal(far.response.status, 200, 'HTTP status for a rid above the window');
      const bad = await b.answer(await b.raw(wrap({ sid: b.sid, rid: 'abc' })));
      t.equal(bad.response.status, 200, 'HTTP status for a rid that is no number');
    },
  },
  {
    id: 'B-17.1-01',
    title: 'so are those of clients that are not known',
    // They may have told no version, and then an HTTP status is what they understand.
    ours: true,
    async run(t) {
      const malformed = await t.http({}, '<body');
      t.equal(malformed.response.status, 200, 'HTTP status for what is not XML');
      const unknown = await t.http({}, wrap({ rid: 5, sid: 'nobody' }));
      t.equal(unknown.response.status, 200, 'HTTP status for an unknown sid');
    },
  },
  {
    id: 'B-17.1-02',
    title: 'a client without ver is served',
    async run(t) {
      const caller = await t.open({ ver: undefined, wait: 1 });
      t.alive(await caller.ask());
    },
  },
  {
    id: 'B-17.1-04',
    title: 'a client without ver gets 400 for a bad request',
    async run(t) {
      const caller = await t.open({ ver: undefined });
      refusedWith(t, await caller.answer(await caller.raw(wrap({ sid: caller.sid, rid: 'abc' }))), 400);
    },
  },
  {
    id: 'B-17.1-05',
    title: 'a client without ver gets 403 for a violation of policy',
    async run(t) {
      const caller = await t.open({ ver: undefined, hold: 0 });
      t.unless(caller.granted('hold') !== 0, 'the server grants no polling session');
      t.announced(caller.granted('polling') !== undefined, 'polling');
      await t.pause(((caller.granted('polling') ?? 0) + 0.5) * 1000);
      const first = await caller.ask();
      t.alive(first, 'the first poll');
      t.unless(first.elapsed > 1500, 'the server holds polls, and so keeps them apart');
      refusedWith(t, await caller.ask(), 403);
    },
  },
  {
    id: 'B-17.1-06',
    title: 'a client without ver gets 404 for what is not found',
    async run(t) {
      const caller = await t.open({ ver: undefined });
      refusedWith(t, await caller.answer(await caller.postAt(farAbove(caller.first), HARMLESS)), 404);
    },
  },
  {
    id: 'B-17.1-07',
    title: 'whatever is valid gets 200',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      for (const inner of ['', HARMLESS, messageTo(`nobody-here@${t.subject.domain}/x`, 'hello')]) {
        t.equal((await caller.ask(inner)).response.status, 200, 'HTTP status');
      }
      t.equal((await caller.ask('', { type: 'terminate' })).response.status, 200, 'HTTP status of the end');
    },
  },
  {
    id: 'B-17.2-01',
    title: 'after a terminal condition there is no session',
    async run(t) {
      const caller = await t.open();
      t.ended(await caller.answer(await caller.postAt(farAbove(caller.first), HARMLESS)), 'item-not-found');
      await t.dead(caller);
    },
  },
  {
    id: 'B-17.2-01',
    title: 'nor after one for a rid that is too low',
    async run(t) {
      const caller = await t.open();
      t.ended(await caller.answer(await caller.postAt(caller.first - 1)), 'item-not-found');
      await t.dead(caller);
    },
  },
  {
    id: 'B-17.2-02',
    title: 'a conflict of resources is a stream error, or an error of the bind request',
    async run(t) {
      const [a, b] = [await t.login(), await t.login({}, 0)];
      const held = await a.caller.post('', {}, { apart: true });
      const resource = a.jid.slice(a.jid.indexOf('/') + 1);
      const caller = await t.unbound();
      const inner = `<bind xmlns="${NS_BIND}"><resource>${resource}</resource></bind>`;
      const result = await iq(caller, 'again', inner);
      if (result.attrs['type'] === 'error') return;
      if (result.child('bind', NS_BIND)?.child('jid', NS_BIND)?.text !== a.jid) return;
      t.ended(await a.caller.answer(held), 'remote-stream-error', 'the answer to the client that was replaced');
      t.alive(await b.caller.ask(HARMLESS), 'the answer to another client');
    },
  },
  {
    id: 'B-17.2-03',
    title: 'bad-request for a wrapper that is not acceptable',
    async run(t) {
      const caller = await t.open();
      t.ended(await caller.answer(await caller.raw(wrap({ sid: caller.sid, rid: 'abc' }))), 'bad-request');
    },
  },
  {
    id: 'B-17.2-03',
    title: 'bad-request for another element than body',
    // Who sends it has told no version: an HTTP status would do as well.
    ours: true,
    async run(t) {
      t.ended(await t.http({}, '<notbody/>'), 'bad-request');
    },
  },
  {
    id: 'B-17.2-04',
    title: 'host-unknown for a domain that is not served',
    async run(t) {
      t.ended(await t.caller().create({ to: 'not-served.invalid' }), 'host-unknown');
    },
  },
  {
    id: 'B-17.2-06',
    title: 'other-request for those that did nothing wrong',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 10 });
      const held = await caller.post('', {}, { apart: true });
      await t.held(held);
      await caller.postAt(farAbove(caller.last), HARMLESS, {}, { apart: true });
      t.ended(await caller.answer(held), 'other-request', 'the answer to the request that was held');
    },
  },
  {
    id: 'B-17.2-11',
    title: 'a client may name a condition when it terminates',
    ours: true,
    async run(t) {
      const caller = await t.open({ wait: 1 });
      t.ended(await caller.ask('', { type: 'terminate', condition: 'bad-request' }));
      await t.dead(caller);
    },
  },
  {
    id: 'B-17.3-03',
    title: 'a recoverable error is not the answer that is kept',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 2 });
      const first = await caller.post('', {}, { apart: true });
      await t.held(first);
      const second = await caller.resend(first, { apart: true });
      const early = await caller.answer(first);
      t.unless(early.root?.attrs['type'] !== 'error', 'the server answers no copy with a recoverable error');
      const answer = await caller.answer(second, caller.longest);
      t.alive(answer);
      t.equal((await caller.answer(await caller.resend(first))).text, answer.text, 'the answer that is kept');
    },
  },
  {
    id: 'B-17.4-01',
    title: 'an error of a stanza is a payload, and the session goes on',
    async run(t) {
      const { caller } = await t.login();
      const ping = `<iq xmlns="jabber:client" type="get" id="lost" to="nobody-here@${t.subject.domain}/x"><ping xmlns="${NS_PING}"/></iq>`;
      const error = await caller.fetch(ping, (payload) => payload.attrs['id'] === 'lost');
      t.equal(error.attrs['type'], 'error', 'type of the answer');
      t.claim(error.toString().includes(NS_STANZA_ERRORS), 'a stanza error', error.toString());
      t.alive(await caller.ask(HARMLESS));
    },
  },
];
