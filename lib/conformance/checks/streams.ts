import { payloadsOf, type Caller } from '../caller.ts';
import type { Check } from '../check.ts';
import { isFeatures, logInStream } from '../login.ts';
import { HARMLESS, bodyOf, isMessage, messageTo, type LoggedIn, type Trial } from '../trial.ts';
import { NS_XBOSH } from '../../xmpp/ns.ts';
import type { Answer } from '../request.ts';

const OF_THE_SESSION = ['sid', 'requests', 'polling', 'hold', 'inactivity', 'maxpause', 'accept', 'charsets', 'ver'];
const ADD = { 'xml:lang': 'en', 'xmlns:xmpp': NS_XBOSH, 'xmpp:version': '1.0' };

/** Two streams of one session, for two people. */
interface Both {
  readonly caller: Caller;
  readonly first: string;
  readonly second: string;
  readonly firstJid: string;
  readonly secondJid: string;
}

async function several(t: Trial): Promise<{ caller: Caller; jid: string; first: string }> {
  const { caller, jid } = await t.login({ wait: 1 });
  const first = caller.created?.root?.attrs['stream'];
  t.announced(first !== undefined, 'stream');
  return { caller, jid, first: first ?? '' };
}

function add(t: Trial, caller: Caller): Promise<Answer> {
  caller.stream = undefined;
  return caller.ask('', { to: t.subject.domain, ...ADD });
}

async function both(t: Trial): Promise<Both> {
  const { caller, jid: firstJid, first } = await several(t);
  const answer = await add(t, caller);
  const second = t.need(t.alive(answer).attrs['stream'], 'the name of a new stream', answer.text);
  caller.stream = second;
  const features = payloadsOf(answer).find(isFeatures) ?? (await caller.fetch('', isFeatures));
  const secondJid = await logInStream(caller, features, t.subject.credentials[1]);
  caller.stream = undefined;
  return { caller, first, second, firstJid, secondJid };
}

/** What comes to the session, from the answer to a request that sends `inner` on a stream. */
async function* answersTo(caller: Caller, inner: string, stream: string | undefined): AsyncGenerator<Answer> {
  yield await caller.ask(inner, { stream });
  for (let asked = 0; asked < 15; asked += 1) yield await caller.ask();
}

/** Sends a message on a stream, and waits until it comes back to the session. */
async function talk(t: Trial, { caller }: Both, stream: string, to: string): Promise<void> {
  const text = `to ${to}`;
  for await (const answer of answersTo(caller, messageTo(to, text), stream)) {
    if (payloadsOf(answer).some(isMessage(text))) return;
    t.claim(answer.root?.attrs['type'] === undefined, 'the session to go on', answer.text);
  }
  t.claim(false, 'the message', 'none');
}

/** Messages that reach somebody who sends `inner`, until `end` does. */
async function seenBy({ caller }: LoggedIn, inner: string, end: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const answer of answersTo(caller, inner, undefined)) {
    seen.push(...payloadsOf(answer).flatMap((payload) => bodyOf(payload) ?? []));
    if (seen.includes(end)) break;
  }
  return seen;
}

/** XEP-0124 §16: several streams in one session. */
export const STREAM_CHECKS: readonly Check[] = [
  {
    id: 'B-16.2-03',
    title: 'stream names are unique and tell nothing',
    async run(t) {
      const names = new Set<string>();
      for (let n = 0; n < 10; n += 1) {
        const caller = await t.open();
        const name = caller.created?.root?.attrs['stream'];
        t.announced(name !== undefined, 'stream');
        t.claim((name ?? '').length >= 8, 'a name that cannot be guessed', name);
        names.add(name ?? '');
        await caller.leave();
      }
      t.equal(names.size, 10, 'the number of different names');
    },
  },
  {
    id: 'B-16.3-02',
    title: 'who has one stream only takes the request for another as an empty one',
    async run(t) {
      const { caller } = await t.login({ wait: 2 });
      t.unless(caller.created?.root?.attrs['stream'] !== undefined, 'the server supports several streams');
      const answer = await add(t, caller);
      t.equal(t.empty(answer).attrs['stream'], undefined, 'stream');
    },
  },
  {
    id: 'B-16.2-01',
    title: 'a stream is added only where that was announced',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const isAnnounced = caller.created?.root?.attrs['stream'] !== undefined;
      const isAdded = t.alive(await add(t, caller)).attrs['stream'] !== undefined;
      t.claim(isAnnounced === isAdded, isAnnounced ? 'a new stream' : 'no new stream');
    },
  },
  {
    id: 'B-16.3-03',
    title: 'a new stream gets a name of its own, at once',
    async run(t) {
      const { caller, first } = await several(t);
      const answer = await add(t, caller);
      const name = t.need(t.alive(answer).attrs['stream'], 'a name', answer.text);
      t.claim(name !== first, 'another name', name);
    },
  },
  {
    id: 'B-16.3-04',
    title: 'the answer about a new stream says nothing about the session',
    async run(t) {
      const { caller } = await several(t);
      const { attrs } = t.alive(await add(t, caller));
      for (const name of [...OF_THE_SESSION, 'wait']) t.equal(attrs[name], undefined, name);
    },
  },
  {
    id: 'X-4-09',
    title: 'a new stream comes with xmpp:version',
    async run(t) {
      const { caller } = await several(t);
      const answer = await add(t, caller);
      t.claim(/ \w+:version=["']1\.0["']/.test(answer.text), 'xmpp:version', answer.text);
    },
  },
  {
    id: 'B-16.1-01',
    title: 'two people in one session',
    async run(t) {
      const session = await both(t);
      await talk(t, session, session.first, session.secondJid);
    },
  },
  {
    id: 'B-16.4-01',
    title: 'wrappers with payload name their stream',
    async run(t) {
      const { caller, first, second, firstJid, secondJid } = await both(t);
      const inner = messageTo(secondJid, 'two') + messageTo(firstJid, 'one');
      const expected = new Map([
        ['one', first],
        ['two', second],
      ]);
      for await (const answer of answersTo(caller, inner, first)) {
        for (const payload of payloadsOf(answer)) {
          const text = bodyOf(payload) ?? '';
          if (expected.has(text)) t.equal(answer.root?.attrs['stream'], expected.get(text), `stream of "${text}"`);
          expected.delete(text);
        }
        if (expected.size === 0) break;
      }
      t.equal(expected.size, 0, 'messages missing:');
    },
  },
  {
    id: 'B-16.4-03',
    title: 'no wrapper has payloads of two streams',
    async run(t) {
      const { caller, first, firstJid, secondJid } = await both(t);
      const texts = ['1', '2', '3', '4'];
      const stanzas = texts.map((text, n) => messageTo(n % 2 === 0 ? firstJid : secondJid, text));
      let seen = 0;
      for await (const answer of answersTo(caller, stanzas.join(''), first)) {
        const own = payloadsOf(answer).filter((payload) => texts.includes(bodyOf(payload) ?? ''));
        const receivers = new Set(own.map((payload) => payload.attrs['to'] ?? ''));
        t.claim(receivers.size < 2, 'payloads of one stream', [...receivers].join(' and '));
        seen += own.length;
        if (seen === texts.length) break;
      }
      t.equal(seen, texts.length, 'messages');
    },
  },
  {
    id: 'B-16.4-04',
    title: 'a stream that nobody opened ends the session',
    async run(t) {
      const { caller } = await both(t);
      t.ended(await caller.ask(HARMLESS, { stream: 'nobody-opened-this' }), 'item-not-found');
    },
  },
  {
    id: 'B-16.4-05',
    title: 'empty wrappers name no stream, and may name any',
    async run(t) {
      const { caller, second } = await both(t);
      t.equal(t.empty(await caller.ask('', { stream: second })).attrs['stream'], undefined, 'stream');
    },
  },
  {
    id: 'B-16.4-08',
    title: 'a payload without stream goes to all',
    async run(t) {
      const witness = await t.login({ wait: 1 }, 1);
      const { caller, firstJid, secondJid } = await both(t);
      await caller.post(messageTo(witness.jid, 'to all'));
      const senders = new Set<string | undefined>();
      for (let asked = 0; asked < 10 && senders.size < 2; asked += 1) {
        const own = payloadsOf(await witness.caller.ask()).filter(isMessage('to all'));
        for (const payload of own) senders.add(payload.attrs['from']);
      }
      t.claim(senders.has(firstJid) && senders.has(secondJid), 'the message of both', [...senders].join());
    },
  },
  {
    id: 'B-16.5-02',
    title: 'one stream is closed, the other goes on; with the last the session ends',
    async run(t) {
      const session = await both(t);
      const { caller, first, second, firstJid } = session;
      const closed = await caller.ask('', { type: 'terminate', stream: second });
      t.claim(closed.root?.attrs['condition'] === undefined, 'no condition', closed.text);
      await talk(t, session, first, firstJid);
      await caller.ask('', { type: 'terminate', stream: first });
      await t.dead(caller);
    },
  },
  {
    id: 'B-16.5-03',
    title: 'terminate without stream closes all, and its payloads go to all',
    async run(t) {
      const witness = await t.login({ wait: 1 }, 1);
      const { caller } = await both(t);
      await caller.ask(messageTo(witness.jid, 'goodbye'), { type: 'terminate' });
      const seen = await seenBy(witness, messageTo(witness.jid, 'the end'), 'the end');
      t.equal(seen.filter((text) => text === 'goodbye').length, 2, 'goodbyes');
      await t.dead(caller);
    },
  },
  {
    id: 'B-16.6-01',
    title: 'an error that names a stream leaves the others',
    async run(t) {
      const session = await both(t);
      const { caller, first, second, firstJid } = session;
      const request = await caller.post('<nothing xmlns="urn:example:no-stanza"/>', { stream: second });
      const answer = await caller.answer(request, caller.longest);
      t.unless(answer.root?.attrs['type'] !== 'terminate', 'the server does not end a stream for an unknown element');
      t.unless(answer.root?.attrs['stream'] === undefined, 'the error is for the whole session, as it may be');
      t.equal(answer.root?.attrs['stream'], second, 'stream of the error');
      await talk(t, session, first, firstJid);
    },
  },
  {
    id: 'B-16.6-02',
    title: 'an error that names none ends the session',
    async run(t) {
      const { caller } = await both(t);
      const far = caller.last + (caller.granted('requests') ?? 2) + 2;
      const answer = await caller.answer(await caller.postAt(far, HARMLESS));
      t.equal(t.ended(answer, 'item-not-found').attrs['stream'], undefined, 'stream');
      await t.dead(caller);
    },
  },
];
