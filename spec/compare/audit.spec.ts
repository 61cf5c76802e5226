import { expect } from 'chai';
import { Auditor, faultsOf } from '../../lib/compare/audit.ts';

function sent(auditor: Auditor, channel: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `<message><body>${auditor.next(channel, index)}</body></message>`);
}

describe('the delivery audit', () => {
  it('is content when everything comes once, in order', () => {
    const auditor = new Auditor();
    const messages = [...sent(auditor, 0, 3), ...sent(auditor, 1, 2)];
    const read = auditor.read(messages.join(''));
    expect(read.map(({ channel, sentAt }) => [channel, sentAt])).to.deep.equal([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
    ]);
    expect(auditor.result).to.deep.equal({ sent: 5, received: 5, lost: 0, repeated: 0, reordered: 0 });
    expect(faultsOf(auditor.result)).to.deep.equal([]);
  });

  it('sees what is lost, repeated and out of order', () => {
    const auditor = new Auditor();
    const [one = '', two = '', three = '', , five = ''] = sent(auditor, 0, 5);
    for (const text of [one, three, two, two, five]) auditor.read(text);
    expect(auditor.result).to.deep.equal({ sent: 5, received: 4, lost: 1, repeated: 1, reordered: 1 });
    expect(faultsOf(auditor.result)).to.deep.equal([
      '1 messages lost',
      '1 messages repeated',
      '1 messages out of order',
    ]);
  });

  it('a message counts once, however often it comes', () => {
    const auditor = new Auditor();
    const [one = ''] = sent(auditor, 0, 1);
    expect(auditor.read(one + one).map(({ isFirst }) => isFirst)).to.deep.equal([true, false]);
  });
});
