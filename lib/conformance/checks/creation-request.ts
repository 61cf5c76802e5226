import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { wrap } from '../caller.ts';
import type { Check } from '../check.ts';
import { headerOf } from '../http-response.ts';
import { HARMLESS, isMessage, messageTo, type Trial } from '../trial.ts';

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

/** XEP-0124 §7.1: what a creation request may say. */
export const CREATION_REQUEST_CHECKS: readonly Check[] = [
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
];
