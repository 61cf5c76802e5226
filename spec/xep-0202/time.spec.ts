import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import time from '../../lib/modules/time/index.ts';
import { World } from '../core/world.ts';

describe('XEP-0202 entity time', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    world.host.use(time);
    world.start();
  });

  it('§2 tells the date of the clock, in UTC', () => {
    const client = world.client('romeo@capulet.example/orchard');
    world.clock.advance(seconds(61));
    client.sends("<iq to='capulet.example' type='get' id='1'><time xmlns='urn:xmpp:time'/></iq>");
    const answer = client.one().child('time', 'urn:xmpp:time');
    expect(answer?.getChildElements().map((child) => [child.name, child.text])).to.deep.equal([
      ['tzo', '+00:00'],
      ['utc', '2026-01-01T00:01:01.000Z'],
    ]);
  });

  it('§4 is announced', () => {
    expect(world.host.discovery.server.features).to.deep.equal(['urn:xmpp:time']);
  });
});
