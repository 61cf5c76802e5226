import { expect } from 'chai';
import { silent } from '../../lib/base/log.ts';
import { seconds } from '../../lib/base/time.ts';
import {
  DEFAULT_FRAME_POLICY,
  type FrameSession,
  type FrameSessionPolicy,
} from '../../lib/transports/frame-session.ts';
import { FrameSessions, type RequestOrigin } from '../../lib/transports/frame-sessions.ts';
import type { FrameSink, NumberedFrame, SinkKind } from '../../lib/transports/frame-sink.ts';
import type { Claim, Handover, NumberedStream, Refusal } from '../../lib/transports/numbered-stream.ts';
import type { Element } from '../../lib/xml/index.ts';
import { Ledger, type Acknowledged } from '../../lib/xmpp/ledger.ts';
import type { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Payload, Transport } from '../../lib/xmpp/transport.ts';
import { OPEN } from '../support/frame-client.ts';
import { read } from '../support/read-xml.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

class FakeSink implements FrameSink {
  readonly kind: SinkKind;
  buffered = 0;
  readonly frames: string[] = [];
  beats = 0;
  isEnded = false;

  constructor(kind: SinkKind) {
    this.kind = kind;
  }

  write({ number, xml }: NumberedFrame): void {
    this.frames.push(number === undefined ? xml : `${number} ${xml}`);
  }

  beat(): void {
    this.beats += 1;
  }

  end(): void {
    this.isEnded = true;
  }
}

const ORIGIN = { address: '192.0.2.1', secure: true, loopback: false, page: 'https://chat.example' };

/** The stream of a bound resource: it counts as a session does, and notes what it is given. */
class FakeStream implements NumberedStream {
  readonly isAuthenticated = true;
  readonly taken: string[] = [];
  readonly ends: { readonly how: string; readonly undelivered: readonly string[] }[] = [];
  readonly ledger = new Ledger();
  isBound = true;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get handled(): number | undefined {
    return this.isBound ? this.ledger.handled : undefined;
  }

  get acknowledged(): number {
    return this.ledger.acknowledged;
  }

  acknowledge(h: number): Acknowledged {
    return this.ledger.acknowledge(h);
  }

  resend(): void {
    for (const payload of this.ledger.missing()) this.#transport.send(payload);
  }

  handOver(_claim: Claim, h: number): Handover | Refusal {
    return h > 9 ? 'too-high' : { token: 'next', generation: 7, page: ORIGIN.page };
  }

  open(): void {
    this.taken.push('open');
  }

  receive({ name, attrs }: Element): void {
    if (name === 'message') this.ledger.receive();
    this.taken.push(attrs['id'] ?? name);
  }

  fail(error: StreamError): void {
    this.#transport.close(error);
  }

  closed(how: string, undelivered: readonly Payload[]): void {
    this.ends.push({ how, undelivered: undelivered.map(({ xml }) => xml) });
  }
}

/** One session whose resource is bound. */
class World {
  readonly clock = new VirtualClock();
  readonly sessions: FrameSessions;
  readonly session: FrameSession;
  readonly token: string;
  readonly streams: FakeStream[] = [];
  readonly stream: FakeStream;

  constructor(policy: Partial<FrameSessionPolicy> = {}) {
    this.sessions = new FrameSessions({
      clock: this.clock,
      log: silent,
      random: new SeededRandom(1),
      policy: { ...DEFAULT_FRAME_POLICY, ...policy },
      refuse: () => undefined,
      openStream: (transport) => {
        const stream = new FakeStream(transport);
        this.streams.push(stream);
        return stream;
      },
    });
    const { session, token } = this.sessions.create(ORIGIN);
    this.session = session;
    this.token = token;
    const [stream] = this.streams;
    if (!stream) throw new Error('no stream');
    this.stream = stream;
  }

  get taken(): readonly string[] {
    return this.stream.taken;
  }

  get ends(): FakeStream['ends'] {
    return this.stream.ends;
  }

  /** Stanzas, which the session counts. */
  send(...names: string[]): void {
    for (const name of names) {
      const counted = this.stream.ledger.send(payload(name));
      this.session.send({ ...payload(name), counted });
    }
    this.clock.endTurn();
  }

  /** The client reads on, from `h` or from what it acknowledged last. */
  reads(kind: SinkKind, wait = seconds(25), h?: number): FakeSink {
    const sink = new FakeSink(kind);
    if (!this.session.readOn(h)) throw new Error('refused');
    this.session.attach(sink, wait);
    this.clock.endTurn();
    return sink;
  }
}

function payload(xml: string): Payload {
  return { xml, element: read(`<message xmlns='jabber:client'/>`) };
}

function message(id: string): string {
  return `<message xmlns='jabber:client' id='${id}'/>`;
}

describe('FrameSession', () => {
  describe('towards the client', () => {
    it('sends again what was not acknowledged, on whatever is read from', () => {
      const world = new World();
      world.send('a', 'b');
      expect(world.reads('sse').frames).to.deep.equal(['1 a', '2 b']);
      world.send('c');
      expect(world.reads('http-stream', 0, 1).frames).to.deep.equal(['2 b', '3 c']);
      expect(world.reads('long-poll', 0).frames).to.deep.equal(['2 b', '3 c']);
      expect(world.reads('poll', 0, 3).frames).to.deep.equal([]);
    });

    it('says before each response which number comes first', () => {
      const world = new World();
      world.send('a', 'b');
      world.reads('sse');
      world.session.readOn(1);
      expect(world.session.next).to.equal(2);
      world.session.readOn(2);
      expect(world.session.next).to.equal(3);
    });

    it('nobody reads on from what was never sent, or from before what was acknowledged', () => {
      const world = new World();
      world.send('a', 'b');
      world.session.acknowledge(1);
      expect([0, 1, 2, 3].map((h) => world.session.readOn(h))).to.deep.equal([false, true, true, false]);
    });

    it('frames that are not counted have no number, and go once', () => {
      const world = new World();
      world.send('a');
      world.session.send(payload('<r/>'));
      world.clock.endTurn();
      expect(world.reads('sse').frames).to.deep.equal(['1 a', '<r/>']);
      expect(world.reads('sse').frames).to.deep.equal(['1 a']);
    });

    it('an acknowledgement while a response is open does not send anything twice', () => {
      const world = new World();
      const sink = world.reads('sse');
      world.send('a', 'b');
      world.session.acknowledge(1);
      world.send('c');
      expect(sink.frames).to.deep.equal(['1 a', '2 b', '3 c']);
    });

    it('nothing is acknowledged that was not sent', () => {
      const world = new World();
      world.send('a');
      expect(world.session.acknowledge(2)).to.equal(false);
    });

    it('a line end inside a frame is written as a reference, because lines are frames', () => {
      const world = new World();
      const sink = world.reads('http-stream');
      world.send('<body>two\nlines</body>');
      expect(sink.frames).to.deep.equal(['1 <body>two&#10;lines</body>']);
    });

    it('a newer response ends the older one', () => {
      const world = new World();
      const first = world.reads('sse');
      const second = world.reads('long-poll');
      expect([first.isEnded, second.isEnded]).to.deep.equal([true, false]);
      world.session.lost(first);
      world.send('a');
      expect(second.frames).to.deep.equal(['1 a']);
    });
  });

  describe('in time', () => {
    it('a poll is answered at once when something waits, and otherwise when its time is over', () => {
      const world = new World();
      const held = world.reads('long-poll', seconds(25));
      world.clock.advance(seconds(25) - 1);
      expect(held.isEnded).to.equal(false);
      world.clock.advance(1);
      expect([held.isEnded, held.frames]).to.deep.equal([true, []]);
      const next = world.reads('long-poll');
      world.send('a');
      expect([next.isEnded, next.frames]).to.deep.equal([true, ['1 a']]);
      expect(world.reads('poll', 0).isEnded).to.equal(true);
    });

    it('no poll is held longer than the server likes', () => {
      const world = new World();
      const held = world.reads('long-poll', seconds(3600));
      world.clock.advance(seconds(50));
      expect(held.isEnded).to.equal(true);
    });

    it('a response that stays open shows that it is alive, and ends in the end', () => {
      const world = new World({ inactivity: seconds(3600) });
      const sink = world.reads('sse');
      world.clock.advance(seconds(100));
      expect(sink.beats).to.equal(4);
      world.clock.advance(seconds(30 * 60));
      expect(sink.isEnded).to.equal(true);
    });

    it('or when enough was written', () => {
      const world = new World({ rotation: { after: seconds(3600), bytes: 5 } });
      const sink = world.reads('http-stream');
      world.send('123456');
      expect(sink.isEnded).to.equal(true);
    });

    it('a client that is silent for a minute is gone; what it did not acknowledge is still in the ledger', () => {
      const world = new World();
      world.send('a', 'b');
      world.session.acknowledge(1);
      world.clock.advance(seconds(60));
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: [] }]);
      expect(world.stream.ledger.unacknowledged.map(({ xml }) => xml)).to.deep.equal(['b']);
      expect(world.sessions.size).to.equal(0);
    });

    it('one that reads is not', () => {
      const world = new World();
      world.reads('sse');
      world.clock.advance(seconds(600));
      expect(world.ends).to.have.length(0);
    });

    it('a response that is written slowly gets no more than it should have', () => {
      const world = new World({ sinkBytes: 10 });
      const sink = world.reads('sse');
      sink.buffered = 10;
      world.send('a');
      expect(sink.frames).to.deep.equal([]);
      sink.buffered = 0;
      world.session.drained();
      world.clock.endTurn();
      expect(sink.frames).to.deep.equal(['1 a']);
    });

    it('too much that waits to be read ends it', () => {
      const world = new World({ queued: { frames: 2, bytes: 1000 } });
      world.send('a', 'b', 'c');
      expect(world.ends).to.have.length(1);
      expect(world.reads('sse').frames.join()).to.match(/^<stream:error.*resource-constraint.*<close/);
    });
  });

  describe('from the client', () => {
    it('takes stanzas once, however often they come', () => {
      const world = new World();
      expect(world.session.receive(1, [message('1'), message('2')])).to.equal('taken');
      expect(world.session.receive(1, [message('1'), message('2'), message('3')])).to.equal('taken');
      expect(world.session.receive(2, [message('2')])).to.equal('taken');
      expect(world.taken).to.deep.equal(['1', '2', '3']);
      expect(world.session.handled).to.equal(3);
    });

    it('takes nothing before what is missing', () => {
      const world = new World();
      expect(world.session.receive(2, [message('2')])).to.equal('gap');
      expect(world.taken).to.deep.equal([]);
    });

    it('takes no stanza without a number, and other frames only so', () => {
      const world = new World();
      expect(world.session.receive(undefined, [message('1')])).to.equal('unnumbered');
      expect(world.session.receive(undefined, [`<r xmlns='urn:xmpp:sm:3'/>`])).to.equal('taken');
      expect(world.taken).to.deep.equal(['r']);
    });

    it('before a resource is bound nothing has a number', () => {
      const world = new World();
      world.stream.isBound = false;
      expect(world.session.receive(1, [message('1')])).to.equal('gap');
      expect(world.session.receive(undefined, [OPEN, message('1')])).to.equal('taken');
    });

    it('numbers begin again at 0 after 2^32 - 1', () => {
      const world = new World();
      const last = 2 ** 32 - 1;
      Object.assign(world.stream, { ledger: new Ledger(last - 1) });
      expect(world.session.receive(last, [message('a'), message('b')])).to.equal('taken');
      expect(world.session.handled).to.equal(0);
      expect(world.session.receive(last, [message('a'), message('b'), message('c')])).to.equal('taken');
      expect(world.session.receive(3, [message('e')])).to.equal('gap');
      expect(world.taken).to.deep.equal(['a', 'b', 'c']);
    });

    it('<close/> ends it in peace; what follows is not taken', () => {
      const world = new World();
      const sink = world.reads('sse');
      const frames = [`<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>`, message('1')];
      expect(world.session.receive(1, frames)).to.equal('over');
      world.clock.endTurn();
      expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: [] }]);
      expect([sink.frames, sink.isEnded]).to.deep.equal([
        ['<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" />'],
        true,
      ]);
      expect(world.session.isTold).to.equal(true);
    });
  });

  describe('is found', () => {
    it('by its client only: token, page and security are those of its opening', () => {
      const { sessions, session, token } = new World();
      const { sid } = session;
      const find = (id: string, shown: string, origin: typeof ORIGIN | RequestOrigin): unknown =>
        sessions.find(id, { token: shown, generation: undefined }, origin);
      expect(find(sid, token, ORIGIN)).to.equal(session);
      expect(find(sid, token, { ...ORIGIN, address: '198.51.100.1' })).to.equal(session);
      expect(find(sid, token, { ...ORIGIN, page: undefined })).to.equal(session);
      expect(find(sid, `${token}a`, ORIGIN)).to.equal('unknown');
      expect(find(sid, '', ORIGIN)).to.equal('unknown');
      expect(find('nonsense', token, ORIGIN)).to.equal('unknown');
      expect(find(sid, token, { ...ORIGIN, secure: false })).to.equal('unknown');
      expect(find(sid, token, { ...ORIGIN, page: 'https://evil.example' })).to.equal('unknown');
    });

    it('by the page of the session that it took over, although a GET to where a page comes from does not name it', () => {
      const { sessions, session } = new World();
      const { sid } = session;
      const claim = { token: 'of the session', ordinal: 1, h: 3 };
      const taken = sessions.takeOver(sid, claim, { ...ORIGIN, page: undefined });
      if (typeof taken === 'string') return expect.fail(taken);
      const find = (page: string): unknown =>
        sessions.find(sid, { token: taken.token, generation: 7 }, { ...ORIGIN, page });
      expect(find(ORIGIN.page)).to.equal(taken.session);
      expect(find('https://evil.example')).to.equal('unknown');
    });

    it('not by requests for a carrier that no longer has it: they are told that it has moved', () => {
      const { sessions, session, token, clock } = new World();
      const { sid } = session;
      const taken = sessions.takeOver(sid, { token: 'of the session', ordinal: 1, h: 3 }, ORIGIN);
      if (typeof taken === 'string') throw new Error(taken);
      clock.endTurn();
      expect(sessions.find(sid, { token, generation: 0 }, ORIGIN)).to.equal('moved');
      expect(sessions.find(sid, { token: 'next', generation: 0 }, ORIGIN)).to.equal('moved');
      expect(sessions.find(sid, { token: 'next', generation: 7 }, ORIGIN)).to.equal(taken.session);
      expect([taken.session.next, taken.token, sessions.generationOf(sid), sessions.size]).to.deep.equal([
        4,
        'next',
        7,
        1,
      ]);
    });

    it('a takeover that is refused changes nothing', () => {
      const { sessions, session, token } = new World();
      expect(sessions.takeOver(session.sid, { token: '', ordinal: 1, h: 10 }, ORIGIN)).to.equal('too-high');
      expect(sessions.find(session.sid, { token, generation: 0 }, ORIGIN)).to.equal(session);
      expect(sessions.size).to.equal(1);
    });

    it('until the server stops', () => {
      const { sessions, session } = new World();
      sessions.shutdown();
      expect([session.isOver, sessions.refusal('192.0.2.1')]).to.deep.equal([true, 'stopping']);
    });
  });
});
