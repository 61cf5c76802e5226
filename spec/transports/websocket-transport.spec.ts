import { expect } from 'chai';
import { silent } from '../../lib/base/log.ts';
import { seconds } from '../../lib/base/time.ts';
import { WebSocketEndpoint } from '../../lib/transports/websocket-endpoint.ts';
import { DEFAULT_WEBSOCKET_LIMITS, type WebSocketLimits } from '../../lib/transports/websocket-policy.ts';
import type { WebSocketTransport } from '../../lib/transports/websocket-transport.ts';
import type { Element } from '../../lib/xml/index.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Closing, Payload } from '../../lib/xmpp/transport.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import { CLOSE, OPEN, SERVER_CLOSE } from '../support/frame-client.ts';
import { read } from '../support/read-xml.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PING = seconds(30);

interface End {
  readonly how: Closing;
  readonly undelivered: readonly string[];
}

/** One connection with a stream that answers a header with a header, and nothing else. */
class World {
  readonly clock = new VirtualClock();
  readonly socket = new FakeSocket();
  readonly elements: Element[] = [];
  readonly ends: End[] = [];
  readonly why: string[] = [];
  readonly endpoint: WebSocketEndpoint;
  readonly transport: WebSocketTransport;

  constructor(limits: Partial<WebSocketLimits> = {}) {
    this.endpoint = new WebSocketEndpoint({
      clock: this.clock,
      log: silent,
      policy: {
        maxMessage: 10_000,
        maxMessageUnauthenticated: 1000,
        ping: PING,
        strict: false,
        limits: { ...DEFAULT_WEBSOCKET_LIMITS, ...limits },
      },
      refuse: () => undefined,
      observer: { opened() {}, ended: (why) => void this.why.push(why), ignored() {} },
      openStream: (transport) => ({
        isAuthenticated: true,
        open: () => transport.open({ id: 'x' }),
        receive: (element) => void this.elements.push(element),
        fail: (error) => transport.close(error),
        closed: (how, undelivered) => void this.ends.push({ how, undelivered: undelivered.map(({ xml }) => xml) }),
      }),
    });
    this.transport = this.endpoint.accept(this.socket, { address: '192.0.2.1', secure: true, loopback: false });
  }

  open(): this {
    this.transport.message(OPEN);
    this.clock.endTurn();
    return this;
  }

  send(...names: string[]): void {
    for (const name of names) this.transport.send(payload(name));
  }

  /** What was written, without the header. */
  get sent(): string[] {
    return this.socket.messages.slice(1);
  }
}

function payload(name: string, arrived?: () => void): Payload {
  const element = read(`<message xmlns='jabber:client' id='${name}'/>`);
  return { xml: name, element, arrived };
}

describe('WebSocketTransport', () => {
  it('sends what belongs together at the end of the turn', () => {
    const world = new World().open();
    world.send('a', 'b');
    expect(world.sent).to.deep.equal([]);
    world.clock.endTurn();
    expect(world.sent).to.deep.equal(['a', 'b']);
  });

  it('sends nothing before the stream is open, nor after its end', () => {
    const world = new World();
    world.send('a');
    world.open();
    world.transport.close();
    world.send('b');
    world.clock.endTurn();
    expect(world.sent).to.deep.equal([SERVER_CLOSE]);
  });

  describe('knows what has arrived', () => {
    it('a pong proves it', () => {
      const world = new World().open();
      let arrived = 0;
      world.transport.send(payload('a', () => (arrived += 1)));
      world.clock.advance(seconds(1));
      expect(world.socket.pings).to.have.length(1);
      world.send('b');
      world.clock.endTurn();
      world.transport.pong(world.socket.pings[0] ?? '');
      world.transport.pong(world.socket.pings[0] ?? '');
      expect(arrived).to.equal(1);
      world.transport.lost();
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['b'] }]);
    });

    it('many at once are asked for at once', () => {
      const world = new World({ unproven: 3 }).open();
      world.send('a', 'b', 'c');
      world.clock.endTurn();
      expect(world.socket.pings).to.deep.equal(['3']);
    });

    it('a pong that nobody asked for proves nothing', () => {
      const world = new World().open();
      world.send('a');
      world.clock.endTurn();
      for (const data of ['', '1', '99', 'x']) world.transport.pong(data);
      world.transport.lost();
      expect(world.ends[0]?.undelivered).to.deep.equal(['a']);
    });

    it('W-3.6-03 without a proof all is in doubt when the connection breaks', () => {
      const world = new World().open();
      world.send('a');
      world.clock.endTurn();
      world.send('b');
      world.transport.lost();
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['a', 'b'] }]);
      expect(world.endpoint.size).to.equal(0);
    });

    it('W-3.6-01 what a client was sent before it leaves in peace has arrived', () => {
      const world = new World().open();
      let arrived = 0;
      world.transport.send(payload('a', () => (arrived += 1)));
      world.clock.endTurn();
      world.transport.message(CLOSE);
      expect(arrived).to.equal(1);
      expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: [] }]);
    });

    it('W-3.6-01 what would leave after that: answers leave, messages go another way', () => {
      const world = new World().open();
      world.send('a');
      world.transport.send({ xml: 'result', element: read(`<iq xmlns='jabber:client' type='result' id='i'/>`) });
      world.transport.message(CLOSE);
      expect(world.sent).to.deep.equal(['result', SERVER_CLOSE]);
      expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: ['a'] }]);
    });
  });

  describe('asks for signs of life', () => {
    it('WD-05 after 30 s of silence, and gives up after two unanswered pings', () => {
      const world = new World().open();
      world.clock.advance(PING - 1);
      expect(world.socket.pings).to.have.length(0);
      world.clock.advance(1 + PING);
      expect(world.socket.pings).to.have.length(2);
      expect(world.ends).to.have.length(0);
      world.clock.advance(PING);
      expect(world.socket.isTerminated).to.equal(true);
      expect([world.ends[0]?.how, world.why]).to.deep.equal(['lost', ['no-pong']]);
    });

    it('anything from the client is one', () => {
      const world = new World().open();
      for (let round = 0; round < 10; round += 1) {
        world.clock.advance(PING);
        if (round % 2 === 0) world.transport.pong(world.socket.pings.at(-1) ?? '');
        else world.transport.message(' ');
      }
      expect(world.socket.isTerminated).to.equal(false);
    });

    it('W-3.8-01 sends no white space in five minutes', () => {
      const world = new World().open();
      for (let round = 0; round < 10; round += 1) {
        world.clock.advance(PING);
        world.transport.pong('');
      }
      expect(world.sent).to.deep.equal([]);
    });
  });

  describe('a client that reads slowly', () => {
    const limits = { socketBytes: 10, queuedStanzas: 20, queuedBytes: 100, stalled: seconds(15) };

    function slow(): World {
      const world = new World(limits).open();
      world.socket.isFull = true;
      world.send('0123456789', '0123456789', 'x');
      world.clock.endTurn();
      return world;
    }

    it('WH-06 gets no more than the socket should have, and is not read from', () => {
      const world = slow();
      expect(world.sent).to.deep.equal(['0123456789']);
      expect(world.socket.isPaused).to.equal(true);
    });

    it('WH-06 gets the rest when it reads on', () => {
      const world = slow();
      world.socket.isFull = false;
      world.socket.buffered = 0;
      world.transport.drained();
      world.clock.endTurn();
      expect(world.sent).to.deep.equal(['0123456789', '0123456789', 'x']);
      expect(world.socket.isPaused).to.equal(false);
    });

    it('WH-06 is given up when it reads nothing for 15 s', () => {
      const world = slow();
      world.clock.advance(seconds(14));
      expect(world.ends).to.have.length(0);
      world.clock.advance(seconds(1));
      expect(world.why).to.deep.equal(['stalled']);
      expect(world.ends[0]?.undelivered).to.have.length(3);
    });

    it('WH-06 is ended when too many stanzas wait', () => {
      const world = slow();
      world.send(...Array.from({ length: 19 }, () => 'y'));
      world.clock.endTurn();
      expect(world.why).to.deep.equal(['queue-full']);
      expect(world.socket.messages.at(-2)).to.contain('resource-constraint');
      expect(world.ends[0]?.undelivered).to.have.length(22);
    });

    it('WH-06 is ended when too many bytes wait', () => {
      const world = slow();
      world.send('z'.repeat(100));
      world.clock.endTurn();
      expect(world.why).to.deep.equal(['queue-full']);
    });
  });

  describe('says goodbye', () => {
    it('W-3.6-02 closes the connection itself when the client does not within 5 s, and cuts it after 5 s more', () => {
      const world = new World().open();
      world.transport.message(CLOSE);
      world.clock.advance(seconds(5) - 1);
      expect(world.socket.codes).to.deep.equal([]);
      world.clock.advance(1);
      expect(world.socket.codes).to.deep.equal([1000]);
      expect(world.socket.isTerminated).to.equal(false);
      world.clock.advance(seconds(5));
      expect(world.socket.isTerminated).to.equal(true);
    });

    it('W-3.6-01 waits for the goodbye of the client before it closes the connection', () => {
      const world = new World().open();
      world.transport.close();
      expect([world.sent, world.socket.codes]).to.deep.equal([[SERVER_CLOSE], []]);
      world.transport.message(CLOSE);
      expect(world.socket.codes).to.deep.equal([1000]);
    });

    it('W-3.4-01 a connection on which no stream was opened ends with 1008', () => {
      const world = new World();
      world.transport.close(new StreamError('connection-timeout'));
      expect([world.socket.messages, world.socket.codes]).to.deep.equal([[], [1008]]);
    });

    for (const [condition, code] of [
      ['conflict', 1000],
      ['system-shutdown', 1001],
      ['internal-server-error', 1011],
    ] as const) {
      it(`${condition} goes with ${code}`, () => {
        const world = new World().open();
        world.transport.close(new StreamError(condition));
        expect(world.socket.codes).to.deep.equal([code]);
        expect(world.sent[0]).to.contain(`<${condition} `);
      });
    }

    it('W-3.6.1-01 a server that stops sends its clients elsewhere', () => {
      const world = new World().open();
      world.endpoint.shutdown('wss://other.example/ws');
      expect(world.sent).to.deep.equal([
        '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" see-other-uri="wss://other.example/ws"/>',
      ]);
      expect(world.endpoint.refusal('192.0.2.1')).to.equal('stopping');
    });

    it('W-3.6.1-01 W-3.6.1-02 but never to where there is less security', () => {
      const world = new World().open();
      world.endpoint.shutdown('ws://other.example/ws');
      expect(world.sent[0]).to.contain('<system-shutdown ');
      expect(world.socket.codes).to.deep.equal([1001]);
    });
  });
});
