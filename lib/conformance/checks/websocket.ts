import { NS_BIND, NS_CLIENT, NS_PING, NS_TLS } from '../../xmpp/ns.ts';
import type { Check } from '../check.ts';
import { CLOSE, NS_FRAMING, isFraming, nameOf, open, streamErrorOf, type FramedStream } from '../framed-stream.ts';
import { iqPing, type Trial } from '../trial.ts';

const NS_SM = 'urn:xmpp:sm:3';

/** Sends something that ends the stream, and looks for the error. */
async function refused(t: Trial, stream: FramedStream, text: string, conditions: readonly string[]): Promise<void> {
  stream.send(text);
  const { elements } = await stream.end();
  const error = elements.map(streamErrorOf).find((condition) => condition !== undefined);
  t.claim(
    conditions.includes(error ?? ''),
    `the stream error ${conditions.join(' or ')}`,
    error ?? stream.messages.at(-1),
  );
}

async function opened(t: Trial): Promise<FramedStream> {
  const stream = await t.framed();
  await stream.start();
  return stream;
}

async function loggedIn(t: Trial): Promise<FramedStream> {
  const stream = await t.framed();
  await stream.logIn(t.subject.credentials[0]);
  return stream;
}

const MALFORMED = [
  ['an undeclared prefix', '<p:iq type="get" id="x"/>'],
  ['a second element in one message', `${iqPing('a')}${iqPing('b')}`],
  ['half an element', `<iq xmlns="${NS_CLIENT}" type="get" id="x">`],
] as const;

/** RFC 7395: XMPP over WebSocket. */
export const WEBSOCKET_STREAM_CHECKS: readonly Check[] = [
  {
    id: 'W-3.1-02',
    title: 'the subprotocol xmpp is chosen',
    async run(t) {
      t.equal((await t.framed()).connection.header('sec-websocket-protocol'), 'xmpp', 'Sec-WebSocket-Protocol');
    },
  },
  {
    id: 'W-3.1-02',
    title: 'the subprotocol xmpp is chosen among others',
    async run(t) {
      const socket = await t.socket({ headers: { 'Sec-WebSocket-Protocol': 'foo, xmpp' } });
      t.claim(socket.isUpgraded, 'HTTP 101', String(socket.handshake.status));
      t.equal(socket.header('sec-websocket-protocol'), 'xmpp', 'Sec-WebSocket-Protocol');
    },
  },
  {
    id: 'W-3.1-04',
    title: 'the server says nothing before the client does',
    async run(t) {
      const first = await (await t.framed()).connection.next(t.subject.silence);
      t.claim(first === undefined, 'silence', first && nameOf(first));
    },
  },
  {
    id: 'W-3.2-01',
    title: 'a stream speaks in text messages',
    async run(t) {
      const stream = await opened(t);
      t.claim(stream.messages.length >= 2, 'two text messages', String(stream.messages.length));
    },
  },
  {
    id: 'W-3.2-01',
    title: 'a message in fragments, cut inside a character, is one message',
    async run(t) {
      const stream = await opened(t);
      const text = Buffer.from(
        `<iq xmlns="${NS_CLIENT}" type="get" id="caf\u00e9-\u{1f600}"><ping xmlns="${NS_PING}"/></iq>`,
      );
      const cuts = [0, text.indexOf(0xc3) + 1, text.indexOf(0xf0) + 2, text.length];
      for (let n = 0; n < 3; n += 1) {
        const payload = text.subarray(cuts[n], cuts[n + 1]);
        stream.connection.sendFrame({ opcode: n === 0 ? 1 : 0, payload, isFinal: n === 2 });
      }
      const incoming = await stream.incoming();
      t.claim(
        incoming.is === 'text' && !/not-well-formed|bad-format/.test(incoming.text),
        'an answer to it',
        nameOf(incoming),
      );
    },
  },
  {
    id: 'W-3.3.1-01',
    title: 'the tag of a TCP stream is refused',
    async run(t) {
      const stream = await t.framed();
      stream.send(
        `<stream:stream xmlns="${NS_CLIENT}" xmlns:stream="http://etherx.jabber.org/streams" to="${t.subject.domain}" version="1.0">`,
      );
      const { elements } = await stream.end();
      t.claim(!elements.some((element) => element.getName() === 'features'), 'no features', stream.messages.join('\n'));
    },
  },
  {
    id: 'W-3.3.2-01',
    title: 'open and close are of the framing namespace',
    async run(t) {
      const stream = await opened(t);
      t.claim(stream.opened?.getNS() === NS_FRAMING, 'an open of that namespace', stream.messages[0]);
      stream.send(CLOSE);
      const close = await stream.element();
      t.claim(isFraming(close, 'close'), 'a close of that namespace', close.toString());
    },
  },
  ...['', ' xmlns="urn:example:other"'].map((namespace): Check => ({
    id: 'W-3.3.2-02',
    title: `open ${namespace === '' ? 'without namespace' : 'in another namespace'} is refused`,
    async run(t) {
      const text = `<open${namespace} to="${t.subject.domain}" version="1.0"/>`;
      await refused(t, await t.framed(), text, ['invalid-namespace']);
    },
  })),
  {
    id: 'W-3.3.3-01',
    title: 'each message of the server stands alone',
    async run(t) {
      const stream = await loggedIn(t);
      // `element` has parsed each of them by itself.
      t.claim(stream.messages.length > 4, 'several messages', String(stream.messages.length));
    },
  },
  ...MALFORMED.map(([what, text]): Check => ({
    id: 'W-3.3.3-01',
    title: `${what} ends the stream`,
    // The sentence binds who sends; what the other side does is for it to decide.
    ours: true,
    async run(t) {
      const conditions = [
        'not-well-formed',
        'bad-format',
        'invalid-xml',
        'xml-not-well-formed',
        'bad-namespace-prefix',
      ];
      await refused(t, await opened(t), text, conditions);
    },
  })),
  {
    id: 'W-3.3.3-02',
    title: 'the server sends no XML declaration, and takes one',
    async run(t) {
      const stream = await t.framed();
      stream.send(`<?xml version='1.0'?>${open(t.subject.domain)}`);
      const first = await stream.element();
      t.claim(isFraming(first, 'open'), 'an open', first.toString());
      t.claim(!stream.messages.some((text) => text.startsWith('<?')), 'no declaration', stream.messages[0]);
    },
  },
  {
    id: 'W-3.3.3-03',
    title: 'each message of the server begins with <',
    async run(t) {
      const stream = await loggedIn(t);
      for (const text of stream.messages) t.claim(text.startsWith('<'), 'a message that begins with <', text);
    },
  },
  {
    id: 'W-3.3.3-03',
    title: 'a message that begins otherwise is refused',
    ours: true,
    async run(t) {
      const stream = await opened(t);
      await refused(t, stream, 'x', ['not-well-formed', 'bad-format', 'invalid-xml', 'xml-not-well-formed']);
    },
  },
  {
    id: 'W-3.3.3-04',
    title: 'a hundred stanzas are a hundred messages',
    async run(t) {
      const stream = await loggedIn(t);
      for (let n = 0; n < 100; n += 1) stream.send(iqPing(`ping-${n}`));
      const seen = new Set<string>();
      while (seen.size < 100)
        seen.add((await stream.until(({ attrs }) => attrs['id']?.startsWith('ping-') ?? false)).attrs['id'] ?? '');
      t.equal(seen.size, 100, 'answers');
    },
  },
  {
    id: 'W-3.3.3-05',
    title: 'features declare their namespace',
    async run(t) {
      const stream = await opened(t);
      const text = stream.messages[1] ?? '';
      const isDeclared = /^<(?:stream:features\b[^>]*xmlns:stream=|features\b[^>]*xmlns=)/.test(text);
      t.claim(isDeclared, 'features that stand alone', text);
    },
  },
  {
    id: 'W-3.3.3-06',
    title: 'stanzas declare jabber:client',
    async run(t) {
      const stream = await loggedIn(t);
      const answer = await stream.iq('ping', 'get', `<ping xmlns="${NS_PING}"/>`);
      t.equal(answer.getNS(), NS_CLIENT, 'namespace of the stanza');
    },
  },
  {
    id: 'W-3.4-02',
    title: 'open is answered by open, with from, id and version, and the features come by themselves',
    async run(t) {
      const stream = await opened(t);
      const attrs = stream.opened?.attrs ?? {};
      t.equal(attrs['from'], t.subject.domain, 'from');
      t.equal(attrs['version'], '1.0', 'version');
      t.claim((attrs['id'] ?? '') !== '', 'an id');
    },
  },
  {
    id: 'W-3.4-04',
    title: 'a domain that is not served is refused',
    async run(t) {
      await refused(t, await t.framed(), open('not-served.invalid'), ['host-unknown']);
    },
  },
  {
    id: 'W-3.5-01',
    title: 'a stream error is one whole message',
    async run(t) {
      const stream = await t.framed();
      stream.send(open('not-served.invalid'));
      const { elements } = await stream.end();
      t.claim(
        elements.some((element) => streamErrorOf(element) !== undefined),
        'a stream error',
        stream.messages.at(-1),
      );
    },
  },
  {
    id: 'W-3.5-02',
    title: 'an error while the stream is opened comes after an open',
    async run(t) {
      const stream = await t.framed();
      stream.send(open('not-served.invalid'));
      const { elements } = await stream.end();
      const kinds = elements.map((element) => element.getName());
      t.equal(kinds.slice(0, 2).join(), 'open,error', 'first messages');
    },
  },
  {
    id: 'W-3.6-01',
    title: 'close is answered by close',
    async run(t) {
      const stream = await loggedIn(t);
      stream.send(CLOSE);
      const answer = await stream.element();
      t.claim(isFraming(answer, 'close'), 'a close', answer.toString());
    },
  },
  {
    id: 'W-3.6-02',
    title: 'the closing handshake of the client is answered',
    async run(t) {
      const stream = await loggedIn(t);
      stream.send(CLOSE);
      await stream.until((element) => isFraming(element, 'close'));
      stream.connection.close(1000);
      const end = await stream.incoming();
      t.claim(end.is === 'close', 'a close frame', nameOf(end));
    },
  },
  {
    id: 'W-3.6-04',
    title: 'a session whose resumption was agreed is kept',
    async run(t) {
      const stream = await loggedIn(t);
      t.announced(stream.features?.child('sm', NS_SM) !== undefined, 'stream management');
      stream.send(`<enable xmlns="${NS_SM}" resume="true"/>`);
      const enabled = await stream.until((element) => element.getNS() === NS_SM);
      const id = enabled.attrs['id'];
      t.announced(id !== undefined, 'resumption');
      stream.connection.destroy();
      const next = await t.framed();
      await next.start();
      await next.authenticate(t.subject.credentials[0]);
      await next.start();
      next.send(`<resume xmlns="${NS_SM}" h="0" previd="${id ?? ''}"/>`);
      const resumed = await next.until((element) => element.getNS() === NS_SM);
      t.equal(resumed.getName(), 'resumed', 'answer');
    },
  },
  {
    id: 'W-3.7-01',
    title: 'a restart begins a new stream, with other features',
    async run(t) {
      const stream = await opened(t);
      const before = stream.opened?.attrs['id'];
      await stream.authenticate(t.subject.credentials[0]);
      await stream.start();
      t.claim(stream.opened?.attrs['id'] !== before, 'another stream id', before);
      t.claim(stream.features?.child('bind', NS_BIND) !== undefined, 'bind', stream.messages.at(-1));
    },
  },
  {
    id: 'W-3.8-01',
    title: 'the server sends no white space',
    async run(t) {
      const stream = await loggedIn(t);
      const next = await stream.connection.next(t.subject.silence * 4);
      t.claim(next?.is !== 'text' || next.text.trim() !== '', 'no white space', next && nameOf(next));
    },
  },
  {
    id: 'W-3.8-02',
    title: 'pings of the WebSocket and of XMPP are answered',
    async run(t) {
      const stream = await loggedIn(t);
      const payload = Buffer.from('are you there');
      stream.connection.sendFrame({ opcode: 9, payload });
      const pong = await stream.incoming();
      t.claim(pong.is === 'pong' && pong.payload.equals(payload), 'a pong with the same data', nameOf(pong));
      const answer = await stream.iq('ping', 'get', `<ping xmlns="${NS_PING}"/>`);
      t.claim(['result', 'error'].includes(answer.attrs['type'] ?? ''), 'an answer', answer.toString());
    },
  },
  {
    id: 'W-3.9-01',
    title: 'TLS is that of the WebSocket',
    async run(t) {
      t.unless(!t.subject.websocket?.secure, 'the URL given is that of a plain listener');
      await opened(t);
    },
  },
  {
    id: 'W-3.9-02',
    title: 'TLS is not offered as a feature',
    async run(t) {
      const stream = await t.framed();
      await stream.logIn(t.subject.credentials[0]);
      for (const text of stream.messages) t.claim(!text.includes(NS_TLS), 'no starttls', text);
    },
  },
  {
    id: 'W-4-01',
    title: 'host-meta tells the address',
    async run(t) {
      const answer = await t.http({ method: 'GET', path: '/.well-known/host-meta' });
      const isThere = answer.response.status === 200 && answer.text.includes('urn:xmpp:alt-connections');
      t.announced(isThere, 'host-meta, which is optional,');
      t.claim(answer.text.includes('urn:xmpp:alt-connections:websocket'), 'a link to the WebSocket', answer.text);
    },
  },
];
