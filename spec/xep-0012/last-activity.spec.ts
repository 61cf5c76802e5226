import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import lastActivity from '../../lib/modules/last-activity/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, settled, World, type FakeClient } from '../core/world.ts';

const JULIET = 'juliet@capulet.example';

describe('XEP-0012 last activity', () => {
  let world: World;
  let romeo: FakeClient;

  beforeEach(async () => {
    world = new World().subscribers({ [JULIET]: ['romeo@capulet.example'] });
    world.host.use(lastActivity);
    world.start();
    await world.account('juliet');
    romeo = world.client('romeo@capulet.example/orchard');
  });

  async function ask(to: string, client = romeo): Promise<Element> {
    client.sends(`<iq type='get' id='1' ${to === '' ? '' : `to='${to}'`}><query xmlns='jabber:iq:last'/></iq>`);
    await settled();
    return client.one();
  }

  function told(answer: Element): readonly [seconds: string | undefined, status: string | undefined] {
    const query = answer.child('query', 'jabber:iq:last');
    return [query?.attrs['seconds'], query?.text];
  }

  async function seen(status: string): Promise<void> {
    await world.store.lastSeen.set(JULIET, { at: world.clock.date(), status });
  }

  it('§5 of the server is how long it has been up', async () => {
    world.clock.advance(seconds(123) + 999);
    expect(told(await ask('capulet.example'))).to.deep.equal(['123', '']);
  });

  describe('§3 of an account', () => {
    it('is how long it has been away, and what it said when it went', async () => {
      await seen('Heading home');
      world.clock.advance(seconds(903));
      expect(told(await ask(JULIET))).to.deep.equal(['903', 'Heading home']);
    });

    it('has no text when it said nothing', async () => {
      await seen('');
      expect((await ask(JULIET)).child('query', 'jabber:iq:last')?.children).to.deep.equal([]);
    });

    it('is 0 while a resource is connected', async () => {
      await seen('Heading home');
      world.clock.advance(seconds(60));
      world.client(`${JULIET}/balcony`);
      expect(told(await ask(JULIET))).to.deep.equal(['0', '']);
    });

    it('is not found when it was never seen', async () => {
      expect(errorOf(await ask(JULIET))).to.equal('cancel/item-not-found');
    });

    it('is 0 to itself', async () => {
      expect(told(await ask(''))).to.deep.equal(['0', '']);
    });

    it('§8 is forbidden to strangers, whether the account exists or not, is there or not', async () => {
      await seen('');
      const tybalt = world.client('tybalt@capulet.example/street');
      for (const to of [JULIET, 'nobody@capulet.example', 'romeo@capulet.example']) {
        expect(errorOf(await ask(to, tybalt)), to).to.equal('auth/forbidden');
      }
    });

    it('does not go back before now when the clock was set back', async () => {
      await world.store.lastSeen.set(JULIET, { at: world.clock.date() + seconds(60), status: '' });
      expect(told(await ask(JULIET))[0]).to.equal('0');
    });
  });

  describe('§4 of a resource', () => {
    let balcony: FakeClient;

    beforeEach(() => {
      balcony = world.client(`${JULIET}/balcony`).isAvailable();
    });

    it('is for the resource to tell', async () => {
      romeo.sends(`<iq type='get' id='1' to='${JULIET}/balcony'><query xmlns='jabber:iq:last'/></iq>`);
      expect(balcony.got()).to.have.length(1);
    });

    it('is forbidden to strangers, whether there is such a resource or not', async () => {
      const tybalt = world.client('tybalt@capulet.example/street');
      expect(errorOf(await ask(`${JULIET}/balcony`, tybalt))).to.equal('auth/forbidden');
      expect(errorOf(await ask(`${JULIET}/nowhere`, tybalt))).to.equal('auth/forbidden');
      expect(balcony.got()).to.deep.equal([]);
    });

    it('may be asked by those who got directed presence', () => {
      const tybalt = world.client('tybalt@capulet.example/street');
      balcony.session.directed.add(tybalt.jid);
      tybalt.sends(`<iq type='get' id='1' to='${JULIET}/balcony'><query xmlns='jabber:iq:last'/></iq>`);
      expect(balcony.got()).to.have.length(1);
    });

    it('stays out of the way of everything else', () => {
      const tybalt = world.client('tybalt@capulet.example/street');
      tybalt.sends(`<message to='${JULIET}/balcony'><query xmlns='jabber:iq:last'/></message>`);
      tybalt.sends(`<iq type='result' id='1' to='${JULIET}/balcony'><query xmlns='jabber:iq:last'/></iq>`);
      expect(balcony.got()).to.have.length(2);
    });
  });

  it('§6 is announced', () => {
    expect(world.host.discovery.server.features).to.deep.equal(['jabber:iq:last']);
    expect(world.host.discovery.account.features).to.deep.equal(['jabber:iq:last']);
  });
});
