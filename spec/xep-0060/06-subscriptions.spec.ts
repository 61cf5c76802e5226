import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { events, OWNER, PepWorld, publish, PUBSUB, refusalOf, submit } from '../support/pep-world.ts';

const HAMLET = 'hamlet@capulet.example';
const FRANCISCO = 'francisco@capulet.example';
const NODE = 'princely_musings';
const ITEM = "<item id='a'><entry xmlns='http://www.w3.org/2005/Atom'/></item>";

describe('XEP-0060 subscriptions', () => {
  let world: PepWorld;
  let hamlet: FakeClient;
  let francisco: FakeClient;

  beforeEach(async () => {
    world = new PepWorld({ subscriptions: 2 });
    for (const name of ['hamlet', 'francisco', 'bernardo']) await world.account(name);
    hamlet = await world.listening(`${HAMLET}/elsinore`);
    francisco = await world.listening(`${FRANCISCO}/barracks`);
  });

  const put = (options?: Readonly<Record<string, string>>): Promise<Element> =>
    world.ask(hamlet, 'set', publish(NODE, ITEM, options));
  const pubsub = (client: FakeClient, type: 'get' | 'set', content: string): Promise<Element> =>
    world.ask(client, type, `<pubsub xmlns='${PUBSUB}'>${content}</pubsub>`, HAMLET);
  const owner = (type: 'get' | 'set', content: string, client = hamlet): Promise<Element> =>
    world.ask(client, type, `<pubsub xmlns='${OWNER}'>${content}</pubsub>`, HAMLET);
  const subscribe = (jid = FRANCISCO, client = francisco): Promise<Element> =>
    pubsub(client, 'set', `<subscribe node='${NODE}' jid='${jid}'/>`);
  const stateIn = (answer: Element): string | undefined =>
    answer.child('pubsub', PUBSUB)?.child('subscription', PUBSUB)?.attrs['subscription'];
  const listed = (answer: Element, namespace: string, name: string): string[] =>
    (answer.child('pubsub', namespace)?.child(name, namespace)?.getChildElements() ?? []).map(({ attrs }) =>
      [attrs['node'], attrs['jid'], attrs['subscription'] ?? attrs['affiliation']].filter(Boolean).join(' '),
    );

  describe('§6.1 subscribing', () => {
    it('§6.1.2 to an open node; §6.1.7 the last item comes at once, and what is published', async () => {
      await put({ access_model: 'open' });
      expect(stateIn(await subscribe())).to.equal('subscribed');
      expect(events(francisco)).to.deep.equal([`${HAMLET} items ${NODE} a delayed`]);
      await put();
      expect(events(francisco)).to.deep.equal([`${HAMLET} items ${NODE} a`]);
    });

    it('XEP-0163 §4.3.2 with a full JID, one notification goes to that resource', async () => {
      await put({ access_model: 'open', send_last_published_item: 'never' });
      const other = await world.listening(`${FRANCISCO}/street`);
      await subscribe(`${FRANCISCO}/barracks`);
      await put();
      expect([events(francisco).length, events(other).length]).to.deep.equal([1, 0]);
    });

    it('those who subscribe and listen, too, are told once', async () => {
      await put({ access_model: 'open', send_last_published_item: 'never' });
      await world.friends(HAMLET, FRANCISCO);
      const listener = await world.listening('bernardo@capulet.example/wall', `${NODE}+notify`);
      listener.sends(`<presence to='${HAMLET}'/>`);
      await subscribe('bernardo@capulet.example', listener);
      await put();
      expect(events(listener)).to.deep.equal([`${HAMLET} items ${NODE} a`]);
    });

    it('XEP-0163 §7.1 those who lose access lose the subscription, and are told', async () => {
      await put({ access_model: 'open', send_last_published_item: 'never' });
      await subscribe();
      const closed = submit(`${PUBSUB}#node_config`, { access_model: 'whitelist' });
      await owner('set', `<configure node='${NODE}'>${closed}</configure>`);
      await put();
      const [message] = francisco.take();
      expect(message?.toString()).to.contain(`jid="${FRANCISCO}" subscription="none"`);
      expect(listed(await owner('get', `<subscriptions node='${NODE}'/>`), OWNER, 'subscriptions')).to.deep.equal([]);
      await put();
      expect(events(francisco)).to.deep.equal([]);
    });

    it('again says what there is', async () => {
      await put({ access_model: 'open' });
      await subscribe();
      expect(stateIn(await subscribe())).to.equal('subscribed');
    });

    it('§6.1.3.1 for somebody else is refused', async () => {
      await put({ access_model: 'open' });
      for (const jid of ['bernardo@capulet.example', 'no jid@@']) {
        expect(refusalOf(await subscribe(jid))).to.equal('modify/bad-request invalid-jid');
      }
    });

    for (const [section, model, refusal] of [
      ['§6.1.3.2', 'presence', 'auth/not-authorized presence-subscription-required'],
      ['§6.1.3.3', 'roster', 'auth/not-authorized not-in-roster-group'],
      ['§6.1.3.4', 'whitelist', 'cancel/not-allowed closed-node'],
    ] as const) {
      it(`${section} to a node for others ("${model}") is refused`, async () => {
        await put({ access_model: model });
        expect(refusalOf(await subscribe())).to.equal(refusal);
      });
    }

    it('§6.1.3.8 outcasts are refused', async () => {
      await put({ access_model: 'open' });
      await owner(
        'set',
        `<affiliations node='${NODE}'><affiliation jid='${FRANCISCO}' affiliation='outcast'/></affiliations>`,
      );
      expect(refusalOf(await subscribe())).to.equal('auth/forbidden');
    });

    it('§6.1.3.9 too many are refused', async () => {
      await put({ access_model: 'open' });
      for (const resource of ['1', '2']) await subscribe(`${FRANCISCO}/${resource}`);
      expect(refusalOf(await subscribe(`${FRANCISCO}/3`))).to.equal('wait/policy-violation too-many-subscriptions');
    });

    it('§6.1.3.12 to no node is an error', async () => {
      expect(errorOf(await subscribe())).to.equal('cancel/item-not-found');
    });

    it('§6.3.4.6 has no options', async () => {
      const answer = await pubsub(francisco, 'get', `<options node='${NODE}' jid='${FRANCISCO}'/>`);
      expect(refusalOf(answer)).to.equal('cancel/feature-not-implemented unsupported');
    });
  });

  describe('§6.2 unsubscribing', () => {
    const unsubscribe = (jid = FRANCISCO): Promise<Element> =>
      pubsub(francisco, 'set', `<unsubscribe node='${NODE}' jid='${jid}'/>`);

    it('§6.2.2 ends it', async () => {
      await put({ access_model: 'open' });
      await subscribe();
      expect((await unsubscribe()).attrs['type']).to.equal('result');
      francisco.take();
      await put();
      expect(events(francisco)).to.deep.equal([]);
    });

    it('§6.2.3.2 of nobody, §6.2.3.3 of somebody else is refused', async () => {
      await put({ access_model: 'open' });
      expect(refusalOf(await unsubscribe())).to.equal('cancel/unexpected-request not-subscribed');
      expect(refusalOf(await unsubscribe('bernardo@capulet.example'))).to.equal('auth/forbidden');
    });
  });

  describe('§6.1.4 §8.6 approval', () => {
    const question = (): Element | undefined => hamlet.take().find((stanza) => stanza.child('x', 'jabber:x:data'));
    const decide = (allow: string): void =>
      hamlet.sends(
        `<message to='${HAMLET}' id='d'>${submit(`${PUBSUB}#subscribe_authorization`, { node: NODE, subscriber_jid: FRANCISCO, allow })}</message>`,
      );

    beforeEach(async () => {
      await put({ access_model: 'authorize' });
      hamlet.take();
    });

    it('example 170: the owner is asked, and nothing is sent before', async () => {
      expect(stateIn(await subscribe())).to.equal('pending');
      const form = question()?.child('x', 'jabber:x:data');
      const fields = form
        ?.getChildElements()
        .map((field) => `${field.attrs['var']}=${field.getChildElements()[0]?.text}`);
      expect(fields).to.include.members([
        `pubsub#node=${NODE}`,
        `pubsub#subscriber_jid=${FRANCISCO}`,
        'pubsub#allow=false',
      ]);
      await put();
      expect(events(francisco)).to.deep.equal([]);
      expect(refusalOf(await subscribe())).to.equal('auth/not-authorized pending-subscription');
    });

    it('example 172: approved, the subscriber is told, and may read', async () => {
      await subscribe();
      decide('true');
      await world.settle();
      expect(events(francisco)).to.deep.equal([`${HAMLET} subscription ${NODE}`]);
      expect(errorOf(await pubsub(francisco, 'get', `<items node='${NODE}'/>`))).to.equal(undefined);
      await put();
      expect(events(francisco)).to.deep.equal([`${HAMLET} items ${NODE} a`]);
    });

    it('example 174: denied, the subscriber is told, and may not', async () => {
      await subscribe();
      decide('0');
      await world.settle();
      expect(events(francisco)).to.deep.equal([`${HAMLET} subscription ${NODE}`]);
      const answer = await pubsub(francisco, 'get', `<items node='${NODE}'/>`);
      expect(refusalOf(answer)).to.equal('auth/not-authorized not-subscribed');
    });

    it('is the owner\u2019s alone', async () => {
      await subscribe();
      francisco.sends(
        `<message to='${HAMLET}'>${submit(`${PUBSUB}#subscribe_authorization`, { node: NODE, subscriber_jid: FRANCISCO, allow: '1' })}</message>`,
      );
      await world.settle();
      const answer = await pubsub(francisco, 'get', `<items node='${NODE}'/>`);
      expect(refusalOf(answer)).to.equal('auth/not-authorized not-subscribed');
    });
  });

  describe('§5.6 §5.7 §8.8 §8.9 lists', () => {
    beforeEach(() => put({ access_model: 'open' }));

    it('§5.6 subscribers see their own, at a node or at all', async () => {
      await subscribe();
      for (const attribute of ['', `node='${NODE}'`]) {
        const answer = await pubsub(francisco, 'get', `<subscriptions ${attribute}/>`);
        expect(listed(answer, PUBSUB, 'subscriptions')).to.deep.equal([`${NODE} ${FRANCISCO} subscribed`]);
      }
      const other = world.client('bernardo@capulet.example/x');
      expect(listed(await pubsub(other, 'get', '<subscriptions/>'), PUBSUB, 'subscriptions')).to.deep.equal([]);
    });

    it('§8.8.1 owners see all, and §8.8.2 change them, and subscribers are told', async () => {
      await subscribe();
      francisco.take();
      const list = `<subscriptions node='${NODE}'/>`;
      expect(listed(await owner('get', list), OWNER, 'subscriptions')).to.deep.equal([`${FRANCISCO} subscribed`]);
      await owner(
        'set',
        `<subscriptions node='${NODE}'><subscription jid='${FRANCISCO}' subscription='none'/><subscription jid='bernardo@capulet.example' subscription='subscribed'/></subscriptions>`,
      );
      expect(events(francisco)).to.deep.equal([`${HAMLET} subscription ${NODE}`]);
      expect(listed(await owner('get', list), OWNER, 'subscriptions')).to.deep.equal([
        'bernardo@capulet.example subscribed',
      ]);
    });

    it('§5.7 §8.9.1 §8.9.2 affiliations are given, seen and taken', async () => {
      const list = `<affiliations node='${NODE}'/>`;
      const give = (affiliation: string): Promise<Element> =>
        owner(
          'set',
          `<affiliations node='${NODE}'><affiliation jid='${FRANCISCO}' affiliation='${affiliation}'/></affiliations>`,
        );
      await give('publisher');
      expect(listed(await owner('get', list), OWNER, 'affiliations')).to.deep.equal([
        `${HAMLET} owner`,
        `${FRANCISCO} publisher`,
      ]);
      expect(listed(await pubsub(francisco, 'get', '<affiliations/>'), PUBSUB, 'affiliations')).to.deep.equal([
        `${NODE} publisher`,
      ]);
      await give('none');
      expect(listed(await owner('get', list), OWNER, 'affiliations')).to.deep.equal([`${HAMLET} owner`]);
    });

    it('§8.9.2.4 there is one owner, and stays', async () => {
      for (const [jid, affiliation] of [
        [HAMLET, 'none'],
        [FRANCISCO, 'owner'],
        [FRANCISCO, 'king'],
      ]) {
        const answer = await owner(
          'set',
          `<affiliations node='${NODE}'><affiliation jid='${jid}' affiliation='${affiliation}'/></affiliations>`,
        );
        expect(errorOf(answer), affiliation).to.equal('modify/not-acceptable');
      }
    });

    it('are for the owner', async () => {
      for (const what of ['subscriptions', 'affiliations', 'configure']) {
        expect(errorOf(await owner('get', `<${what} node='${NODE}'/>`, francisco)), what).to.equal('auth/forbidden');
        const change = `<${what} node='${NODE}'>${what === 'configure' ? submit(`${PUBSUB}#node_config`, { title: 'x' }) : `<${what.slice(0, -1)} jid='${FRANCISCO}' subscription='subscribed' affiliation='member'/>`}</${what}>`;
        expect(errorOf(await owner('set', change, francisco)), what).to.equal('auth/forbidden');
      }
    });
  });

  describe('§4.1 affiliations', () => {
    const withAffiliation = async (affiliation: string): Promise<readonly (string | undefined)[]> => {
      await put({ access_model: 'whitelist' });
      await owner(
        'set',
        `<affiliations node='${NODE}'><affiliation jid='${FRANCISCO}' affiliation='${affiliation}'/></affiliations>`,
      );
      return [
        errorOf(await subscribe()),
        errorOf(await pubsub(francisco, 'get', `<items node='${NODE}'/>`)),
        errorOf(await world.ask(francisco, 'set', publish(NODE, ITEM.replace('a', 'b')), HAMLET)),
        errorOf(await owner('set', `<purge node='${NODE}'/>`, francisco)),
      ];
    };

    for (const [affiliation, ...expected] of [
      ['publisher', undefined, undefined, undefined, 'auth/forbidden'],
      ['publish-only', 'auth/forbidden', 'auth/forbidden', undefined, 'auth/forbidden'],
      ['member', undefined, undefined, 'auth/forbidden', 'auth/forbidden'],
      ['none', 'cancel/not-allowed', 'cancel/not-allowed', 'auth/forbidden', 'auth/forbidden'],
      ['outcast', 'auth/forbidden', 'auth/forbidden', 'auth/forbidden', 'auth/forbidden'],
    ] as const) {
      it(`a ${affiliation} may do what the table says`, async () => {
        expect(await withAffiliation(affiliation)).to.deep.equal(expected);
      });
    }

    it('who may only publish removes only what is their own', async () => {
      await withAffiliation('publish-only');
      const retract = (id: string): Promise<Element> =>
        pubsub(francisco, 'set', `<retract node='${NODE}'><item id='${id}'/></retract>`);
      await world.ask(francisco, 'set', publish(NODE, "<item id='mine'><a xmlns='x'/></item>"), HAMLET);
      expect(errorOf(await retract('mine'))).to.equal(undefined);
      await put();
      expect(errorOf(await retract('a'))).to.equal('auth/forbidden');
    });

    it('§16.4.4 everybody publishes where the node is open to that', async () => {
      await put({ publish_model: 'open' });
      expect(errorOf(await world.ask(francisco, 'set', publish(NODE, ITEM), HAMLET))).to.equal(undefined);
    });
  });
});
