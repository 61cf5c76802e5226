import { wrap } from '../caller.ts';
import type { Check } from '../check.ts';
import type { LoggedIn, Trial } from '../trial.ts';
import { isMessage, messageTo } from '../trial.ts';
import { NS_HTTPBIND } from '../../xmpp/ns.ts';

const BILLION_LAUGHS =
  '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>';

/** Bodies that no server may take: what they are, and their text around valid attributes. */
const MALFORMED: readonly (readonly [id: string, what: string, text: (attributes: string) => string])[] = [
  ['B-6-01', 'a root without namespace', (a) => `<body ${a}/>`],
  ['B-6-01', 'a root of another namespace', (a) => `<body ${a} xmlns="urn:x"/>`],
  ['B-6-01', 'another element as root', (a) => `<foo ${a} xmlns="${NS_HTTPBIND}"/>`],
  ['B-6-02', 'an end tag that does not match', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><a></body>`],
  ['B-6-02', 'a control character', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><a>\u0001</a></body>`],
  ['B-6-02', 'a duplicate attribute', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><a b="1" b="2"/></body>`],
  ['B-6-02', 'a raw < in an attribute', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><a b="<"/></body>`],
  ['B-6-03', 'an undeclared prefix', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><p:x/></body>`],
  ['B-6-04', 'a comment', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><!-- x --></body>`],
  ['B-6-04', 'a processing instruction', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><?x y?></body>`],
  ['B-6-04', 'a DTD', (a) => `<!DOCTYPE body><body ${a} xmlns="${NS_HTTPBIND}"/>`],
  [
    'B-6-04',
    'an entity of an internal subset',
    (a) => `<!DOCTYPE body [<!ENTITY e "x">]><body ${a} xmlns="${NS_HTTPBIND}"><a>&e;</a></body>`,
  ],
  [
    'B-6-04',
    'an external entity',
    (a) =>
      `<!DOCTYPE body [<!ENTITY e SYSTEM "file:///etc/hostname">]><body ${a} xmlns="${NS_HTTPBIND}"><a>&e;</a></body>`,
  ],
  ['B-6-04', 'an entity of HTML', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><a>&nbsp;</a></body>`],
  ['B-6-04', 'a billion laughs', (a) => `${BILLION_LAUGHS}<body ${a} xmlns="${NS_HTTPBIND}"><a>&c;</a></body>`],
  ['B-6-05', 'text in the wrapper', (a) => `<body ${a} xmlns="${NS_HTTPBIND}">text</body>`],
  ['B-6-06', 'the half of a stanza', (a) => `<body ${a} xmlns="${NS_HTTPBIND}"><message></body>`],
];

/** Well-formed, and outside of every payload: no sentence forbids a server to overlook it. */
const TOLERABLE = new Set(['a comment', 'a processing instruction', 'text in the wrapper']);

function isTolerable(what: string): boolean {
  return TOLERABLE.has(what);
}

const BAD_RIDS = ['', 'abc', '-1', '0', '1.5', '1e9'];

function attributesOf(t: Trial, rid: number): string {
  return `rid="${rid}" to="${t.subject.domain}" ver="1.11" wait="5" hold="1" xml:lang="en"`;
}

async function sends(t: Trial, inner: string, expected: string): Promise<void> {
  const [a, b] = await t.pair();
  await a.caller.post(inner.replaceAll('$B', b.jid));
  await b.caller.fetch('', isMessage(expected));
}

async function fifty(t: Trial): Promise<void> {
  const [a, b]: readonly LoggedIn[] = await t.pair();
  if (!a || !b) return;
  await a.caller.post(Array.from({ length: 50 }, (_, n) => messageTo(b.jid, `${n} of 50`)).join(''));
  const seen = await t.messages(b.caller, 50);
  t.equal(seen.join(), Array.from({ length: 50 }, (_, n) => `${n} of 50`).join(), 'the messages');
}

/** XEP-0124 §6: the wrapper and what may be in it. */
export const WRAPPER_CHECKS: readonly Check[] = [
  ...MALFORMED.map(([id, what, text]): Check => ({
    id,
    title: `${what} is refused, at creation`,
    ours: isTolerable(what),
    async run(t) {
      const answer = await t.http({}, text(attributesOf(t, 123_456_789)));
      t.refused(answer);
    },
  })),
  ...MALFORMED.map(([id, what, text]): Check => ({
    id,
    title: `${what} is refused, in a session`,
    ours: isTolerable(what),
    async run(t) {
      const caller = await t.open();
      const attributes = `rid="${caller.last + 1}" sid="${caller.sid ?? ''}"`;
      const answer = await caller.answer(await caller.raw(text(attributes)));
      t.refused(answer);
      t.soon(answer, 'the refusal');
    },
  })),
  {
    id: 'B-6-02',
    title: 'a byte that is not UTF-8 is refused',
    async run(t) {
      const caller = t.caller();
      const text = wrap({ rid: caller.first, to: t.subject.domain, ver: '1.11', wait: 5, hold: 1, note: '%' });
      const encode = (body: string): Buffer => Buffer.from(body.replace('%', '\u00ff'), 'latin1');
      t.refused(await caller.answer(await caller.raw(text, { encode })));
    },
  },
  {
    id: 'B-6-01',
    title: 'a wrapper with a prefix is taken',
    async run(t) {
      const caller = t.caller();
      const text = `<b:body xmlns:b="${NS_HTTPBIND}" ${attributesOf(t, caller.first)}/>`;
      const answer = await caller.answer(await caller.raw(text));
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  {
    id: 'B-6-04',
    title: 'predefined entities, character references and CDATA are taken',
    run: (t) =>
      sends(
        t,
        '<message xmlns="jabber:client" to="$B" type="chat"><body>&amp;&lt;&gt;&apos;&quot;&#x41;&#65;<![CDATA[<x>]]></body></message>',
        '&<>\'"AA<x>',
      ),
  },
  {
    id: 'B-6-05',
    title: 'white space between payloads is taken',
    run: (t) => sends(t, ` \t\r\n${messageTo('$B', 'spaced')}\n `, 'spaced'),
  },
  ...(['B-6-04', 'B-6-05'] as const).map((id): Check => ({
    id,
    title: id === 'B-6-04' ? 'the server sends no comments or instructions' : 'the server puts no text in wrappers',
    async run(t) {
      const { caller } = await t.login({ wait: 1 });
      const answers = [caller.created, await caller.ask(), await caller.ask('', { type: 'terminate' })];
      for (const answer of answers) {
        const text = answer?.text ?? '';
        if (id === 'B-6-04') t.claim(!/<!|<\?(?!xml )/.test(text), 'none of them', text);
        else t.claim(answer?.root?.children.every((child) => typeof child !== 'string') ?? false, 'no text', text);
      }
    },
  })),
  { id: 'B-6-06', title: 'fifty stanzas in one wrapper arrive in order', run: fifty },
  {
    id: 'B-6-07',
    title: 'a payload of an unknown namespace is an affair of the stream',
    async run(t) {
      const { caller } = await t.login();
      const answer = await caller.ask('<a xmlns="urn:example:unknown"/>');
      t.claim(answer.root?.attrs['condition'] !== 'bad-request', 'another answer than bad-request', answer.text);
    },
  },
  ...BAD_RIDS.map((rid): Check => ({
    id: 'B-6-08',
    title: `rid '${rid}' is refused`,
    async run(t) {
      const caller = t.caller();
      t.refused(await caller.create({ rid }));
    },
  })),
  {
    id: 'B-6-08',
    title: 'a creation request without rid is refused',
    async run(t) {
      t.refused(await t.caller().create({ rid: undefined }));
    },
  },
  {
    id: 'B-6-08',
    title: 'a request without rid ends its session',
    async run(t) {
      const caller = await t.open();
      t.refused(await caller.answer(await caller.raw(wrap({ sid: caller.sid }))));
      await t.dead(caller);
    },
  },
];
