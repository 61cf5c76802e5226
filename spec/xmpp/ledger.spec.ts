import { expect } from 'chai';
import { Ledger } from '../../lib/xmpp/ledger.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';
import { read } from '../support/read-xml.ts';

const LAST = 2 ** 32 - 1;

function payload(xml: string, arrived?: () => void): Payload {
  return { xml, element: read('<message/>'), arrived };
}

function ledger(start: number, ...sent: string[]): Ledger {
  const made = new Ledger(start);
  for (const xml of sent) made.send(payload(xml));
  return made;
}

function kept({ unacknowledged }: Ledger): string[] {
  return unacknowledged.map(({ xml }) => xml);
}

describe('Ledger', () => {
  it('§4 counts from zero, in both directions', () => {
    const made = ledger(0, 'a', 'b');
    made.receive();
    expect([made.sent, made.handled, kept(made)]).to.deep.equal([2, 1, ['a', 'b']]);
  });

  it('§4 forgets what is acknowledged, and tells that it has arrived, once', () => {
    const arrived: string[] = [];
    const made = new Ledger();
    for (const name of ['a', 'b', 'c']) made.send(payload(name, () => arrived.push(name)));
    expect(made.acknowledge(2)).to.equal('ok');
    expect(made.acknowledge(2)).to.equal('ok');
    expect([kept(made), arrived]).to.deep.equal([['c'], ['a', 'b']]);
  });

  it('§6 nothing can be acknowledged that was not sent', () => {
    const made = ledger(0, 'a');
    expect(made.acknowledge(2)).to.equal('too-high');
    expect(kept(made)).to.deep.equal(['a']);
  });

  it('an acknowledgement never goes back', () => {
    const made = ledger(0, 'a', 'b');
    made.acknowledge(2);
    expect(made.acknowledge(1)).to.equal('too-low');
    expect(kept(made)).to.deep.equal([]);
  });

  for (let start = LAST - 3; start <= LAST; start += 1) {
    it(`§4 wraps at 2^32, from ${start}`, () => {
      const made = ledger(start, 'a', 'b', 'c', 'd', 'e');
      for (let count = 0; count < 5; count += 1) made.receive();
      expect([made.sent, made.handled]).to.deep.equal([(start + 5) % 2 ** 32, (start + 5) % 2 ** 32]);
      expect(made.check((start + 6) % 2 ** 32)).to.equal('too-high');
      expect(made.acknowledge((start + 4) % 2 ** 32)).to.equal('ok');
      expect(kept(made)).to.deep.equal(['e']);
      expect(made.check(start)).to.equal('too-low');
    });
  }

  it('knows when it keeps too much', () => {
    const made = ledger(0, 'four', 'four');
    expect(made.exceeds({ stanzas: 2, bytes: 8 })).to.equal(false);
    expect(made.exceeds({ stanzas: 1, bytes: 8 })).to.equal(true);
    expect(made.exceeds({ stanzas: 2, bytes: 7 })).to.equal(true);
    made.acknowledge(1);
    expect(made.exceeds({ stanzas: 1, bytes: 4 })).to.equal(false);
  });
});
