import { wrap } from '../caller.ts';
import type { Check } from '../check.ts';
import { headerOf } from '../http-response.ts';
import type { Trial } from '../trial.ts';
import { creation } from './http.ts';

const ORIGIN = { Origin: 'https://app.example.test' };
const ALLOWED_HEADERS = ['content-type', 'content-encoding', 'x-requested-with', 'accept', 'authorization'];
/** A slow request, milliseconds between bytes and until the server must have had enough. */
const SLOW_LIMIT = 40_000;

function unknownSession(): string {
  return wrap({ rid: 5, sid: 'nobody' });
}

/** A path with or without a slash at its end: the other of the two. */
function otherPath({ subject }: Trial): string {
  const { path } = subject.target;
  return path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
}

/** Rules of Holdfast beyond the XEPs: HTTP, other origins, hardening. */
export const PROJECT_CHECKS: readonly Check[] = [
  {
    id: 'H-01',
    title: 'pages of other origins may read answers, errors too',
    async run(t) {
      for (const body of [creation(t), unknownSession(), '<body']) {
        const { response } = await t.http({ headers: ORIGIN }, body);
        const allowed = headerOf(response, 'access-control-allow-origin') ?? '';
        t.claim(allowed === '*' || allowed === ORIGIN.Origin, 'Access-Control-Allow-Origin', allowed);
        const credentials = headerOf(response, 'access-control-allow-credentials');
        t.claim(allowed !== '*' || credentials === undefined, 'no credentials for every origin', credentials);
      }
    },
  },
  {
    id: 'H-02',
    title: 'a preflight is answered',
    async run(t) {
      const asked = {
        ...ORIGIN,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': ALLOWED_HEADERS.join(', '),
      };
      const { response } = await t.http({ method: 'OPTIONS', headers: asked });
      t.claim(response.status === 200 || response.status === 204, 'HTTP 200 or 204', String(response.status));
      t.claim(/POST/.test(headerOf(response, 'access-control-allow-methods') ?? ''), 'POST among the methods');
      const allowed = (headerOf(response, 'access-control-allow-headers') ?? '').toLowerCase();
      for (const name of ALLOWED_HEADERS) t.claim(allowed.includes(name), `${name} among the headers`, allowed);
    },
  },
  {
    id: 'H-02',
    title: 'OPTIONS without an origin is answered',
    async run(t) {
      const { response } = await t.http({ method: 'OPTIONS' });
      t.claim(response.status === 200 || response.status === 204, 'HTTP 200 or 204', String(response.status));
    },
  },
  {
    id: 'H-03',
    title: 'no cookies',
    async run(t) {
      const { response } = await t.http({}, creation(t));
      t.equal(headerOf(response, 'set-cookie'), undefined, 'Set-Cookie');
    },
  },
  {
    id: 'H-04',
    title: 'nothing is stored, and nothing is conditional',
    async run(t) {
      const { response } = await t.http({ headers: { 'If-None-Match': '*' } }, creation(t));
      t.equal(response.status, 200, 'HTTP status');
      t.claim(/no-store/.test(headerOf(response, 'cache-control') ?? ''), 'Cache-Control: no-store');
      t.equal(headerOf(response, 'etag'), undefined, 'ETag');
    },
  },
  {
    id: 'H-05',
    title: 'an idle connection is kept as long as a client may be silent',
    slow: true,
    async run(t) {
      const connection = await t.connect();
      t.alive(t.answerOf(await t.within(connection.send(connection.format({}, Buffer.from(creation(t)))), 4000)));
      await t.pause(((await t.open()).granted('inactivity') ?? 0) * 1000 + 3000);
      t.alive(t.answerOf(await t.within(connection.send(connection.format({}, Buffer.from(creation(t)))), 4000)));
    },
  },
  {
    id: 'H-05',
    title: 'Connection: close is obeyed',
    async run(t) {
      const connection = await t.connect();
      const bytes = connection.format({ headers: { Connection: 'close' } }, Buffer.from(creation(t)));
      t.alive(t.answerOf(await t.within(connection.send(bytes), t.subject.patience)));
      const end = await t.within(connection.expect(), t.subject.patience);
      t.claim(end?.is === 'closed', 'the connection closed');
    },
  },
  {
    id: 'H-06',
    title: 'GET gets a page, HEAD its head, and other methods 405',
    async run(t) {
      t.equal((await t.http({ method: 'GET' })).response.status, 200, 'HTTP status of GET');
      const head = (await t.http({ method: 'HEAD' })).response;
      t.equal(head.status, 200, 'HTTP status of HEAD');
      const { response } = await t.http({ method: 'DELETE' });
      t.equal(response.status, 405, 'HTTP status of DELETE');
      t.claim(/POST/.test(headerOf(response, 'allow') ?? ''), 'Allow with POST');
    },
  },
  {
    id: 'H-07',
    title: 'a slash at the end does not matter',
    async run(t) {
      const answer = await t.http({ path: otherPath(t) }, creation(t));
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  {
    id: 'H-08',
    title: 'a body that is far too large is refused',
    async run(t) {
      const padding = 'x'.repeat(4 * 1024 * 1024);
      const connection = await t.connect();
      const body = Buffer.from(wrap({ rid: 5, sid: 'nobody' }, `<message xmlns="jabber:client">${padding}</message>`));
      const outcome = await t.within(connection.send(connection.format({}, body)), t.subject.patience);
      const came = t.need(outcome, 'a refusal');
      const isRefused =
        came.is === 'closed' || came.response.status === 413 || /terminate/.test(String(came.response.body));
      t.claim(isRefused, 'HTTP 413, the end of the session, or a closed connection');
    },
  },
  {
    id: 'H-09',
    title: 'a request that never ends is cut off',
    slow: true,
    async run(t) {
      const connection = await t.connect();
      const outcome = connection.expect();
      const bytes = connection.format({}, Buffer.from(creation(t)));
      connection.write(bytes.subarray(0, bytes.length - 10));
      const end = await t.within(outcome, SLOW_LIMIT);
      t.claim(end !== undefined, 'the connection closed or an answer', 'nothing');
    },
  },
  {
    id: 'H-10',
    title: 'a session that does not log in is ended',
    slow: true,
    async run(t) {
      const caller = await t.open({ wait: 1 });
      const end = Date.now() + SLOW_LIMIT;
      while (Date.now() < end) {
        const answer = await caller.ask();
        if (answer.root?.attrs['type'] === 'terminate') return;
        await t.pause(500);
      }
      t.claim(false, 'the end of the session', 'nothing');
    },
  },
  {
    id: 'H-11',
    title: 'browsers are told not to guess',
    async run(t) {
      const plain = await t.http({}, creation(t));
      t.header(plain, 'x-content-type-options', 'nosniff');
      const page = await t.http({}, creation(t, { content: 'text/html; charset=utf-8' }));
      const policy = headerOf(page.response, 'content-security-policy') ?? '';
      t.claim(policy.includes("default-src 'none'"), "Content-Security-Policy: default-src 'none'", policy);
    },
  },
  {
    id: 'H-14',
    title: 'answers of every kind are well-formed',
    async run(t) {
      for (const body of [creation(t), creation(t, { wait: '0' }), unknownSession(), '<body', '']) {
        const answer = await t.http({}, body);
        t.claim(answer.root !== undefined, 'a wrapper', answer.text);
      }
    },
  },
];
