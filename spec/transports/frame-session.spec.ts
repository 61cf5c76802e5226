import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import {
  DEFAULT_FRAME_POLICY,
  type FrameSession,
  type FrameSessionPolicy,
} from '../../lib/transports/frame-session.ts';
import { FrameSessions } from '../../lib/transports/frame-sessions.ts';
import type { FrameSink, SinkKind } from '../../lib/transports/frame-sink.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';
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

  write({ number, xml }: { number: number; xml: string }): void {
    this.frames.push(`${number} ${xml}`);
  }

  beat(): void {
    this.beats += 1;
  }

  end(): void {
    this.isEnded = true;
  }
}

const ORIGIN = { address: '192.0.2.1', secure: true, loopback: false, page: 'https://chat.example' };

/** One session with a stream that notes what it is given. */
class World {
  readonly clock = new VirtualClock();
  readonly sessions: FrameSessions;
  readonly session: FrameSession;
  readonly token: string;
  readonly taken: string[] = [];
  readonly ends: { readonly how: string; readonly undelivered: readonly string[] }[] = [];

  constructor(policy: Partial<FrameSessionPolicy> = {}) {
    this.sessions = new FrameSessions({
      clock: this.clock,
      random: new SeededRandom(1),
      policy: { ...DEFAULT_FRAME_POLICY, ...policy },
      refuse: () => undefined,
      openStream: (transport) => ({
        isAuthenticated: true,
        open: () => void this.taken.push('open'),
        receive: ({ attrs }) => void this.taken.push(attrs['id'] ?? ''),
        fail: (error) => transport.close(error),
        closed: (how, undelivered) => void this.ends.push({ how, undelivered: undelivered.map(({ xml }) => xml) }),
      }),
    });
    const { session, token } = this.sessions.create(ORIGIN);
    this.session = session;
    this.token = token;
  }

  send(...names: string[]): void {
    for (const name of names) this.session.send(payload(name));
    this.clock.endTurn();
  }

  reads(kind: SinkKind, wait = seconds(25), ordinal = 0): FakeSink {
    const sink = new FakeSink(kind);
    this.session.attach(sink, { ordinal, wait });
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
    it('numbers frames, and sends again what was not acknowledged, on whatever is read from', () => {
      const world = new World();
      world.send('a', 'b');
      expect(world.reads('sse').frames).to.deep.equal(['1 a', '2 b']);
      world.send('c');
      world.session.acknowledge(1);
      expect(world.reads('http-stream').frames).to.deep.equal(['2 b', '3 c']);
      world.session.acknowledge(3);
      expect(world.reads('poll', 0).frames).to.deep.equal([]);
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

    it('an attempt that a later one has overtaken is refused', () => {
      const world = new World();
      world.reads('sse', 0, 2);
      expect([1, 2, 3, 0].map((ordinal) => world.session.mayAttach(ordinal))).to.deep.equal([false, false, true, true]);
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

    it('a client that is silent for a minute is gone; what it did not acknowledge is given back', () => {
      const world = new World();
      world.send('a', 'b');
      world.session.acknowledge(1);
      world.clock.advance(seconds(60));
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['b'] }]);
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

    it('too much without acknowledgement ends it', () => {
      const world = new World({ unacknowledged: { stanzas: 2, bytes: 1000 } });
      const sink = world.reads('sse');
      world.send('a', 'b', 'c');
      expect(world.ends[0]?.undelivered).to.deep.equal(['a', 'b', 'c']);
      expect(sink.frames.join()).to.contain('resource-constraint');
    });
  });

  describe('from the client', () => {
    it('takes frames once, however often they come', () => {
      const world = new World();
      expect(world.session.receive(1, [OPEN, message('2')])).to.equal('taken');
      expect(world.session.receive(1, [OPEN, message('2'), message('3')])).to.equal('taken');
      expect(world.session.receive(2, [message('2')])).to.equal('taken');
      expect(world.taken).to.deep.equal(['open', '2', '3']);
      expect(world.session.handled).to.equal(3);
    });

    it('takes nothing before what is missing', () => {
      const world = new World();
      expect(world.session.receive(2, [message('2')])).to.equal('gap');
      expect(world.taken).to.deep.equal([]);
    });

    it('<close/> ends it in peace; what follows is not taken', () => {
      const world = new World();
      const sink = world.reads('sse');
      const frames = [`<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>`, message('2')];
      expect(world.session.receive(1, frames)).to.equal('over');
      world.clock.endTurn();
      expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: [] }]);
      expect([sink.frames, sink.isEnded]).to.deep.equal([
        ['1 <close xmlns="urn:ietf:params:xml:ns:xmpp-framing" />'],
        true,
      ]);
      world.session.acknowledge(1);
      expect(world.session.isTold).to.equal(true);
    });
  });

  describe('is found', () => {
    it('by its client only: token, page and security are those of its opening', () => {
      const { sessions, session, token } = new World();
      const { sid } = session;
      expect(sessions.find(sid, token, ORIGIN)).to.equal(session);
      expect(sessions.find(sid, token, { ...ORIGIN, address: '198.51.100.1' })).to.equal(session);
      expect(sessions.find(sid, token, { ...ORIGIN, page: undefined })).to.equal(session);
      expect(sessions.find(sid, `${token}a`, ORIGIN)).to.equal(undefined);
      expect(sessions.find(sid, '', ORIGIN)).to.equal(undefined);
      expect(sessions.find('nonsense', token, ORIGIN)).to.equal(undefined);
      expect(sessions.find(sid, token, { ...ORIGIN, secure: false })).to.equal(undefined);
      expect(sessions.find(sid, token, { ...ORIGIN, page: 'https://evil.example' })).to.equal(undefined);
    });

    it('until the server stops', () => {
      const { sessions, session } = new World();
      sessions.shutdown();
      expect([session.isOver, sessions.refusal('192.0.2.1')]).to.deep.equal([true, 'stopping']);
    });
  });
});
