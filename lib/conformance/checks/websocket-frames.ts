import { NS_CLIENT } from '../../xmpp/ns.ts';
import type { Check } from '../check.ts';
import { nameOf, streamErrorOf } from '../framed-stream.ts';
import type { Trial } from '../trial.ts';
import { OPCODE, type Frame } from '../websocket-frames.ts';

/** What breaks RFC 6455, and the sections that say so. */
const BROKEN: readonly (readonly [what: string, frame: Partial<Frame>])[] = [
  ['a frame without mask', { payload: Buffer.from('<a/>'), isMasked: false }],
  ['a reserved bit', { payload: Buffer.from('<a/>'), reserved: 2 }],
  ['a reserved opcode', { opcode: 3 }],
  ['a ping of 126 bytes', { opcode: OPCODE.ping, payload: Buffer.alloc(126) }],
  ['a ping in fragments', { opcode: OPCODE.ping, isFinal: false }],
  ['a continuation of nothing', { opcode: OPCODE.continuation, payload: Buffer.from('<a/>') }],
];

/** The connection is over; with this close code, if the server sends any. */
async function closed(t: Trial, frame: Partial<Frame>, codes: readonly number[]): Promise<void> {
  const stream = await t.framed();
  await stream.start();
  stream.connection.sendFrame(frame);
  const { last } = await stream.end();
  const isRight = last.is === 'lost' || (last.is === 'close' && codes.includes(last.code ?? 0));
  t.claim(isRight, `the connection closed with ${codes.join(' or ')}`, nameOf(last));
}

async function refused(t: Trial, headers: Record<string, string>, statuses: readonly number[]): Promise<void> {
  const socket = await t.socket({ headers });
  const { status } = socket.handshake;
  t.claim(statuses.includes(status), `HTTP ${statuses.join(' or ')}`, String(status));
}

/** RFC 6455 below RFC 7395: rules of Holdfast about what the RFCs leave to the server. */
export const WEBSOCKET_FRAME_CHECKS: readonly Check[] = [
  {
    id: 'W-3.2-01',
    title: 'a binary message is refused',
    ours: true,
    run: (t) => closed(t, { opcode: OPCODE.binary, payload: Buffer.from('<a/>') }, [1003, 1002, 1007, 1008, 1000]),
  },
  {
    id: 'W-3.2-01',
    title: 'a message that is not UTF-8 is refused',
    run: (t) => closed(t, { payload: Buffer.from([0x3c, 0xff, 0xfe]) }, [1007, 1000, 1002]),
  },
  {
    id: 'WH-01',
    title: 'the handshake is answered with the right Sec-WebSocket-Accept',
    async run(t) {
      const socket = await t.socket();
      t.equal(socket.header('sec-websocket-accept'), socket.expectedAccept, 'Sec-WebSocket-Accept');
    },
  },
  {
    id: 'WH-01',
    title: 'another version of the protocol is refused',
    run: (t) => refused(t, { 'Sec-WebSocket-Version': '7' }, [426, 400]),
  },
  {
    id: 'WH-01',
    title: 'a handshake without key is refused',
    run: (t) => refused(t, { 'Sec-WebSocket-Key': '' }, [400]),
  },
  {
    id: 'WH-01',
    title: 'a client that does not offer xmpp is refused',
    run: (t) => refused(t, { 'Sec-WebSocket-Protocol': 'chat' }, [400]),
  },
  ...BROKEN.map(([what, frame]): Check => ({
    id: 'WH-02',
    title: `${what} closes the connection`,
    run: (t) => closed(t, frame, [1002]),
  })),
  {
    id: 'WH-03',
    title: 'a message that is far too large ends the stream',
    async run(t) {
      const stream = await t.framed();
      await stream.start();
      stream.send(`<message xmlns="${NS_CLIENT}"><body>${'x'.repeat(4 * 1024 * 1024)}</body></message>`);
      const { elements, last } = await stream.end();
      const isTold = elements.some((element) => streamErrorOf(element) !== undefined);
      const isRight = isTold || last.is === 'lost' || (last.is === 'close' && last.code === 1009);
      t.claim(isRight, 'policy-violation, or close 1009', nameOf(last));
    },
  },
  {
    id: 'WH-05',
    title: 'nothing is compressed for who did not ask',
    async run(t) {
      t.equal((await t.socket()).header('sec-websocket-extensions'), undefined, 'Sec-WebSocket-Extensions');
    },
  },
];
