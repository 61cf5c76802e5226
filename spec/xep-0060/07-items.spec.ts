import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import type { Store } from '../../lib/storage/store.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { events, itemIds, OWNER, PepWorld, publish, PUBSUB, refusalOf } from '../support/pep-world.ts';

const HAMLET = 'hamlet@capulet.example';
const NODE = 'princely_musings';
const ENTRY = "<entry xmlns='http://www.w3.org/2005/Atom'><title>Soliloquy</title></entry>";

overEachStore('XEP-0060 items', (open) => {
  let store: Store;
  let world: PepWorld;
  let hamlet: FakeClient;
  let stranger: FakeClient;

  beforeEach(async () => {
    store = await open();
    world = new PepWorld({ store, items: 5, itemBytes: 400 });
    await world.account('hamlet');
    await world.account('stranger');
    hamlet = await world.listening(`${HAMLET}/elsinore`, `${NODE}+notify`);
    stranger = world.client('stranger@capulet.example/street');
  });

  const ask = (type: 'get' | 'set', content: string, client = hamlet): Promise<Element> =>
    world.ask(client, type, content, client === hamlet ? undefined : HAMLET);
  const item = (id: string, payload = ENTRY): string => `<item id='${id}'>${payload}</item>`;
  const put = (id: string): Promise<Element> => ask('set', publish(NODE, item(id), { max_items: 'max' }));
  const items = (inner = '', attributes = ''): Promise<Element> =>
    ask('get', `<pubsub xmlns='${PUBSUB}'><items node='${NODE}' ${attributes}>${inner}</items></pubsub>`);
  const retract = (ids: string, attributes = ''): Promise<Element> =>
    ask('set', `<pubsub xmlns='${PUBSUB}'><retract node='${NODE}' ${attributes}>${ids}</retract></pubsub>`);

  describe('§7.1 publishing', () => {
    it('§7.1.2 answers with the id of the item, and tells of it', async () => {
      const answer = await put('ae890ac5');
      expect(answer.attrs['type']).to.equal('result');
      expect(answer.child('pubsub', PUBSUB)?.child('publish', PUBSUB)?.toString()).to.contain('ae890ac5');
      expect(events(hamlet)).to.deep.equal([`${HAMLET} items ${NODE} ae890ac5`]);
    });

    it('§7.1.2 makes an id when there is none', async () => {
      await ask('set', publish(NODE, `<item>${ENTRY}</item>`));
      expect(itemIds(await items())[0]).to.match(/^[a-z2-7]{16}$/);
    });

    it('§7.1.2.1 the payload comes with the notification, as it was', async () => {
      await put('a');
      const [message] = hamlet.take();
      expect(message?.attrs['type']).to.equal('headline');
      expect(message?.toString()).to.contain('<title>Soliloquy</title>');
    });

    it('§7.1.2.2 or does not, when the node says so', async () => {
      await ask('set', publish(NODE, item('a'), { deliver_payloads: 'false' }));
      const [message] = hamlet.take();
      expect(message?.toString()).to.contain('<item id="a"/>');
      expect((await items()).toString()).to.contain('Soliloquy');
    });

    it('§7.1.2 an item with the same id takes the place of the old one', async () => {
      await put('a');
      await put('b');
      await ask('set', publish(NODE, item('a', "<entry xmlns='http://www.w3.org/2005/Atom'>new</entry>")));
      const answer = await items();
      expect(itemIds(answer)).to.deep.equal(['b', 'a']);
      expect(answer.toString()).to.contain('new').and.contain('Soliloquy');
    });

    it('a node keeps what it is told to keep, the oldest make room', async () => {
      await ask('set', publish(NODE, item('a'), { max_items: '2' }));
      for (const id of ['b', 'c']) await ask('set', publish(NODE, item(id)));
      expect(itemIds(await items())).to.deep.equal(['b', 'c']);
    });

    it('and never more than the service allows', async () => {
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await put(id);
      expect(itemIds(await items())).to.deep.equal(['b', 'c', 'd', 'e', 'f']);
    });

    it('a node that keeps nothing tells all the same', async () => {
      await ask('set', publish(NODE, item('a'), { persist_items: '0' }));
      expect(events(hamlet)).to.deep.equal([`${HAMLET} items ${NODE} a`]);
      expect(itemIds(await items())).to.deep.equal([]);
    });

    it('§7.1.3.1 is for publishers', async () => {
      await put('a');
      expect(refusalOf(await ask('set', publish(NODE, item('b')), stranger))).to.equal('auth/forbidden');
    });

    it('§7.1.3.3 strangers make no nodes', async () => {
      expect(errorOf(await ask('set', publish(NODE, item('b')), stranger))).to.equal('cancel/item-not-found');
      expect(await store.pubsub.nodes(HAMLET)).to.deep.equal([]);
    });

    it('§7.1.3.5 of too much is refused, at the very byte', async () => {
      const payload = (length: number): string => `<a xmlns='x'>${'ü'.repeat((length - 17) / 2)}</a>`;
      expect((await ask('set', publish(NODE, item('a', payload(399))))).attrs['type']).to.equal('result');
      expect(refusalOf(await ask('set', publish(NODE, item('a', payload(401)))))).to.equal(
        'modify/not-acceptable payload-too-big',
      );
    });

    it('§7.1.3.6 of two payloads or items is refused', async () => {
      for (const what of [item('a', ENTRY + ENTRY), item('a') + item('b')]) {
        expect(refusalOf(await ask('set', publish(NODE, what)))).to.equal('modify/bad-request invalid-payload');
      }
    });

    it('§7.1.3.7 of no item, no payload, or one too many is refused', async () => {
      expect(refusalOf(await ask('set', publish(NODE, '')))).to.equal('modify/bad-request item-required');
      expect(refusalOf(await ask('set', publish(NODE, '<item/>')))).to.equal('modify/bad-request payload-required');
      const transient = { persist_items: 'false', deliver_payloads: 'false' };
      expect(refusalOf(await ask('set', publish('flash', item('a'), transient)))).to.equal(
        'modify/bad-request item-forbidden',
      );
    });

    it('ids and names have an end', async () => {
      expect(errorOf(await put('x'.repeat(1023)))).to.equal(undefined);
      expect(errorOf(await put('x'.repeat(1024)))).to.equal('modify/not-acceptable');
      expect(errorOf(await ask('set', publish('n'.repeat(1024), item('a'))))).to.equal('modify/not-acceptable');
    });
  });

  describe('§7.1.5 publishing options', () => {
    it('make a node as they say', async () => {
      await ask('set', publish(NODE, item('a'), { access_model: 'open', max_items: '3' }));
      expect(
        itemIds(await world.ask(stranger, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${NODE}'/></pubsub>`, HAMLET)),
      ).to.deep.equal(['a']);
    });

    it('hold for a node that is as they say', async () => {
      await put('a');
      expect(errorOf(await ask('set', publish(NODE, item('b'), { access_model: 'presence' })))).to.equal(undefined);
    });

    it('keep an item out of a node that is not', async () => {
      await put('a');
      const answer = await ask('set', publish(NODE, item('b'), { access_model: 'whitelist' }));
      expect(refusalOf(answer)).to.equal('cancel/conflict precondition-not-met');
      expect(itemIds(await items())).to.deep.equal(['a']);
    });

    it('that nobody knows are refused, and no node is made', async () => {
      const answer = await ask('set', publish(NODE, item('b'), { nonsense: 'x' }));
      expect(refusalOf(answer)).to.equal('cancel/conflict precondition-not-met');
      expect(await store.pubsub.nodes(HAMLET)).to.deep.equal([]);
    });

    it('take "1" for "true"', async () => {
      await ask('set', publish(NODE, item('a'), { persist_items: '1' }));
      expect(errorOf(await ask('set', publish(NODE, item('b'), { persist_items: 'true' })))).to.equal(undefined);
    });

    it('come in a form of their own', async () => {
      const wrong = publish(NODE, item('a'), { max_items: '3' }).replace(
        '#publish-options</value>',
        '#node_config</value>',
      );
      expect(refusalOf(await ask('set', wrong))).to.equal('modify/bad-request invalid-options');
    });
  });

  describe('§6.5 retrieving', () => {
    beforeEach(async () => {
      for (const id of ['a', 'b', 'c']) await put(id);
    });

    it('§6.5.3 all items, oldest first', async () => {
      const answer = await items();
      expect(itemIds(answer)).to.deep.equal(['a', 'b', 'c']);
      expect(answer.toString()).to.contain(ENTRY.replaceAll("'", '"'));
    });

    it('§6.5.7 the most recent ones', async () => {
      expect(itemIds(await items('', "max_items='2'"))).to.deep.equal(['b', 'c']);
      expect(itemIds(await items('', "max_items='10'"))).to.deep.equal(['a', 'b', 'c']);
    });

    it('§6.5.7 of a number that is none is refused', async () => {
      expect(errorOf(await items('', "max_items='-1'"))).to.equal('modify/bad-request');
    });

    it('§6.5.8 a particular one', async () => {
      expect(itemIds(await items("<item id='b'/>"))).to.deep.equal(['b']);
    });

    it('§6.5.9.12 of what is not there is an empty answer', async () => {
      const answer = await items("<item id='x'/>");
      expect(answer.attrs['type']).to.equal('result');
      expect(itemIds(answer)).to.deep.equal([]);
    });

    it('§6.5.9.11 of a node that is not there is an error', async () => {
      const answer = await ask('get', `<pubsub xmlns='${PUBSUB}'><items node='nothing'/></pubsub>`);
      expect(errorOf(answer)).to.equal('cancel/item-not-found');
    });

    it('survives a restart', async () => {
      const again = new PepWorld({ store });
      const client = again.client(`${HAMLET}/elsinore`);
      const answer = await again.ask(client, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${NODE}'/></pubsub>`);
      expect(itemIds(answer)).to.deep.equal(['a', 'b', 'c']);
    });
  });

  describe('§7.2 retracting', () => {
    beforeEach(async () => {
      for (const id of ['a', 'b', 'c']) await put(id);
      hamlet.take();
    });

    it('§7.2.2 takes items away and tells of it', async () => {
      expect((await retract("<item id='a'/><item id='x'/>")).attrs['type']).to.equal('result');
      expect(itemIds(await items())).to.deep.equal(['b', 'c']);
      expect(events(hamlet)).to.deep.equal([`${HAMLET} items ${NODE} -a`]);
    });

    it('§7.2.2.1 tells of it when the node would not but the publisher wants it', async () => {
      await ask(
        'set',
        `<pubsub xmlns='${OWNER}'><configure node='${NODE}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${PUBSUB}#node_config</value></field><field var='pubsub#notify_retract'><value>0</value></field></x></configure></pubsub>`,
      );
      await retract("<item id='a'/>");
      expect(events(hamlet)).to.deep.equal([]);
      await retract("<item id='b'/>", "notify='true'");
      expect(events(hamlet)).to.deep.equal([`${HAMLET} items ${NODE} -b`]);
    });

    it('§7.2.3.1 is for publishers', async () => {
      const wanted = `<pubsub xmlns='${PUBSUB}'><retract node='${NODE}'><item id='a'/></retract></pubsub>`;
      expect(errorOf(await ask('set', wanted, stranger))).to.equal('auth/forbidden');
    });

    it('§7.2.3.3 of no node, §7.2.3.4 of no item is refused', async () => {
      expect(refusalOf(await ask('set', `<pubsub xmlns='${PUBSUB}'><retract/></pubsub>`))).to.equal(
        'modify/bad-request nodeid-required',
      );
      for (const ids of ['', '<item/>']) {
        expect(refusalOf(await retract(ids))).to.equal('modify/bad-request item-required');
      }
    });

    it('of what is not there is an error', async () => {
      expect(errorOf(await retract("<item id='x'/>"))).to.equal('cancel/item-not-found');
    });
  });

  describe('§8.5 purging, §8.4 deleting', () => {
    beforeEach(async () => {
      for (const id of ['a', 'b']) await put(id);
      hamlet.take();
    });

    it('§8.5.2 takes all items away and tells of it', async () => {
      await ask('set', `<pubsub xmlns='${OWNER}'><purge node='${NODE}'/></pubsub>`);
      expect(itemIds(await items())).to.deep.equal([]);
      expect(events(hamlet)).to.deep.equal([`${HAMLET} purge ${NODE}`]);
    });

    it('§8.4.2 takes the node away and tells of it', async () => {
      await ask('set', `<pubsub xmlns='${OWNER}'><delete node='${NODE}'/></pubsub>`);
      expect(errorOf(await items())).to.equal('cancel/item-not-found');
      expect(events(hamlet)).to.deep.equal([`${HAMLET} delete ${NODE}`]);
      expect(await store.pubsub.nodes(HAMLET)).to.deep.equal([]);
    });

    it('§8.5.3.2 §8.4.3.1 is for the owner', async () => {
      for (const what of ['purge', 'delete']) {
        const answer = await ask('set', `<pubsub xmlns='${OWNER}'><${what} node='${NODE}'/></pubsub>`, stranger);
        expect(errorOf(answer), what).to.equal('auth/forbidden');
      }
      expect(itemIds(await items())).to.deep.equal(['a', 'b']);
    });

    it('§8.5.3.3 of a node that keeps nothing is refused', async () => {
      await ask('set', publish('flash', item('a'), { persist_items: 'false' }));
      const answer = await ask('set', `<pubsub xmlns='${OWNER}'><purge node='flash'/></pubsub>`);
      expect(refusalOf(answer)).to.equal('cancel/feature-not-implemented unsupported');
    });

    it('of what is not there is an error', async () => {
      for (const what of ['purge', 'delete']) {
        const answer = await ask('set', `<pubsub xmlns='${OWNER}'><${what} node='x'/></pubsub>`);
        expect(errorOf(answer), what).to.equal('cancel/item-not-found');
      }
    });
  });
});
