import { expect } from 'chai';
import { BoshClient } from '../../scripts/bench/load/bosh-client.ts';
import { Channel } from '../../scripts/bench/load/channel.ts';
import { DeliveryLog } from '../../scripts/bench/load/delivery-log.ts';
import { drained } from '../../scripts/bench/load/traffic.ts';

/** A client that is connected to nothing, and keeps what it is to send. */
class SilentClient extends BoshClient {
  readonly sent: string[] = [];

  constructor() {
    super({ url: new URL('http://127.0.0.1:1/'), domain: 'anon.localhost', auth: '', failed: () => {} });
  }

  override send(stanzas: readonly string[]): void {
    this.sent.push(...stanzas);
  }
}

describe('the delivery audit of the bench', () => {
  let sender: SilentClient;
  let log: DeliveryLog;
  let channel: Channel;

  beforeEach(() => {
    sender = new SilentClient();
    log = new DeliveryLog();
    channel = new Channel(sender, new SilentClient(), log);
  });

  it('is content when each message comes once, in order', () => {
    channel.send(2);
    channel.send();
    expect(channel.receive(sender.sent.join('')), 'messages').to.equal(3);
    expect(log.delivered).to.equal(3);
    expect(channel.pending).to.equal(0);
    expect(log.faults).to.deep.equal([]);
  });

  it('notices a message that comes twice', () => {
    channel.send();
    channel.receive(sender.sent.join(''));
    channel.receive(sender.sent.join(''));
    expect(log.faults).to.deep.equal(['message 0 came where 1 was due']);
  });

  it('notices messages in the wrong order', () => {
    channel.send(2);
    channel.receive(sender.sent.toReversed().join(''));
    expect(log.faults).to.deep.equal(['message 1 came where 0 was due', 'message 0 came where 2 was due']);
  });

  it('notices a message that does not come', async () => {
    channel.send(2);
    channel.receive(sender.sent[0] ?? '');
    await drained([channel], log, 0);
    expect(log.faults).to.deep.equal(['1 messages did not come']);
  });
});
