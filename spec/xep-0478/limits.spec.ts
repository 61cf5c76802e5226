import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { NS_STREAM_LIMITS } from '../../lib/xmpp/ns.ts';
import { World } from '../core/world.ts';
import '../support/chai-xml.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { StreamClient } from '../support/stream-client.ts';

const LIMITS = { maxBytes: 262_144, maxBytesUnauthenticated: 10_000, idle: 1_800_000 };

describe('XEP-0478 stream limits', () => {
  it('§3.1 Example 1: before authentication, and others after it', async () => {
    const client = new StreamClient(new World().start(), { info: { limits: LIMITS } }).opens();
    expect((await client.next()).child('limits', NS_STREAM_LIMITS)).equalXml(
      `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>10000</max-bytes><idle-seconds>1800</idle-seconds></limits>`,
    );
    const anonymous = new World({ anonymous: true }).start();
    const guest = new StreamClient(anonymous, { info: { limits: LIMITS } }).opens();
    await guest.next();
    await guest.authenticates('ANONYMOUS').next();
    expect((await guest.next()).child('limits', NS_STREAM_LIMITS)?.children[0]).equalXml(
      `<max-bytes xmlns='urn:xmpp:stream-limits:0'>262144</max-bytes>`,
    );
  });

  it('§3.1 a carrier without limits announces none', async () => {
    const client = new StreamClient(new World().start()).opens();
    expect((await client.next()).child('limits', NS_STREAM_LIMITS)).to.equal(undefined);
  });

  describe('over BOSH', () => {
    let server: HoldfastServer;

    before(async () => {
      server = await startServer([], { bosh: { max_body_unauthenticated: '2 KiB' } });
    });

    after(() => server.close({ drain: 0 }));

    it('an element of that size is taken, with the wrapper around it', async () => {
      const session = new RawSession(server.boshUrl);
      const created = await session.open();
      const features = created.getChildElements().find(({ name }) => name === 'stream:features');
      const bytes = Number(
        features
          ?.child('limits', NS_STREAM_LIMITS)
          ?.children[0]?.toString()
          .replace(/<[^>]*>/g, ''),
      );
      expect(bytes).to.equal(2048 - 512);
      const empty = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'></auth>";
      const answer = await session.post(empty.replace('><', `>${'A'.repeat(bytes - empty.length)}<`));
      expect(answer.getChildElements()[0]?.name).to.equal('failure');
      session.close();
    });
  });
});
