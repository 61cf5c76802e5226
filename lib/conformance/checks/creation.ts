import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync, deflateSync } from 'node:zlib';
import { wrap } from '../caller.ts';
import type { Check } from '../check.ts';
import { headerOf } from '../http-response.ts';
import { HARMLESS, isMessage, messageTo, type Trial } from '../trial.ts';

const ONLY_AT_CREATION = ['ver', 'polling', 'inactivity', 'hold', 'maxpause', 'accept', 'charsets'];
const NOT_LATER = ['sid', 'wait', 'requests'];
const CODERS = { gzip: gzipSync, deflate: deflateSync } as const;

const VERSIONS = ['1.6', '1.8', '1.10', '1.11'] as const;

async function refused(t: Trial, to: string | undefined, condition: string): Promise<void> {
  t.ended(await t.caller().create({ to }), condition);
}

async function connectsNowhere(t: Trial, route: (port: number) => string): Promise<void> {
  let isTouched = false;
  const trap = createServer((socket) => {
    isTouched = true;
    socket.destroy();
  });
  trap.listen(0, '127.0.0.1');
  await once(trap, 'listening');
  try {
    const { port } = trap.address() as AddressInfo;
    t.alive(await t.caller().create({ route: route(port) }));
    await t.pause(t.subject.silence / 2);
    t.claim(!isTouched, 'no connection to the routed address');
  } finally {
    trap.close();
  }
}

async function roundTrip(t: Trial, text: string): Promise<void> {
  const [a, b] = await t.pair();
  await a.caller.post(messageTo(b.jid, text));
  await b.caller.fetch('', isMessage(text));
}

async function sidsDiffer(t: Trial): Promise<void> {
  const sids = new Set<string>();
  for (let n = 0; n < 50; n += 1) {
    const caller = t.caller();
    const sid = t.alive(await caller.create()).attrs['sid'] ?? '';
    t.claim(sid.length >= 16, 'a sid of at least 16 characters', sid);
    t.claim(!sid.includes(String(caller.first)), 'a sid without the rid', sid);
    sids.add(sid);
  }
  t.equal(sids.size, 50, 'the number of different sids');
  const starts = new Set([...sids].map((sid) => sid.slice(0, 5)));
  t.claim(starts.size > 1, 'sids without a common beginning');
}

/** XEP-0124 §7: creating a session. */
export const CREATION_CHECKS: readonly Check[] = [
  ...['xml:lang', 'ver', 'wait', 'hold'].map((name): Check => ({
    id: 'B-7.1-01',
    title: `a session without ${name}`,
    async run(t) {
      const answer = await t.caller().create({ [name]: undefined });
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  })),
  {
    id: 'B-7.1-02',
    title: 'creation attributes in a later request change nothing',
    async run(t) {
      const { caller } = await t.login({ wait: 5, hold: 1 });
      const request = await caller.post('', { wait: 1, hold: 0, ver: '1.5', content: 'text/plain' });
      const early = await request.outcome(1500);
      t.claim(early === undefined, 'the request held longer than 1 s');
      const answer = await caller.answer(request, caller.longest);
      t.equal(
        headerOf(answer.response, 'content-type'),
        headerOf(caller.created?.response ?? answer.response, 'content-type'),
        'Content-Type',
      );
    },
  },
  { id: 'B-7.1-03', title: 'an unknown domain', run: (t) => refused(t, 'nowhere.invalid', 'host-unknown') },
  { id: 'B-7.1-03', title: 'no domain', run: (t) => refused(t, undefined, 'improper-addressing') },
  { id: 'B-7.1-03', title: 'an empty domain', run: (t) => refused(t, '', 'improper-addressing') },
  {
    id: 'B-7.1-03',
    title: 'an account instead of a domain',
    run: (t) => refused(t, `a@${t.subject.domain}`, 'improper-addressing'),
  },
  {
    id: 'B-7.1-03',
    title: 'the domain in capitals',
    async run(t) {
      const answer = await t.caller().create({ to: t.subject.domain.toUpperCase() });
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  {
    id: 'B-7.1-04',
    title: 'stanzas have the language of the session, unless they have one',
    async run(t) {
      const [a, b] = await t.pair({ 'xml:lang': 'de' });
      await a.caller.post(
        messageTo(b.jid, 'hallo') + messageTo(b.jid, 'hi').replace('<message', '<message xml:lang="fr"'),
      );
      const plain = await b.caller.fetch('', (payload) => isMessage('hallo')(payload) || isMessage('hi')(payload));
      if (isMessage('hi')(plain)) t.equal(plain.attrs['xml:lang'], 'fr', 'xml:lang');
      else t.equal(plain.attrs['xml:lang'], 'de', 'xml:lang');
    },
  },
  ...VERSIONS.map((asked): Check => ({
    id: 'B-7.1-05',
    title: `ver ${asked}`,
    async run(t) {
      const best = t.alive(await t.caller().create({ ver: '1.99' })).attrs['ver'] ?? '';
      const low = t.alive(await t.caller().create({ ver: '1.5' })).attrs['ver'];
      t.unless(low !== '1.5', `the server answers ${low} whatever it is asked: it compares nothing`);
      const [, most = 0] = best.split('.').map(Number);
      const [, minor = 0] = asked.split('.').map(Number);
      const came = t.alive(await t.caller().create({ ver: asked })).attrs['ver'];
      t.equal(came, minor < most ? asked : best, 'ver');
    },
  })),
  {
    id: 'B-7.2-07',
    title: 'ver is the lower of both sides, minor numbers compared as integers',
    async run(t) {
      const highest = t.alive(await t.caller().create({ ver: '1.99' })).attrs['ver'] ?? '';
      const [, best = 0] = highest.split('.').map(Number);
      for (const asked of ['1.6', '1.8', '1.10', '1.11']) {
        const [, minor = 0] = asked.split('.').map(Number);
        const came = t.alive(await t.caller().create({ ver: asked })).attrs['ver'];
        t.equal(came, minor < best ? asked : highest, `ver for ${asked}`);
      }
    },
  },
  {
    id: 'B-7.1-06',
    title: 'wait is how long a request is held',
    async run(t) {
      const { caller } = await t.login({ wait: 2 });
      t.unless(caller.granted('wait') !== 2, 'the server grants no wait of 2');
      const answer = await caller.answer(await caller.post(), 4000);
      t.empty(answer);
      t.claim(
        answer.elapsed > 1500 && answer.elapsed < 3000,
        'an answer after 2 s',
        `${Math.round(answer.elapsed)} ms`,
      );
    },
  },
  {
    id: 'B-7.1-07',
    title: 'hold 2 keeps two requests',
    async run(t) {
      const { caller } = await t.login({ hold: 2, wait: 10 });
      t.unless(caller.granted('hold') !== 2, 'the server grants no hold of 2');
      const first = await caller.post('', {}, { apart: true });
      const second = await caller.post(HARMLESS, {}, { apart: true });
      await t.held(first, 'the first of two');
      const third = await caller.post(HARMLESS, {}, { apart: true });
      t.alive(await caller.answer(first), 'the first of three');
      await t.held(second, 'the second of three');
      await t.held(third, 'the third');
    },
  },
  ...(['hold', 'wait'] as const).map((name): Check => ({
    id: 'B-7.1-08',
    title: `${name}='0' means that nothing is held`,
    async run(t) {
      const { caller } = await t.login({ [name]: 0 });
      await t.pause(((caller.granted('polling') ?? 0) + 0.3) * 1000);
      const answer = await caller.answer(await caller.post());
      t.soon(answer, 'the answer to a poll');
    },
  })),
  {
    id: 'B-7.1-10',
    title: 'route to a port of this machine',
    run: (t) => connectsNowhere(t, (port) => `xmpp:127.0.0.1:${port}`),
  },
  { id: 'B-7.1-10', title: 'route that is no address', run: (t) => connectsNowhere(t, () => 'garbage') },
  {
    id: 'B-7.1-11',
    title: 'from is taken',
    async run(t) {
      t.alive(await t.caller().create({ from: `somebody@${t.subject.domain}` }));
    },
  },
  {
    id: 'B-7.1-13',
    title: 'content is the Content-Type of every response',
    async run(t) {
      const content = 'text/html; charset=utf-8';
      const { caller } = await t.login({ content });
      t.header(caller.created ?? (await caller.ask()), 'content-type', content);
      const request = await caller.post('', {}, { apart: true });
      const last = await caller.post('', { type: 'terminate' }, { apart: true });
      t.header(await caller.answer(request), 'content-type', content);
      t.header(await caller.answer(last), 'content-type', content);
    },
  },
  {
    id: 'B-7.1-14',
    title: 'without content it is text/xml; charset=utf-8, also for errors',
    async run(t) {
      t.header(await t.caller().create(), 'content-type', 'text/xml; charset=utf-8');
      t.header(await t.http({}, wrap({ rid: 1, sid: 'unknown' })), 'content-type', 'text/xml; charset=utf-8');
    },
  },
  ...(['unknown', 'truncated', 'upper-cased'] as const).map((kind): Check => ({
    id: 'B-7.1-15',
    title: `a sid that is ${kind}`,
    async run(t) {
      const caller = await t.open();
      const sid = caller.sid ?? '';
      const bad = { unknown: 'nobody', truncated: sid.slice(0, -1), 'upper-cased': `${sid.toUpperCase()}A` }[kind];
      t.ended(await t.http({}, wrap({ rid: caller.last + 1, sid: bad })), 'item-not-found');
      t.alive(await caller.ask(), 'the answer to the session with nearly this sid');
    },
  })),
  ...['x', ''].map((sid): Check => ({
    id: 'B-7.1-16',
    title: `a creation request with sid='${sid}'`,
    async run(t) {
      t.ended(await t.caller().create({ sid }), 'item-not-found');
    },
  })),
  {
    id: 'B-7.1-17',
    title: 'who does not ask for secure is not told',
    ours: true,
    async run(t) {
      t.equal(t.alive(await t.caller().create()).attrs['secure'], undefined, 'secure');
    },
  },
  ...(['B-7.2-01', 'B-19.3-01'] as const).map((id): Check => ({
    id,
    title: 'sids differ and tell nothing',
    run: sidsDiffer,
  })),
  {
    id: 'B-7.2-02',
    title: 'sid, wait and requests are there',
    async run(t) {
      const caller = await t.open();
      t.claim(caller.granted('wait') !== undefined, 'wait', caller.created?.text);
      t.claim(caller.granted('requests') !== undefined, 'requests', caller.created?.text);
    },
  },
  {
    id: 'B-7.2-03',
    title: 'no other response has sid, wait or requests',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const root = t.alive(await caller.ask());
      for (const name of NOT_LATER) t.equal(root.attrs[name], undefined, name);
    },
  },
  {
    id: 'B-7.2-04',
    title: 'wait is not more than was asked for',
    async run(t) {
      for (const wait of [0, 1, 3, 5, 60, 65_535]) {
        const caller = await t.open({ wait });
        t.claim((caller.granted('wait') ?? Infinity) <= wait, `wait at most ${wait}`, caller.created?.text);
      }
    },
  },
  {
    id: 'B-7.2-05',
    title: 'requests is more than the hold asked for',
    async run(t) {
      for (const hold of [0, 1, 2, 5]) {
        const caller = await t.open({ hold });
        t.claim((caller.granted('requests') ?? 0) > hold, `requests above ${hold}`, caller.created?.text);
      }
    },
  },
  {
    id: 'B-7.2-06',
    title: 'the creation response has ver, polling, inactivity, hold and from',
    async run(t) {
      const { attrs } = t.alive(await t.caller().create());
      for (const name of ['ver', 'polling', 'inactivity', 'hold', 'from']) {
        t.claim(attrs[name] !== undefined, `${name} in the creation response`);
      }
    },
  },
  {
    id: 'B-7.2-06',
    title: 'no other response has them',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const root = t.alive(await caller.ask());
      for (const name of ONLY_AT_CREATION) t.equal(root.attrs[name], undefined, name);
    },
  },
  ...(['polling', 'inactivity'] as const).map((name): Check => ({
    id: name === 'polling' ? 'B-7.2-08' : 'B-7.2-09',
    title: `${name} is a number of seconds`,
    async run(t) {
      const value = t.alive(await t.caller().create()).attrs[name];
      t.claim(value === undefined || /^[0-9]+$/.test(value), `an integer ${name}`, value);
    },
  })),
  {
    id: 'B-7.2-10',
    title: 'hold is not more than was asked for',
    async run(t) {
      for (const hold of [0, 1, 9]) {
        const caller = await t.open({ hold });
        t.claim((caller.granted('hold') ?? Infinity) <= hold, `hold at most ${hold}`, caller.created?.text);
      }
    },
  },
  {
    id: 'B-7.2-11',
    title: 'from is the domain',
    async run(t) {
      t.equal(t.alive(await t.caller().create()).attrs['from'], t.subject.domain, 'from');
    },
  },
  {
    id: 'B-7.2-12',
    title: 'accept is a list of codings',
    async run(t) {
      const accept = t.alive(await t.caller().create()).attrs['accept'] ?? '';
      t.announced(accept !== '', 'accept');
      t.claim(/^[\w.-]+(?: *, *[\w.-]+)*$/.test(accept), 'names with commas between', accept);
    },
  },
  {
    id: 'B-7.2-13',
    title: 'requests in every coding of accept are taken',
    async run(t) {
      const { caller } = await t.login();
      const accepted = (caller.created?.root?.attrs['accept'] ?? '').split(/[ ,]+/).filter((name) => name !== '');
      t.announced(accepted.length > 0, 'accept');
      for (const [coding, encode] of Object.entries(CODERS)) {
        if (!accepted.includes(coding)) continue;
        const line = { headers: { 'Content-Encoding': coding } };
        const ping = `<iq xmlns="jabber:client" type="get" id="${coding}"><ping xmlns="urn:xmpp:ping"/></iq>`;
        const answer = await caller.ask(ping, {}, { line, encode: (text) => encode(text) });
        t.payload(answer, (payload) => payload.attrs['id'] === coding, `the answer to an iq in ${coding}`);
      }
    },
  },
  {
    id: 'B-7.2-13',
    title: 'a body that does not inflate is refused',
    async run(t) {
      const caller = await t.open();
      t.announced(caller.created?.root?.attrs['accept'] !== undefined, 'accept');
      const line = { headers: { 'Content-Encoding': 'gzip' } };
      const answer = await caller.answer(await caller.raw('no gzip', { line }));
      t.ended(answer, 'bad-request');
      t.alive(await caller.ask(), 'the answer to the session beside it');
    },
  },
  {
    id: 'B-7.2-14',
    title: 'ack is the rid of the creation request',
    async run(t) {
      const caller = await t.open();
      const ack = caller.created?.root?.attrs['ack'];
      t.announced(ack !== undefined, 'ack');
      t.equal(ack, String(caller.first), 'ack');
    },
  },
  {
    id: 'B-7.2-15',
    title: 'maxpause is a number of seconds',
    async run(t) {
      const caller = await t.open();
      const maxpause = caller.created?.root?.attrs['maxpause'] ?? '';
      t.announced(maxpause !== '', 'maxpause');
      t.claim(/^[0-9]+$/.test(maxpause), 'an integer maxpause', maxpause);
    },
  },
  {
    id: 'B-7.2-16',
    title: 'characters of every plane arrive',
    run: (t) => roundTrip(t, '\u00e9 \u4e2d \u{1f600} \u{10fffd}'),
  },
  {
    id: 'B-7.2-17',
    title: 'a request in another listed charset is converted',
    async run(t) {
      const [a, b] = await t.pair();
      const charsets = (a.caller.created?.root?.attrs['charsets'] ?? '').split(' ');
      t.announced(charsets.includes('ISO-8859-1'), 'charset ISO-8859-1');
      const line = { headers: { 'Content-Type': 'text/xml; charset=ISO-8859-1' } };
      await a.caller.post(messageTo(b.jid, 'caf\u00e9'), {}, { line, encode: (text) => Buffer.from(text, 'latin1') });
      await b.caller.fetch('', isMessage('caf\u00e9'));
    },
  },
  {
    id: 'B-7.2-19',
    title: 'from comes with the creation response or later',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const early = caller.created?.root?.attrs['from'];
      t.equal(early ?? t.alive(await caller.ask()).attrs['from'], t.subject.domain, 'from');
    },
  },
  {
    id: 'B-7.2-18',
    title: 'charsets is a list of names',
    async run(t) {
      const charsets = t.alive(await t.caller().create()).attrs['charsets'] ?? '';
      t.announced(charsets !== '', 'charsets');
      t.claim(/^[\w.:-]+(?: [\w.:-]+)*$/.test(charsets), 'names with spaces between', charsets);
    },
  },
];
