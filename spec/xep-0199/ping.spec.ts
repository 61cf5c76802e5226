import { expect } from 'chai';
import ping from '../../lib/modules/ping/index.ts';
import { World, type FakeClient } from '../core/world.ts';

const ROMEO = 'romeo@capulet.example/orchard';

describe('XEP-0199 ping', () => {
  let world: World;
  let romeo: FakeClient;

  beforeEach(() => {
    world = new World();
    world.host.use(ping);
    romeo = world.start().client(ROMEO);
  });

  const pinged = (to: string): string[] => {
    romeo.sends(`<iq type='get' id='p' ${to === '' ? '' : `to='${to}'`}><ping xmlns='urn:xmpp:ping'/></iq>`);
    return romeo.got();
  };

  it('§4.2 a client pings its server', () => {
    expect(pinged('capulet.example')).to.deep.equal([`iq result #p capulet.example→${ROMEO}`]);
  });

  it('§4.2 a client pings its own account, with or without an address', () => {
    expect(pinged('romeo@capulet.example')).to.deep.equal([`iq result #p romeo@capulet.example→${ROMEO}`]);
    expect(pinged('')).to.deep.equal([`iq result #p →${ROMEO}`]);
  });

  it('§4.4 somebody else’s account does not answer, whether it exists or not', async () => {
    await world.account('juliet');
    const refused = (from: string): string[] => [`iq error #p ${from}→${ROMEO} ping cancel/service-unavailable`];
    expect(pinged('juliet@capulet.example')).to.deep.equal(refused('juliet@capulet.example'));
    expect(pinged('nobody@capulet.example')).to.deep.equal(refused('nobody@capulet.example'));
  });

  it('§5 is announced', () => {
    expect(world.host.discovery.server.features).to.deep.equal(['urn:xmpp:ping']);
    expect(world.host.discovery.account.features).to.deep.equal(['urn:xmpp:ping']);
  });
});
