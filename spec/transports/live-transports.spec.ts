import { expect } from 'chai';
import { LiveTransports, type LiveTransport } from '../../lib/transports/live-transports.ts';
import type { StreamError } from '../../lib/xmpp/stream-error.ts';
import { FakeLog } from '../core/world.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

class Carrier implements LiveTransport {
  readonly info = { name: 'sse', address: '192.0.2.1', secure: true, loopback: false } as const;
  readonly deadline = undefined;
  readonly said: string[] = [];
  onSettle: () => void = () => undefined;
  onClose: () => void = () => undefined;

  settle(): void {
    this.said.push('settled');
    this.onSettle();
  }

  close(error?: StreamError): void {
    this.said.push(`closed: ${error?.condition}`);
    this.onClose();
  }
}

describe('a fault of the server in one carrier', () => {
  const fault = (): void => {
    throw new Error('a bug');
  };
  let clock: VirtualClock;
  let log: FakeLog;
  let live: LiveTransports<Carrier>;
  let broken: Carrier;
  let other: Carrier;

  beforeEach(() => {
    clock = new VirtualClock();
    log = new FakeLog();
    live = new LiveTransports({ clock, log });
    [broken, other] = [new Carrier(), new Carrier()];
    broken.onSettle = fault;
    live.add(broken);
    live.add(other);
  });

  it('ends that one, and is logged; the others go on', () => {
    clock.endTurn();
    expect(broken.said).to.deep.equal(['settled', 'closed: internal-server-error']);
    expect(other.said).to.deep.equal(['settled']);
    expect(log.of('transport.failed').map(({ transport }) => transport)).to.deep.equal(['sse']);
  });

  it('forgets it when it cannot say goodbye', () => {
    broken.onClose = fault;
    clock.endTurn();
    expect([...live]).to.deep.equal([other]);
  });

  it('forgets it when the fault comes again', () => {
    broken.onClose = () => live.changed(broken);
    clock.endTurn();
    expect(broken.said).to.have.length(3);
    expect([...live]).to.deep.equal([other]);
  });
});
