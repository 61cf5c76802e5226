import { NS_BIND, NS_CLIENT, NS_SASL, NS_STREAM, NS_TLS, NS_XBOSH } from '../../xmpp/ns.ts';
import { attributeNS, type Element } from '../../xml/index.ts';
import { payloadsOf, wrap, type Caller } from '../caller.ts';
import type { Check } from '../check.ts';
import { bind, firstFeatures, iq, isFeatures, mechanismsOf } from '../login.ts';
import type { Answer } from '../request.ts';
import { bodyOf, isMessage, messageTo, type Trial } from '../trial.ts';

const RESTART = { 'xmlns:xmpp': NS_XBOSH, 'xmpp:restart': 'true' };
const NS_COMPRESS = 'http://jabber.org/features/compress';

/** The answer that has the features: of the creation request, or of a later one. */
async function featuresAnswer(t: Trial, caller: Caller): Promise<Answer> {
  for (let answer = caller.created; answer; answer = await caller.ask()) {
    if (payloadsOf(answer).some(isFeatures)) return answer;
    t.alive(answer);
  }
  return caller.ask();
}

function hasFeature(features: Element, name: string, namespace: string): boolean {
  return features.child(name, namespace) !== undefined;
}

/** Restarts as asked and says whether the stream is a new one: one that has logged in. */
async function restarts(t: Trial, attributes: Record<string, string>): Promise<boolean> {
  const caller = await authenticated(t);
  const answer = await caller.ask('', { to: t.subject.domain, 'xml:lang': 'en', ...attributes });
  const features = payloadsOf(answer).find(isFeatures);
  return features !== undefined && hasFeature(features, 'bind', NS_BIND);
}

async function authenticated(t: Trial): Promise<Caller> {
  const caller = await t.open({ wait: 2 });
  await t.authenticate(caller);
  return caller;
}

async function streamError(t: Trial): Promise<{ answer: Answer; caller: Caller }> {
  const { caller } = await t.login({ wait: 2 });
  const answer = await caller.ask('<nothing xmlns="urn:example:no-stanza"/>');
  t.unless(answer.root?.attrs['type'] !== 'terminate', 'the server takes an unknown element for no error');
  return { answer, caller };
}

/** XEP-0206: XMPP over BOSH. */
export const XMPP_CHECKS: readonly Check[] = [
  {
    id: 'X-2-01',
    title: 'a wrapper with features has nothing else, one with SASL nothing else',
    async run(t) {
      const caller = await t.open();
      const kinds = payloadsOf(await featuresAnswer(t, caller)).map((payload) => payload.getName());
      t.equal(kinds.join(), 'features', 'payloads');
    },
  },
  {
    id: 'X-2-02',
    title: 'a wrapper with features declares the prefix stream on itself',
    async run(t) {
      const answer = await featuresAnswer(t, await t.open());
      t.claim(declaresStream(answer), 'xmlns:stream on the wrapper', answer.text);
      t.claim(answer.text.includes('<stream:features'), 'an element written stream:features', answer.text);
    },
  },
  {
    id: 'X-2-02',
    title: 'a wrapper with a stream error does so, too',
    async run(t) {
      const { answer } = await streamError(t);
      t.claim(declaresStream(answer), 'xmlns:stream on the wrapper', answer.text);
    },
  },
  {
    id: 'X-2-03',
    title: 'a stanza without a namespace of its own is one of jabber:client',
    ours: true,
    async run(t) {
      const [a, b] = await t.pair();
      await a.caller.post(`<message to="${b.jid}" type="chat"><body>plain</body></message>`);
      await b.caller.fetch('', isMessage('plain'));
    },
  },
  {
    id: 'X-2-04',
    title: 'TLS is not among the features',
    async run(t) {
      const features = await firstFeatures(await t.open());
      t.claim(!hasFeature(features, 'starttls', NS_TLS), 'no starttls', features.toString());
    },
  },
  {
    id: 'B-19.1-02',
    title: 'encryption is not negotiated in payloads',
    async run(t) {
      const features = await firstFeatures(await t.open());
      t.claim(!hasFeature(features, 'starttls', NS_TLS), 'no starttls', features.toString());
    },
  },
  {
    id: 'X-3-02',
    title: 'version 1.0 gets the features of 1.0',
    async run(t) {
      const features = await firstFeatures(await t.open({ 'xmpp:version': '1.0' }));
      t.claim(mechanismsOf(features).length > 0, 'mechanisms', features.toString());
    },
  },
  {
    id: 'X-3-03',
    title: 'a client may say who it is before it logs in',
    async run(t) {
      const [credentials] = t.subject.credentials;
      t.unless(credentials.is === 'anonymous', 'who logs in anonymously is nobody yet');
      if (credentials.is === 'anonymous') return;
      const { jid } = await t.login({ from: `${credentials.name}@${t.subject.domain}` });
      t.claim(jid.startsWith(`${credentials.name}@`), 'a JID of that account', jid);
    },
  },
  {
    id: 'X-3-04',
    title: 'the tag of a stream is refused',
    async run(t) {
      const caller = await t.open();
      const inner = `<stream:stream xmlns:stream="${NS_STREAM}" to="${t.subject.domain}" version="1.0">`;
      const answer = await caller.answer(await caller.raw(wrap({ rid: caller.last + 1, sid: caller.sid }, inner)));
      t.refused(answer);
    },
  },
  {
    id: 'X-4-01',
    title: 'xmpp:version and features come soon',
    async run(t) {
      const answer = await featuresAnswer(t, await t.open());
      const root = t.alive(answer);
      t.equal(attributeNS(root, NS_XBOSH, 'version'), '1.0', 'xmpp:version beside the features');
    },
  },
  {
    id: 'X-4-02',
    title: 'restarts are announced',
    async run(t) {
      const root = t.alive(await t.caller().create());
      const announced = attributeNS(root, NS_XBOSH, 'restartlogic');
      t.claim(announced === 'true' || announced === '1', 'xmpp:restartlogic', announced);
    },
  },
  {
    id: 'X-4-03',
    title: 'a stream is restarted',
    async run(t) {
      t.claim(await restarts(t, RESTART), 'the features of a new stream');
    },
  },
  {
    id: 'X-4-04',
    title: "restart='1' is as good as 'true'",
    async run(t) {
      t.claim(await restarts(t, { ...RESTART, 'xmpp:restart': '1' }), 'the features of a new stream');
    },
  },
  {
    id: 'X-4-05',
    title: 'authid is there, and no copy of the sid',
    ours: true,
    async run(t) {
      const { attrs } = t.alive(await t.caller().create());
      t.claim(
        (attrs['authid'] ?? '') !== '' && attrs['authid'] !== attrs['sid'],
        'an authid of its own',
        attrs['authid'],
      );
    },
  },
  {
    id: 'X-4-08',
    title: 'compression of the stream is not among the features',
    async run(t) {
      const caller = await t.unbound();
      const features = caller.created ? payloadsOf(caller.created).find(isFeatures) : undefined;
      t.claim(!features || !hasFeature(features, 'compression', NS_COMPRESS), 'no compression', features?.toString());
    },
  },
  {
    id: 'X-5-02',
    title: 'a login that fails is a payload, and may be tried again',
    async run(t) {
      const caller = await t.open();
      const features = await firstFeatures(caller);
      const auth = `<auth xmlns="${NS_SASL}" mechanism="NO-SUCH-MECHANISM">AA==</auth>`;
      const failure = await caller.fetch(auth, (payload) => payload.getNS() === NS_SASL);
      t.equal(failure.getName(), 'failure', 'answer');
      t.claim(failure.child('invalid-mechanism', NS_SASL) !== undefined, 'invalid-mechanism', failure.toString());
      await t.authenticate(caller, features);
    },
  },
  {
    id: 'X-5-04',
    title: 'the prefix of restart may be any',
    async run(t) {
      t.claim(await restarts(t, { 'xmlns:x': NS_XBOSH, 'x:restart': 'true' }), 'the features of a new stream');
    },
  },
  {
    id: 'X-5-05',
    title: 'a restart without to and xml:lang is one all the same',
    async run(t) {
      const caller = await authenticated(t);
      t.claim(payloadsOf(await caller.ask('', RESTART)).some(isFeatures), 'the features of a new stream');
    },
  },
  {
    id: 'X-5-07',
    title: 'a stanza in a restart is ignored',
    async run(t) {
      const caller = await authenticated(t);
      const inner = `<iq xmlns="${NS_CLIENT}" type="set" id="too-soon"><bind xmlns="${NS_BIND}"/></iq>`;
      const answer = await caller.ask(inner, { to: t.subject.domain, ...RESTART });
      t.claim(answer.root?.attrs['type'] === undefined, 'the session to go on', answer.text);
      const isPipelined = caller.created?.text.includes('urn:xmpp:features:pipelining') ?? false;
      t.unless(isPipelined, 'the server announced pipelining (XEP-0305), which allows it');
      const jid = await bind(caller);
      t.claim(jid.includes('/'), 'a resource that was not bound before', jid);
    },
  },
  {
    id: 'X-5-09',
    title: 'after a restart the stream is a new one, with other features',
    async run(t) {
      const caller = await authenticated(t);
      const answer = await caller.ask('', { to: t.subject.domain, ...RESTART });
      const features = payloadsOf(answer).find(isFeatures) ?? (await caller.fetch('', isFeatures));
      t.equal(mechanismsOf(features).length, 0, 'mechanisms');
      t.claim(hasFeature(features, 'bind', NS_BIND), 'bind', features.toString());
    },
  },
  {
    id: 'X-5-10',
    title: 'the features of the new stream come at once',
    async run(t) {
      const caller = await authenticated(t);
      const answer = await caller.ask('', { to: t.subject.domain, ...RESTART });
      t.claim(payloadsOf(answer).some(isFeatures), 'features in the answer to the restart', answer.text);
      t.soon(answer);
    },
  },
  {
    id: 'X-5-11',
    title: 'the resource asked for, or one that the server makes',
    async run(t) {
      const caller = await t.unbound();
      const name = `kit-${caller.first}`;
      const result = await iq(caller, 'bind', `<bind xmlns="${NS_BIND}"><resource>${name}</resource></bind>`);
      const jid = result.child('bind', NS_BIND)?.child('jid', NS_BIND)?.text ?? '';
      t.claim(/^[^/]+@[^/]+\/.+/.test(jid), 'a full JID', result.toString());
    },
  },
  {
    id: 'X-6-01',
    title: 'a stream error is whole, and ends the session',
    async run(t) {
      const { answer, caller } = await streamError(t);
      const root = t.ended(answer, 'remote-stream-error');
      const last = root.getChildElements().at(-1);
      t.claim(
        last?.getName() === 'error' && last.getNS() === NS_STREAM,
        'the stream error as last element',
        answer.text,
      );
      await t.dead(caller);
    },
  },
  {
    id: 'X-7-01',
    title: 'an iq that a dead session did not take comes back',
    slow: true,
    async run(t) {
      // One account: a server need not tell others who is there, and refuses their requests at once.
      const [a, b] = [await t.login({ wait: 1 }), await t.login({ wait: 1 })];
      const inactivity = (b.caller.granted('inactivity') ?? 0) * 1000;
      t.announced(inactivity > 0, 'inactivity');
      const ping = `<iq xmlns="${NS_CLIENT}" type="get" id="unanswered" to="${b.jid}"><ping xmlns="urn:xmpp:ping"/></iq>`;
      const start = Date.now();
      const isAnswer = ({ attrs }: Element): boolean => attrs['id'] === 'unanswered';
      const sent = `<presence xmlns="${NS_CLIENT}" to="${b.jid}"/>${ping}`;
      const seen = await listen(t, a.caller, sent, start + inactivity + 5000, isAnswer);
      const answer = t.need(seen.find(isAnswer), 'an answer to the iq', 'nothing');
      t.unless(Date.now() < start + inactivity / 2, 'the server passes no iq on to another resource');
      t.claim(answer.toString().includes('service-unavailable'), 'service-unavailable', answer.toString());
      const errors = seen.filter((stanza) => stanza.getName() === 'presence' && stanza.attrs['type'] === 'error');
      t.equal(errors.length, 0, 'errors for the presence');
    },
  },
  {
    id: 'X-7-02',
    title: 'a message that a dead session did not take is kept, or comes back',
    slow: true,
    async run(t) {
      const [a, b] = await t.pair({ wait: 1 });
      const inactivity = (b.caller.granted('inactivity') ?? 0) * 1000;
      t.announced(inactivity > 0, 'inactivity');
      const text = `left behind ${a.caller.first}`;
      const seen = await listen(t, a.caller, messageTo(b.jid, text), Date.now() + inactivity + 4000, isReturned(text));
      if (seen.some(isReturned(text))) return;
      const later = await t.login({ wait: 1 }, 1);
      const presence = `<presence xmlns="${NS_CLIENT}"/>`;
      await later.caller.fetch(presence, isMessage(text));
    },
  },
];

/** What comes until something fits, or until the end. One request at a time: two at once are too hasty for some. */
async function listen(
  t: Trial,
  caller: Caller,
  inner: string,
  end: number,
  fits: (payload: Element) => boolean,
): Promise<Element[]> {
  const seen = payloadsOf(await caller.ask(inner));
  while (Date.now() < end && !seen.some(fits)) {
    const answer = await caller.ask();
    t.alive(answer);
    seen.push(...payloadsOf(answer));
    await t.pause(100);
  }
  return seen;
}

function isReturned(text: string): (payload: Element) => boolean {
  return (payload) =>
    payload.attrs['type'] === 'error' && (bodyOf(payload) === text || payload.getName() === 'message');
}

/** In the start tag of the wrapper. */
function declaresStream({ text }: Answer): boolean {
  const tag = text.slice(text.indexOf('<body'), text.indexOf('>') + 1);
  return /\sxmlns:stream=(["'])http:\/\/etherx\.jabber\.org\/streams\1/.test(tag);
}
