import { expect } from 'chai';
import { PEP } from '../../lib/modules/pep/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { events, itemIds, PepWorld, publish, PUBSUB, refusalOf, submit } from '../support/pep-world.ts';

const TUNE = 'http://jabber.org/protocol/tune';
const NOTIFY = `${TUNE}+notify`;
const JULIET = 'juliet@capulet.example';
const NURSE = 'nurse@capulet.example';
const BENVOLIO = 'benvolio@capulet.example';
const ROMEO = 'romeo@montague.example/orchard';
const ITEM = `<item id='current'><tune xmlns='${TUNE}'><artist>Gerald Finzi</artist></tune></item>`;
const TOLD = `${JULIET} items ${TUNE} current`;

describe('XEP-0163 personal eventing', () => {
  let world: PepWorld;
  let balcony: FakeClient;

  beforeEach(async () => {
    world = new PepWorld();
    for (const name of ['juliet', 'nurse', 'benvolio']) await world.account(name);
    await world.friends(JULIET, NURSE, ['Servants']);
    await world.item(JULIET, 'romeo@montague.example', { subscription: 'both', groups: ['Friends'] });
    balcony = await world.listening(`${JULIET}/balcony`);
  });

  const play = (options?: Readonly<Record<string, string>>): Promise<Element> =>
    world.ask(balcony, 'set', publish(TUNE, ITEM, options));
  const read = (client: FakeClient, node = TUNE): Promise<Element> =>
    world.ask(client, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${node}'/></pubsub>`, JULIET);

  describe('§4.3 notifications', () => {
    it('example 2: go to contacts that are interested, from the bare JID', async () => {
      const nurse = await world.listening(`${NURSE}/chamber`, NOTIFY);
      await world.farAway(ROMEO, JULIET, NOTIFY);
      await play();
      expect(events(nurse)).to.deep.equal([TOLD]);
      const [message] = world.far.filter(({ name }) => name === 'message');
      expect(message?.attrs).to.include({ from: JULIET, to: ROMEO, type: 'headline' });
      expect(message?.attrs['id']).to.match(/\w{6}/);
    });

    it('example 3: go to the interested resources of the owner, the one that published included', async () => {
      const chamber = await world.listening(`${JULIET}/chamber`, NOTIFY);
      const phone = await world.listening(`${JULIET}/phone`);
      await play();
      expect([chamber, phone, balcony].map(events)).to.deep.equal([[TOLD], [], []]);
    });

    it('§4.2 do not go to contacts that are not', async () => {
      const nurse = await world.listening(`${NURSE}/chamber`, 'urn:other+notify', TUNE);
      await play();
      expect(events(nurse)).to.deep.equal([]);
    });

    it('§4.3.2 go once to each interested resource of a contact', async () => {
      const resources = [
        await world.listening(`${NURSE}/chamber`, NOTIFY),
        await world.listening(`${NURSE}/street`, NOTIFY),
        await world.listening(`${NURSE}/elsewhere`),
      ];
      await play();
      expect(resources.map(events)).to.deep.equal([[TOLD], [TOLD], []]);
    });

    it('do not go to those who are away', async () => {
      const nurse = await world.listening(`${NURSE}/chamber`, NOTIFY);
      await world.farAway(ROMEO, JULIET, NOTIFY);
      nurse.sends("<presence type='unavailable'/>");
      await world.comes(`<presence type='unavailable' from='${ROMEO}' to='${JULIET}'/>`);
      nurse.take();
      world.far.splice(0);
      await play();
      expect(events(nurse)).to.deep.equal([]);
      expect(world.sent()).to.deep.equal([]);
    });

    it('do not go to strangers', async () => {
      const benvolio = await world.listening(`${BENVOLIO}/street`, NOTIFY);
      benvolio.sends(`<presence to='${JULIET}'/>`);
      await world.farAway('paris@verona.example/x', JULIET, NOTIFY);
      await play();
      expect(events(benvolio)).to.deep.equal([]);
      expect(world.far.filter(({ name }) => name === 'message')).to.deep.equal([]);
    });

    it('XEP-0060 §9.1.3 go to strangers that share presence, when the node is open, until they go', async () => {
      const benvolio = await world.listening(`${BENVOLIO}/street`, NOTIFY);
      benvolio.sends(`<presence to='${JULIET}'/>`);
      await play({ access_model: 'open' });
      expect(events(benvolio)).to.deep.equal([TOLD]);
      benvolio.sends(`<presence type='unavailable' to='${JULIET}'/>`);
      await play();
      expect(events(benvolio)).to.deep.equal([]);
    });
  });

  describe('§4.3.4 the last item', () => {
    it('example 9: goes to a resource of a contact that comes, delayed', async () => {
      await play();
      const nurse = await world.arriving(`${NURSE}/chamber`, NOTIFY);
      expect(events(nurse)).to.deep.equal([`${TOLD} delayed`]);
    });

    it('goes to a resource of the owner', async () => {
      await play();
      expect(events(await world.arriving(`${JULIET}/phone`, NOTIFY))).to.deep.equal([`${TOLD} delayed`]);
    });

    it('goes to contacts on other servers', async () => {
      await play();
      world.far.splice(0);
      await world.farAway(ROMEO, JULIET, NOTIFY);
      expect(world.sent().filter((line) => line.startsWith('message'))).to.have.length(1);
    });

    it('goes once: presence that follows is not the first', async () => {
      await play();
      const nurse = await world.listening(`${NURSE}/chamber`, NOTIFY);
      nurse.sends(
        `<presence><show>away</show><c xmlns='http://jabber.org/protocol/caps' hash='none' node='urn:spec' ver='${NURSE}/chamber'/></presence>`,
      );
      await world.settle();
      expect(events(nurse)).to.deep.equal([]);
    });

    it('does not go to those who may not see it, nor are interested', async () => {
      await play({ access_model: 'whitelist' });
      expect(events(await world.arriving(`${NURSE}/chamber`, NOTIFY))).to.deep.equal([]);
      expect(events(await world.arriving(`${JULIET}/phone`, 'urn:other+notify'))).to.deep.equal([]);
    });

    it('does not go when the node says "never"', async () => {
      await play({ send_last_published_item: 'never' });
      expect(events(await world.arriving(`${NURSE}/chamber`, NOTIFY))).to.deep.equal([]);
    });
  });

  describe('§5 access', () => {
    const access = async (client: FakeClient): Promise<string> => {
      const answer = await read(client);
      return errorOf(answer) === undefined ? itemIds(answer).join() : refusalOf(answer);
    };
    const seen = async (): Promise<readonly string[]> => {
      const benvolio = world.client(`${BENVOLIO}/street`);
      const nurse = world.client(`${NURSE}/chamber`);
      return [await access(balcony), await access(nurse), await access(benvolio)];
    };

    it('"presence" is the default: for contacts', async () => {
      await play();
      expect(await seen()).to.deep.equal(['current', 'current', 'auth/not-authorized presence-subscription-required']);
    });

    it('"open" is for all', async () => {
      await play({ access_model: 'open' });
      expect(await seen()).to.deep.equal(['current', 'current', 'current']);
    });

    it('"whitelist" is for the owner and members', async () => {
      await play({ access_model: 'whitelist' });
      expect(await seen()).to.deep.equal([
        'current',
        'cancel/not-allowed closed-node',
        'cancel/not-allowed closed-node',
      ]);
    });

    it('"roster" is for groups of contacts', async () => {
      await play({ access_model: 'roster', roster_groups_allowed: 'Servants' });
      expect(await seen()).to.deep.equal(['current', 'current', 'auth/not-authorized not-in-roster-group']);
    });

    it('"roster" is not for other groups, and their contacts hear nothing', async () => {
      const nurse = await world.listening(`${NURSE}/chamber`, NOTIFY);
      await play({ access_model: 'roster', roster_groups_allowed: 'Friends' });
      expect(events(nurse)).to.deep.equal([]);
      expect(await access(nurse)).to.equal('auth/not-authorized not-in-roster-group');
    });

    it('"authorize" is for approved subscribers', async () => {
      await play({ access_model: 'authorize' });
      expect(await seen()).to.deep.equal([
        'current',
        'auth/not-authorized not-subscribed',
        'auth/not-authorized not-subscribed',
      ]);
    });

    it('§7.1 is that of the present: a contact that was removed sees nothing', async () => {
      const nurse = await world.listening(`${NURSE}/chamber`, NOTIFY);
      balcony.sends(
        `<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='${NURSE}' subscription='remove'/></query></iq>`,
      );
      await world.settle();
      nurse.take();
      await play();
      expect(events(nurse)).to.deep.equal([]);
      expect(await access(nurse)).to.equal('auth/not-authorized presence-subscription-required');
    });

    it('of an account that does not exist looks like one without the node', async () => {
      const benvolio = world.client(`${BENVOLIO}/street`);
      for (const to of ['nobody@capulet.example', JULIET]) {
        const answer = await world.ask(benvolio, 'get', `<pubsub xmlns='${PUBSUB}'><items node='x'/></pubsub>`, to);
        expect(errorOf(answer), to).to.equal('cancel/item-not-found');
      }
    });
  });

  describe('§6 discovery', () => {
    const disco = (client: FakeClient, what: 'info' | 'items', node?: string): Promise<Element> => {
      const attribute = node === undefined ? '' : `node='${node}'`;
      return world.ask(client, 'get', `<query xmlns='http://jabber.org/protocol/disco#${what}' ${attribute}/>`, JULIET);
    };
    const children = (answer: Element, attribute: string): (string | undefined)[] =>
      answer
        .getChildElements()[0]
        ?.getChildElements()
        .map(({ attrs }) => attrs[attribute]) ?? [];

    it('example 11: the account has the identity and the features', async () => {
      const answer = await disco(balcony, 'info');
      expect(answer.toString()).to.contain('<identity category="pubsub" type="pep"/>');
      expect(children(answer, 'var')).to.include.members(
        [
          'access-presence',
          'auto-create',
          'auto-subscribe',
          'config-node',
          'create-and-configure',
          'create-nodes',
          'filtered-notifications',
          'persistent-items',
          'publish',
          'publish-options',
          'retrieve-items',
          'subscribe',
        ].map((name) => `${PUBSUB}#${name}`),
      );
    });

    it('§6.2 the nodes are shown to those who may read them', async () => {
      await play();
      await world.ask(
        balcony,
        'set',
        publish('urn:open', "<item><a xmlns='urn:open'/></item>", { access_model: 'open' }),
      );
      await world.ask(
        balcony,
        'set',
        publish('urn:mine', "<item><a xmlns='urn:mine'/></item>", { access_model: 'whitelist' }),
      );
      const nodes = async (client: FakeClient): Promise<unknown[]> =>
        children(await disco(client, 'items'), 'node').filter((node) => node !== undefined);
      expect(await nodes(balcony)).to.have.members([TUNE, 'urn:mine', 'urn:open']);
      expect(await nodes(world.client(`${NURSE}/chamber`))).to.deep.equal([TUNE, 'urn:open']);
      expect(await nodes(world.client(`${BENVOLIO}/street`))).to.deep.equal(['urn:open']);
    });

    it('XEP-0060 §5.3 §5.5 a node says what it is and what is in it', async () => {
      await play({ title: 'My tunes' });
      const nurse = world.client(`${NURSE}/chamber`);
      const info = await disco(nurse, 'info', TUNE);
      expect(info.toString()).to.contain('<identity category="pubsub" type="leaf"/>').and.contain('My tunes');
      expect(children(await disco(nurse, 'items', TUNE), 'name')).to.deep.equal(['current']);
    });

    it('a node says nothing to strangers', async () => {
      await play();
      const benvolio = world.client(`${BENVOLIO}/street`);
      expect(errorOf(await disco(benvolio, 'info', TUNE))).to.equal('cancel/service-unavailable');
      expect(children(await disco(benvolio, 'items', TUNE), 'name')).to.deep.equal([]);
    });

    it('XEP-0223 §5 the server says that its accounts can do it', () => {
      const { identities, features } = world.host.discovery.server;
      expect(identities).to.deep.include({ category: 'pubsub', type: 'pep' });
      expect(features).to.include(`${PUBSUB}#publish-options`);
    });
  });

  describe('XEP-0222, XEP-0223 persistent storage', () => {
    it('XEP-0223 §3 private data is for the owner alone, and pushed to all its resources', async () => {
      const phone = await world.listening(`${JULIET}/phone`, 'urn:notes+notify');
      const nurse = await world.listening(`${NURSE}/chamber`, 'urn:notes+notify');
      const options = { persist_items: 'true', access_model: 'whitelist', max_items: 'max' };
      for (const id of ['a', 'b']) {
        await world.ask(
          balcony,
          'set',
          publish('urn:notes', `<item id='${id}'><n xmlns='urn:notes'/></item>`, options),
        );
      }
      expect(events(phone)).to.deep.equal([`${JULIET} items urn:notes a`, `${JULIET} items urn:notes b`]);
      expect(events(nurse)).to.deep.equal([]);
      expect(itemIds(await read(balcony, 'urn:notes'))).to.deep.equal(['a', 'b']);
      expect(refusalOf(await read(nurse, 'urn:notes'))).to.equal('cancel/not-allowed closed-node');
    });

    it('XEP-0222 §3 public data stays for those who may see it', async () => {
      await world.ask(
        balcony,
        'set',
        publish('urn:keys', "<item id='k'><key xmlns='urn:keys'/></item>", {
          persist_items: 'true',
          access_model: 'open',
        }),
      );
      expect(itemIds(await read(world.client(`${BENVOLIO}/street`), 'urn:keys'))).to.deep.equal(['k']);
    });
  });

  it('modules say how the nodes they know are made', async () => {
    const context = world.host.services.find(PEP);
    context?.configure('urn:secret', { 'pubsub#access_model': 'whitelist' });
    await world.ask(balcony, 'set', publish('urn:secret', "<item id='a'><n xmlns='urn:secret'/></item>"));
    expect(refusalOf(await read(world.client(`${NURSE}/chamber`), 'urn:secret'))).to.equal(
      'cancel/not-allowed closed-node',
    );
  });

  it('has a limit of nodes', async () => {
    const small = new PepWorld({ nodes: 2 });
    const client = small.client(`${JULIET}/balcony`);
    const make = async (node: string): Promise<string | undefined> =>
      errorOf(await small.ask(client, 'set', publish(node, "<item><a xmlns='x'/></item>")));
    expect([await make('a'), await make('b'), await make('c'), await make('b')]).to.deep.equal([
      undefined,
      undefined,
      'wait/resource-constraint',
      undefined,
    ]);
  });

  it('an account that is removed leaves nothing behind', async () => {
    await play({ access_model: 'open' });
    await world.host.removeAccount(balcony.session.account);
    await world.account('juliet');
    expect(errorOf(await read(world.client(`${BENVOLIO}/street`)))).to.equal('cancel/item-not-found');
  });

  it('an answer to a question that was not asked is a message like any other', async () => {
    const form = submit(`${PUBSUB}#subscribe_authorization`, { node: TUNE, subscriber_jid: NURSE, allow: '1' });
    balcony.sends(`<message to='${JULIET}' id='m'>${form}</message>`);
    await world.settle();
    expect(balcony.take().map(({ attrs }) => attrs['id'])).to.deep.equal(['m']);
  });
});
