import { expect } from 'chai';
import type { Component } from '../../lib/core/component.ts';
import type { HostContext } from '../../lib/core/module.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { brief, element, settled, World } from './world.ts';

const ROOMS = 'rooms.capulet.example';

describe('component', () => {
  let world: World;
  let context: HostContext;
  let received: string[];

  function serve(receive: Component['receive'] = () => undefined): World {
    received = [];
    world = new World().with((host) => {
      context = host;
      host.serve({
        item: { jid: ROOMS, name: 'Rooms' },
        receive: (stanza) => {
          received.push(brief(stanza.element));
          return receive(stanza);
        },
      });
    });
    return world.start();
  }

  it('gets everything for its domain, with the true sender', () => {
    const romeo = serve().client('romeo@capulet.example/orchard');
    romeo.sends(`<message to='${ROOMS}'/>`);
    romeo.sends(`<presence to='hall@${ROOMS}/nick'/>`);
    romeo.sends(`<iq type='get' id='1' to='hall@${ROOMS}'><ping/></iq>`);
    expect(received).to.deep.equal([
      `message romeo@capulet.example/orchard→${ROOMS}`,
      `presence romeo@capulet.example/orchard→hall@${ROOMS}/nick`,
      `iq get #1 romeo@capulet.example/orchard→hall@${ROOMS} ping`,
    ]);
  });

  it('is reached from other hosts, and reaches their sessions', async () => {
    serve((stanza) => context.send(new Stanza(element('<message/>'), stanza.to, stanza.from)));
    const other = world.addHost({ domain: 'guests.example' });
    other.start();
    const guest = world.client('guest@guests.example/tab');
    guest.sends(`<message to='${ROOMS}'/>`);
    await settled();
    expect(guest.got()).to.deep.equal([`message ${ROOMS}→guest@guests.example/tab`]);
  });

  it('refuses by throwing, at once or later', async () => {
    for (const receive of [
      () => {
        throw new StanzaError('forbidden');
      },
      () => Promise.reject(new StanzaError('forbidden')),
    ]) {
      const romeo = serve(receive).client('romeo@capulet.example/orchard');
      romeo.sends(`<iq type='get' id='1' to='${ROOMS}'><ping/></iq>`);
      romeo.sends(`<message type='error' to='${ROOMS}'/>`);
      await settled();
      expect(romeo.got()).to.deep.equal([`iq error #1 ${ROOMS}→romeo@capulet.example/orchard ping auth/forbidden`]);
    }
  });

  it('hides its bugs from others, and not from the log', () => {
    const romeo = serve(() => {
      throw new Error('oops');
    }).client('romeo@capulet.example/orchard');
    romeo.sends(`<message to='${ROOMS}'/>`);
    expect(romeo.got()[0]).to.contain('cancel/internal-server-error');
    expect(world.log.of('core.failed')).to.have.length(1);
  });

  it('is listed as an item of its host, and goes with its module', async () => {
    serve();
    expect(world.host.discovery.items).to.deep.equal([{ jid: ROOMS, name: 'Rooms' }]);
    await world.host.stop();
    expect(world.host.discovery.items).to.deep.equal([]);
    expect(world.hosts.findDomain(ROOMS)).to.equal(undefined);
  });

  it('cannot have a domain that is served already', () => {
    serve();
    expect(() => world.host.serve({ item: { jid: ROOMS }, receive: () => undefined })).to.throw('served twice');
    expect(() => world.addHost({ domain: ROOMS })).to.throw('served twice');
    expect(world.hosts.find(ROOMS)).to.equal(undefined);
  });
});
