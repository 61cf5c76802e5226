import { expect } from 'chai';
import { silent } from '../../lib/base/log.ts';
import { seconds } from '../../lib/base/time.ts';
import { STREAM_END, writeStreamStart } from '../../lib/transports/stream-text.ts';
import { TcpEndpoint } from '../../lib/transports/tcp-endpoint.ts';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from '../../lib/transports/tcp-policy.ts';
import type { TcpTransport } from '../../lib/transports/tcp-transport.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_CLIENT } from '../../lib/xmpp/ns.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Closing, Payload } from '../../lib/xmpp/transport.ts';
import { FakeByteSocket } from '../support/fake-byte-socket.ts';
import { read } from '../support/read-xml.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PING = seconds(120);
const START = writeStreamStart({ to: 'example.com', version: '1.0' }, NS_CLIENT);

interface End {
  readonly how: Closing;
  readonly undelivered: readonly string[];
}

/** One connection with a stream that answers a header with a header, and STARTTLS with TLS. */
class World {
  readonly clock = new VirtualClock();
  readonly socket = new FakeByteSocket();
  readonly elements: Element[] = [];
  readonly ends: End[] = [];
  readonly why: string[] = [];
  readonly endpoint: TcpEndpoint;
  readonly transport: TcpTransport;
  isAuthenticated = true;
  probes = 0;

  constructor(limits: Partial<TcpLimits> = {}, loopback = false) {
    const isAuthenticated = (): boolean => this.isAuthenticated;
    this.endpoint = new TcpEndpoint({
      clock: this.clock,
      log: silent,
      policy: {
        content: NS_CLIENT,
        maxStanza: 10_000,
        maxStanzaUnauthenticated: 1000,
        ping: PING,
        requireTls: true,
        limits: { ...DEFAULT_TCP_LIMITS, ...limits },
      },
      refuse: () => undefined,
      observer: { opened() {}, ended: (why) => void this.why.push(why) },
      openStream: (transport) => ({
        get isAuthenticated() {
          return isAuthenticated();
        },
        open: () => transport.open({ id: 'x' }),
        receive: (element) => {
          this.elements.push(element);
          if (element.name === 'starttls') transport.startTls?.begin();
        },
        fail: (error) => transport.close(error),
        probe: () => void (this.probes += 1),
        closed: (how, undelivered) => void this.ends.push({ how, undelivered: undelivered.map(({ xml }) => xml) }),
      }),
    });
    this.transport = this.endpoint.accept(this.socket, { address: '192.0.2.1', secure: false, loopback });
  }

  open(): this {
    this.says(START);
    this.clock.endTurn();
    return this;
  }

  says(text: string): void {
    this.transport.data(Buffer.from(text));
  }

  send(...names: string[]): void {
    for (const name of names) this.transport.send(payload(name));
  }

  /** What was written, without the header. */
  get sent(): string[] {
    return this.socket.texts.slice(1);
  }
}

function payload(name: string, kind = 'message', arrived?: () => void): Payload {
  return { xml: name, element: read(`<${kind} xmlns='jabber:client' id='${name}'/>`), arrived };
}

describe('TcpTransport', () => {
  it('sends what belongs together in one write, at the end of the turn', () => {
    const world = new World().open();
    expect(world.socket.texts[0]).to.match(/^<\?xml version='1\.0'\?><stream:stream .*id="x"[^/]*>$/);
    world.send('a', 'b');
    expect(world.sent).to.deep.equal([]);
    world.clock.endTurn();
    expect(world.sent).to.deep.equal(['ab']);
  });

  it('allows less before login than after it', () => {
    const world = new World().open();
    world.isAuthenticated = false;
    world.says(`<a b="${'x'.repeat(2000)}"/>`);
    expect(world.sent.join('')).to.contain('<policy-violation');
    const other = new World().open();
    other.says(`<a b="${'x'.repeat(2000)}"/>`);
    expect(other.elements).to.have.length(1);
  });

  describe('RFC 6120 §5: TLS', () => {
    it('is required of clients from elsewhere, and not of those on this machine', () => {
      expect(new World().transport.startTls?.isRequired).to.equal(true);
      expect(new World({}, true).transport.startTls?.isRequired).to.equal(false);
    });

    it('begins at once, ends this stream, and nothing said in the clear after it counts', () => {
      const world = new World().open();
      world.send('proceed');
      world.says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><presence/></stream:stream>");
      expect(world.sent).to.deep.equal(['proceed']);
      expect(world.socket.calls.at(-1)).to.equal('startTls');
      expect(world.elements.map(({ name }) => name)).to.deep.equal(['starttls']);
      expect(world.why).to.deep.equal(['start-tls']);
      expect(world.endpoint.size).to.equal(0);
      world.says('<presence/>');
      expect(world.elements).to.have.length(1);
    });
  });

  describe('the end', () => {
    it('of a client that says goodbye: answers leave, messages go another way', () => {
      const world = new World().open();
      world.send('message');
      world.transport.send(payload('iq', 'iq'));
      world.says(STREAM_END);
      expect(world.sent).to.deep.equal([`iq${STREAM_END}`]);
      expect(world.socket.calls.at(-1)).to.equal('end');
      expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: ['message'] }]);
    });

    it('with an error: it is the last that is sent, and the connection closes (§4.9.1.1)', () => {
      const world = new World().open();
      world.send('a');
      world.transport.close(new StreamError('conflict'));
      world.transport.send(payload('b'));
      world.clock.endTurn();
      expect(world.sent.join('')).to.match(/^a<stream:error .*<conflict .*<\/stream:error><\/stream:stream>$/);
      expect(world.socket.calls.at(-1)).to.equal('end');
      expect(world.why).to.deep.equal(['server-closed']);
    });

    it('without one: the client has 5 s for its own goodbye (§4.4)', () => {
      const world = new World().open();
      world.transport.close();
      expect(world.socket.calls).not.to.contain('end');
      world.says(STREAM_END);
      expect(world.socket.calls.at(-1)).to.equal('end');
      world.clock.advance(seconds(5));
      expect(world.socket.calls.at(-1)).to.equal('destroy');
      expect(world.endpoint.size).to.equal(0);
    });

    it('of a connection that breaks: what the system has not taken was not delivered', () => {
      const world = new World().open();
      world.transport.written();
      let arrived = 0;
      world.transport.send(payload('a', 'message', () => (arrived += 1)));
      world.clock.endTurn();
      world.transport.written();
      world.send('b');
      world.clock.endTurn();
      world.send('c');
      world.transport.lost();
      expect(arrived).to.equal(1);
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['b', 'c'] }]);
      expect(world.endpoint.size).to.equal(0);
    });

    it('of a client that stops sending without a goodbye', () => {
      const world = new World().open();
      world.transport.finished();
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: [] }]);
      world.transport.lost();
      expect(world.endpoint.size).to.equal(0);
    });

    it('§4.9.3.19 of the server: clients are sent to another one, and no more are taken', () => {
      const world = new World().open();
      world.endpoint.shutdown('other.example:5222');
      expect(world.sent.join('')).to.contain(
        '<see-other-host xmlns="urn:ietf:params:xml:ns:xmpp-streams">other.example:5222</see-other-host>',
      );
      expect(world.endpoint.refusal('192.0.2.2')).to.equal('stopping');
    });
  });

  describe('a slow client', () => {
    it('is not read from while something waits for it, and read again when it has read', () => {
      const world = new World({ socketBytes: 3 }).open();
      world.socket.isFull = true;
      world.send('aaaa', 'bbbb');
      world.clock.endTurn();
      expect(world.sent).to.deep.equal(['aaaa']);
      expect(world.socket.calls).to.deep.equal(['pause']);
      world.socket.buffered = 0;
      world.transport.written();
      world.clock.endTurn();
      expect(world.sent).to.deep.equal(['aaaa', 'bbbb']);
      expect(world.socket.calls).to.deep.equal(['pause', 'resume']);
    });

    it('is cut off when it reads nothing for 15 s', () => {
      const world = new World({ socketBytes: 3 }).open();
      world.socket.isFull = true;
      world.send('aaaa', 'bbbb');
      world.clock.endTurn();
      world.clock.advance(seconds(14));
      expect(world.ends).to.deep.equal([]);
      world.clock.advance(seconds(1));
      expect(world.why).to.deep.equal(['stalled']);
      expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['aaaa', 'bbbb'] }]);
      expect(world.socket.calls.at(-1)).to.equal('destroy');
    });

    it('is sent away when too much waits for it', () => {
      const world = new World({ socketBytes: 3, queuedStanzas: 2 }).open();
      world.socket.isFull = true;
      world.send('aaaa', 'b', 'c', 'd');
      world.clock.endTurn();
      expect(world.why).to.deep.equal(['queue-full']);
      expect(world.sent.join('')).to.contain('<resource-constraint');
    });
  });

  describe('a silent client', () => {
    it('is asked twice, and then counts as gone', () => {
      const world = new World().open();
      world.clock.advance(PING);
      expect(world.probes).to.equal(1);
      world.clock.advance(PING);
      expect(world.probes).to.equal(2);
      world.clock.advance(PING);
      expect(world.why).to.deep.equal(['no-answer']);
      expect(world.socket.calls.at(-1)).to.equal('destroy');
    });

    it('§4.6.1 is not silent when it sends white space', () => {
      const world = new World().open();
      for (let round = 0; round < 10; round += 1) {
        world.clock.advance(PING - 1);
        world.says(' ');
      }
      expect([world.probes, world.why]).to.deep.equal([0, []]);
    });
  });
});
