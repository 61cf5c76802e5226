import { randomInt } from 'node:crypto';
import { NS_HTTPBIND } from '../../xmpp/ns.ts';
import { wrap, type Attributes } from '../caller.ts';
import type { Check } from '../check.ts';
import { headerOf } from '../http-response.ts';
import type { Answer } from '../request.ts';
import type { Trial } from '../trial.ts';

const CALL = /^_BOSH_\("((?:[^"\\]|\\.)*)"\)$/s;

/** A session in script syntax: GET requests whose query is the wrapper. */
class ScriptSession {
  readonly #trial: Trial;
  rid = randomInt(1_000_000, 2 ** 47);
  sid: string | undefined;
  /** The answer to the creation request. */
  created: Answer | undefined;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  get(inner = '', attributes: Attributes = {}): Promise<Answer> {
    const text = wrap({ rid: this.rid, sid: this.sid, ...attributes }, inner);
    this.rid += 1;
    const { path } = this.#trial.subject.target;
    const headers = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
    return this.#trial.http({ method: 'GET', path: `${path}?${encodeURIComponent(text)}`, headers });
  }

  async create(): Promise<Answer> {
    const { domain } = this.#trial.subject;
    this.created = await this.get('', { to: domain, wait: 1, hold: 1, ver: '1.11', 'xml:lang': 'en' });
    this.sid = /sid=\\?["']([^"'\\]+)/.exec(wrapperOf(this.created) ?? '')?.[1];
    return this.created;
  }
}

/** The string that a browser would hand to the function. */
function wrapperOf({ text }: Answer): string | undefined {
  const literal = CALL.exec(text)?.[1];
  if (literal === undefined) return undefined;
  // What JSON does not know of the literals of ECMAScript is not among the escapes of the XEP.
  try {
    return JSON.parse(`"${literal}"`) as string;
  } catch {
    return undefined;
  }
}

async function supported(t: Trial): Promise<{ session: ScriptSession; answer: Answer }> {
  const session = new ScriptSession(t);
  const answer = await session.create();
  t.announced(session.sid !== undefined, 'script syntax, which is optional,');
  return { session, answer };
}

/** XEP-0252: script syntax. */
export const SCRIPT_CHECKS: readonly Check[] = [
  {
    id: 'J-2.1-01',
    title: 'who does not support it says so',
    // Servers that do not know XEP-0252 at all are not bound by it.
    ours: true,
    async run(t) {
      const session = new ScriptSession(t);
      const answer = await session.create();
      t.unless(session.sid !== undefined, 'the server supports script syntax');
      const condition = /condition=["']item-not-found["']/.test(wrapperOf(answer) ?? '');
      t.claim(
        answer.response.status === 404 || condition,
        'HTTP 404 or item-not-found in script syntax',
        `HTTP ${answer.response.status} ${answer.text.slice(0, 200)}`,
      );
    },
  },
  {
    id: 'J-2.1-02',
    title: 'later answers of the session are scripts, too',
    async run(t) {
      const { session } = await supported(t);
      const answer = await session.get();
      t.claim(wrapperOf(answer)?.includes(NS_HTTPBIND) ?? false, 'a wrapper in script syntax', answer.text);
    },
  },
  {
    id: 'J-2.1-03',
    title: 'no line breaks',
    async run(t) {
      const { answer } = await supported(t);
      t.claim(!/[\r\n\u2028\u2029]/.test(answer.text), 'one line', answer.text);
    },
  },
  {
    id: 'J-2.2-03',
    title: 'an element may begin in one request and end in the next',
    async run(t) {
      const { session } = await supported(t);
      const auth = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="NO-SUCH-MECHANISM">AA==</auth>';
      const first = await session.get(auth.slice(0, 30));
      t.claim(!/terminate/.test(wrapperOf(first) ?? 'terminate'), 'the session to go on', first.text);
      const second = await session.get(auth.slice(30));
      t.claim(/<failure/.test(wrapperOf(second) ?? ''), 'the answer to the element', second.text);
    },
  },
  {
    id: 'J-2.3-01',
    title: 'quotes and backslashes are escaped, so that a script engine reads the wrapper',
    async run(t) {
      const { answer } = await supported(t);
      t.claim(wrapperOf(answer)?.startsWith('<') ?? false, 'a string literal', answer.text);
      t.claim(!/\p{Cf}/u.test(answer.text), 'no format characters', answer.text);
    },
  },
  {
    id: 'J-2.3-02',
    title: 'a call of _BOSH_ with one string',
    async run(t) {
      const { answer } = await supported(t);
      t.claim(answer.text.startsWith('_BOSH_("') && answer.text.endsWith('")'), '_BOSH_("…")', answer.text);
    },
  },
  {
    id: 'J-2.3-03',
    title: 'the Content-Type of a script',
    async run(t) {
      const { answer } = await supported(t);
      const type = headerOf(answer.response, 'content-type') ?? '';
      const isScript = /^(?:text\/javascript|application\/x-javascript); charset=utf-8$/i.test(type);
      t.claim(isScript, 'text/javascript; charset=utf-8', type);
    },
  },
  {
    id: 'J-2.3-04',
    title: 'nothing may be cached',
    async run(t) {
      const { answer } = await supported(t);
      const control = headerOf(answer.response, 'cache-control') ?? '';
      t.claim(/no-store/.test(control) && /no-cache/.test(control), 'Cache-Control: no-store, no-cache', control);
    },
  },
  {
    id: 'J-2.3-05',
    title: 'answers hold whole elements',
    async run(t) {
      const { answer } = await supported(t);
      const wrapper = wrapperOf(answer) ?? '';
      const isWhole = wrapper.endsWith('</body>') || wrapper.endsWith('/>');
      t.claim(isWhole, 'a wrapper that is closed', wrapper);
    },
  },
];
