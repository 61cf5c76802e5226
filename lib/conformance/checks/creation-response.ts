import { deflateSync, gzipSync } from 'node:zlib';
import type { Check } from '../check.ts';
import { isMessage, messageTo, type Trial } from '../trial.ts';

const ONLY_AT_CREATION = ['ver', 'polling', 'inactivity', 'hold', 'maxpause', 'accept', 'charsets'];
const NOT_LATER = ['sid', 'wait', 'requests'];
const CODERS = { gzip: gzipSync, deflate: deflateSync } as const;

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

/** XEP-0124 §7.2: what the answer to it says, and what that is worth. */
export const CREATION_RESPONSE_CHECKS: readonly Check[] = [
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
