import { expect } from 'chai';
import disco from '../../lib/modules/disco/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, settled, World, type FakeClient } from '../core/world.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const JULIET = 'juliet@capulet.example';

describe('XEP-0030 service discovery', () => {
  let world: World;
  let romeo: FakeClient;
  let juliet: FakeClient;

  beforeEach(async () => {
    world = new World().subscribers({ [JULIET]: ['romeo@capulet.example'] }).with((host) => {
      host.feature('urn:z');
      host.feature('urn:a');
      host.feature('urn:a');
      host.accountFeature('urn:of-accounts');
      host.item({ jid: 'rooms.capulet.example', name: 'Rooms' });
      host.node((node) => (node === 'a-node' ? { identities: [], features: ['urn:node'], forms: [] } : undefined));
    });
    world.host.use(disco);
    world.start();
    await world.account('juliet');
    romeo = world.client('romeo@capulet.example/orchard');
    juliet = world.client(`${JULIET}/balcony`);
  });

  async function ask(client: FakeClient, namespace: string, to: string, node?: string): Promise<Element> {
    const address = to === '' ? '' : `to='${to}'`;
    client.sends(
      `<iq type='get' id='1' ${address}><query xmlns='${namespace}' ${node === undefined ? '' : `node='${node}'`}/></iq>`,
    );
    await settled();
    return client.one();
  }

  const query = (answer: Element): Element | undefined => answer.getChildElements()[0];
  const named = (answer: Element, name: string): Readonly<Record<string, string>>[] =>
    (query(answer)?.getChildElements() ?? []).filter((child) => child.name === name).map((child) => child.attrs);
  const features = (answer: Element): (string | undefined)[] => named(answer, 'feature').map((attrs) => attrs['var']);

  describe('§3 disco#info of the server', () => {
    it('has the identity server/im and every feature once', async () => {
      const answer = await ask(romeo, INFO, 'capulet.example');
      expect(answer.attrs['type']).to.equal('result');
      expect(query(answer)?.getNS()).to.equal(INFO);
      expect(named(answer, 'identity')).to.deep.equal([{ category: 'server', type: 'im', name: 'Holdfast' }]);
      expect(features(answer)).to.deep.equal([INFO, ITEMS, 'urn:a', 'urn:z']);
    });

    it('has the name that was configured', async () => {
      world = new World();
      world.host.use(disco, { name: 'Verona' });
      const client = world.start().client('romeo@capulet.example/orchard');
      expect(named(await ask(client, INFO, 'capulet.example'), 'identity')[0]).to.include({ name: 'Verona' });
    });

    it('§3.2 knows the nodes that modules know, and says which one was asked', async () => {
      const answer = await ask(romeo, INFO, 'capulet.example', 'a-node');
      expect(features(answer)).to.deep.equal(['urn:node']);
      expect(query(answer)?.attrs['node']).to.equal('a-node');
    });

    it('§7 a node that nobody knows is not found', async () => {
      expect(errorOf(await ask(romeo, INFO, 'capulet.example', 'x'))).to.equal('cancel/item-not-found');
    });
  });

  describe('§4 disco#items of the server', () => {
    it('lists what modules add, and the other domains', async () => {
      world.addHost({ domain: 'montague.example' });
      expect(named(await ask(romeo, ITEMS, 'capulet.example'), 'item')).to.deep.equal([
        { jid: 'rooms.capulet.example', name: 'Rooms' },
        { jid: 'montague.example' },
      ]);
    });

    it('§4.2 of a node has no items, and of an unknown node is not found', async () => {
      const answer = await ask(romeo, ITEMS, 'capulet.example', 'a-node');
      expect(query(answer)?.attrs['node']).to.equal('a-node');
      expect(named(answer, 'item')).to.deep.equal([]);
      expect(errorOf(await ask(romeo, ITEMS, 'capulet.example', 'x'))).to.equal('cancel/item-not-found');
    });
  });

  describe('§8 accounts', () => {
    it('the account itself is told that it is registered, and what it can do', async () => {
      for (const to of ['', JULIET]) {
        const answer = await ask(juliet, INFO, to);
        expect(named(answer, 'identity')).to.deep.equal([{ category: 'account', type: 'registered' }]);
        expect(features(answer)).to.deep.equal([INFO, ITEMS, 'urn:of-accounts']);
      }
    });

    it('a subscriber is told the same', async () => {
      expect(named(await ask(romeo, INFO, JULIET), 'identity')).to.have.length(1);
    });

    it('a node of an account is not found', async () => {
      expect(errorOf(await ask(romeo, INFO, JULIET, 'a-node'))).to.equal('cancel/item-not-found');
      expect(errorOf(await ask(juliet, ITEMS, '', 'a-node'))).to.equal('cancel/item-not-found');
    });

    for (const node of [undefined, 'a-node']) {
      it(`strangers cannot tell whether an account exists: ${node ?? 'no node'}`, async () => {
        const tybalt = world.client('tybalt@capulet.example/street');
        const texts = async (namespace: string, to: string): Promise<string> =>
          (await ask(tybalt, namespace, to, node)).toString().replace(to, 'somebody');
        expect(await texts(INFO, JULIET)).to.equal(await texts(INFO, 'nobody@capulet.example'));
        expect(await texts(ITEMS, JULIET)).to.equal(await texts(ITEMS, 'nobody@capulet.example'));
      });

      it(`strangers get service-unavailable and no items: ${node ?? 'no node'}`, async () => {
        juliet.isAvailable();
        const tybalt = world.client('tybalt@capulet.example/street');
        expect(errorOf(await ask(tybalt, INFO, JULIET, node))).to.equal('cancel/service-unavailable');
        const answer = await ask(tybalt, ITEMS, JULIET, node);
        expect(answer.attrs['type']).to.equal('result');
        expect(named(answer, 'item')).to.deep.equal([]);
        expect(query(answer)?.attrs['node']).to.equal(node);
      });
    }

    it('§4.1 those who may know get the available resources', async () => {
      world.client(`${JULIET}/silent`);
      juliet.isAvailable();
      for (const client of [romeo, juliet]) {
        expect(named(await ask(client, ITEMS, JULIET), 'item')).to.deep.equal([{ jid: `${JULIET}/balcony` }]);
      }
    });
  });
});
