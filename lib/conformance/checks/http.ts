import { gunzipSync } from 'node:zlib';
import { NS_XBOSH } from '../../xmpp/ns.ts';
import { wrap } from '../caller.ts';
import type { Check } from '../check.ts';
import { headerOf } from '../http-response.ts';
import { HARMLESS, isMessage, messageTo, type Trial } from '../trial.ts';

const CONTENT_TYPES = [
  'text/xml',
  'application/xml',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json',
  'garbage',
  '',
];

/** A creation request as text. */
export function creation(t: Trial, attributes: Record<string, string> = {}): string {
  const rid = 1_000_000 + Math.floor(Math.random() * 1e12);
  const version = { 'xmlns:xmpp': NS_XBOSH, 'xmpp:version': '1.0' };
  return wrap({
    rid,
    to: t.subject.domain,
    ver: '1.11',
    wait: 5,
    hold: 1,
    'xml:lang': 'en',
    ...version,
    ...attributes,
  });
}

async function twoFramings(t: Trial): Promise<void> {
  const body = Buffer.from(creation(t));
  const connection = await t.connect();
  const head = `POST ${t.subject.target.path} HTTP/1.1\r\nHost: ${t.subject.target.authority}\r\n`;
  const framing = `Content-Length: ${body.length}\r\nContent-Length: ${body.length + 1}\r\n\r\n`;
  const outcome = await t.within(
    connection.send(Buffer.concat([Buffer.from(head + framing), body])),
    t.subject.patience,
  );
  if (t.need(outcome, 'HTTP 400 or a closed connection').is === 'closed') return;
  if (outcome?.is === 'response') t.equal(outcome.response.status, 400, 'HTTP status');
}

/** XEP-0124 §4 and §5: HTTP below BOSH. */
export const HTTP_CHECKS: readonly Check[] = [
  {
    id: 'B-5-01',
    title: 'a response has Date and an exact Content-Length',
    async run(t) {
      const answer = await (await t.open()).ask();
      t.claim(headerOf(answer.response, 'date') !== undefined, 'a Date header');
      t.equal(Number(headerOf(answer.response, 'content-length')), answer.response.body.length, 'Content-Length');
    },
  },
  {
    id: 'B-5-01',
    title: 'Expect: 100-continue',
    async run(t) {
      const body = Buffer.from(creation(t));
      const connection = await t.connect();
      const bytes = connection.format({ headers: { Expect: '100-continue' } }, body);
      const head = bytes.subarray(0, bytes.length - body.length);
      const interim = await t.within(connection.send(head), t.subject.patience);
      const status = interim?.is === 'response' ? interim.response.status : 0;
      const isRefused = status >= 400 && status < 500;
      t.claim(
        status === 100 || isRefused,
        'HTTP 100, or a refusal, before the body',
        status === 0 ? 'nothing' : `${status}`,
      );
      if (isRefused) return;
      const answer = t.answerOf(await t.within(connection.send(body), t.subject.patience));
      t.alive(answer);
    },
  },
  {
    id: 'B-5-01',
    title: 'two different Content-Lengths are refused',
    // RFC 9112 §6.3 demands it; RFC 2616, which XEP-0124 refers to, does not.
    ours: true,
    run: twoFramings,
  },
  {
    id: 'B-5-02',
    title: 'unknown headers change nothing',
    async run(t) {
      const headers = {
        'X-Foo': 'bar',
        Cookie: 'a=b',
        Authorization: 'Basic eA==',
        'X-Requested-With': 'XMLHttpRequest',
      };
      const answer = await t.http({ headers }, creation(t));
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  {
    id: 'B-5-03',
    title: 'HTTP/1.0 with Content-Length only',
    async run(t) {
      const answer = await t.http({ version: '1.0', headers: { Host: '', 'Content-Type': '' } }, creation(t));
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  {
    id: 'B-5-03',
    title: 'HTTP/1.1 with Host and Content-Length only',
    async run(t) {
      const answer = await t.http({ headers: { 'Content-Type': '' } }, creation(t));
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  ...[
    ['an empty body', () => ''],
    ['a second root', (t: Trial) => creation(t) + creation(t)],
    ['a byte after the wrapper', (t: Trial) => `${creation(t)}x`],
  ].map(([title, make]): Check => ({
    id: 'B-5-04',
    title: `${String(title)} is refused`,
    async run(t) {
      const text = typeof make === 'function' ? make(t) : '';
      t.refused(await t.http({}, text));
    },
  })),
  {
    id: 'B-5-05',
    title: 'GET creates no session',
    async run(t) {
      const query = encodeURIComponent(creation(t));
      const answer = await t.http({ method: 'GET', path: `${t.subject.target.path}?${query}` });
      // A script is another syntax, with rules of its own.
      t.claim(answer.root?.attrs['sid'] === undefined, 'no session', answer.text);
    },
  },
  {
    id: 'B-5-06',
    title: 'an HTTP/1.0 connection is closed after the response',
    async run(t) {
      const connection = await t.connect();
      const bytes = connection.format({ version: '1.0' }, Buffer.from(creation(t)));
      t.alive(t.answerOf(await t.within(connection.send(bytes), t.subject.patience)));
      const end = await t.within(connection.expect(), t.subject.patience);
      t.claim(end?.is === 'closed', 'the connection closed');
    },
  },
  ...(['http/1.0', 'keep-alive'] as const).map((wiring): Check => ({
    id: 'B-5-06',
    title: `twenty messages over ${wiring} connections arrive in order`,
    async run(t) {
      const [a, b] = await t.pair();
      const caller = t.caller(undefined, wiring);
      t.alive(await caller.create());
      for (let n = 0; n < 20; n += 1) {
        await t.message(a, b, `over ${wiring} ${n}`);
        await b.caller.fetch('', isMessage(`over ${wiring} ${n}`));
      }
    },
  })),
  {
    id: 'B-5-07',
    title: 'no chunked coding in responses',
    async run(t) {
      const answer = await t.http({}, creation(t));
      t.equal(headerOf(answer.response, 'transfer-encoding'), undefined, 'Transfer-Encoding');
    },
  },
  {
    id: 'B-5-01',
    title: 'a request in chunks is taken',
    async run(t) {
      const body = Buffer.from(creation(t));
      const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
      const connection = await t.connect();
      const headers = { 'Content-Length': '', 'Transfer-Encoding': 'chunked' };
      const head = connection.format({ headers }, Buffer.alloc(0));
      t.alive(t.answerOf(await t.within(connection.send(Buffer.concat([head, chunk])), t.subject.patience)));
    },
  },
  {
    id: 'B-5-09',
    title: 'nothing is compressed for who did not ask, or forbade it',
    async run(t) {
      for (const accepted of ['', 'identity', 'gzip;q=0']) {
        const answer = await t.http({ headers: { 'Accept-Encoding': accepted } }, creation(t));
        t.equal(
          headerOf(answer.response, 'content-encoding') ?? 'identity',
          'identity',
          `Content-Encoding for "${accepted}"`,
        );
      }
    },
  },
  {
    id: 'B-5-09',
    title: 'a compressed response is in a coding that was asked for, and inflates',
    async run(t) {
      const [a, b] = await t.pair();
      const text = 'squeeze me '.repeat(400);
      await a.caller.post(messageTo(b.jid, text));
      await t.pause(t.subject.silence);
      const answer = await b.caller.ask('', {}, { line: { headers: { 'Accept-Encoding': 'gzip' } } });
      const coding = headerOf(answer.response, 'content-encoding');
      t.announced(coding !== undefined, 'compression of responses, which is optional,');
      t.equal(coding, 'gzip', 'Content-Encoding');
      t.claim(gunzipSync(answer.response.body).includes(text), 'the message when inflated');
    },
  },
  ...CONTENT_TYPES.map((type): Check => ({
    id: 'B-5-11',
    title: type === '' ? 'no Content-Type' : `Content-Type ${type}`,
    async run(t) {
      t.alive(await t.http({ headers: { 'Content-Type': type } }, creation(t)));
    },
  })),
  {
    id: 'B-4-01',
    title: 'two connections switch roles twenty times',
    async run(t) {
      const { caller } = await t.login({ hold: 1, wait: 5 });
      t.unless(caller.granted('hold') !== 1, 'the server does not hold one request');
      let held = await caller.post('', {}, { apart: true });
      for (let n = 0; n < 20; n += 1) {
        const next = await caller.post(HARMLESS, {}, { apart: true });
        t.alive(await caller.answer(held), 'the request that was held');
        held = next;
      }
      await t.held(held, 'the last request');
    },
  },
  {
    id: 'B-15.2-01',
    title: 'each request may come over a connection of its own',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      for (let n = 0; n < 5; n += 1) t.alive(await caller.ask(HARMLESS, {}, { apart: true }));
    },
  },
  {
    id: 'B-19.1-01',
    title: 'HTTP is encrypted',
    async run(t) {
      const { secure } = t.subject.target;
      t.unless(!secure, 'the URL given is that of a plain listener');
      t.alive(await t.caller().create());
    },
  },
  {
    id: 'B-18.1-01',
    title: 'two requests pipelined on one connection are answered in order',
    // The sentence tells clients not to; no server is bound by it.
    ours: true,
    async run(t) {
      const caller = t.caller(undefined, 'pipelined');
      t.alive(await caller.create({ wait: 5, hold: 1 }));
      const first = await caller.post();
      const second = await caller.post('', { type: 'terminate' });
      const answers = [await caller.answer(first, caller.longest), await caller.answer(second, caller.longest)];
      for (const { response } of answers) t.equal(response.status, 200, 'HTTP status');
    },
  },
  {
    id: 'B-18.1-01',
    title: 'a request behind one that is held is read at once',
    ours: true,
    async run(t) {
      const caller = t.caller(undefined, 'pipelined');
      t.alive(await caller.create({ wait: 5, hold: 1 }));
      const first = await caller.post();
      const second = await caller.post('', { type: 'terminate' });
      t.ended(await caller.answer(first), undefined, 'the first answer');
      t.empty(await caller.answer(second), 'the second answer');
    },
  },
];
