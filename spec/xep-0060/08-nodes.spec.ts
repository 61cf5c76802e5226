import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { events, OWNER, PepWorld, publish, PUBSUB, refusalOf, submit } from '../support/pep-world.ts';
import type { Store } from '../../lib/storage/store.ts';

const HAMLET = 'hamlet@capulet.example';
const NODE = 'princely_musings';
const CONFIG = `${PUBSUB}#node_config`;

overEachStore('XEP-0060 nodes', (open) => {
  let store: Store;
  let world: PepWorld;
  let hamlet: FakeClient;

  beforeEach(async () => {
    store = await open();
    world = new PepWorld({ store });
    await world.account('hamlet');
    await world.account('stranger');
    hamlet = await world.listening(`${HAMLET}/elsinore`, `${NODE}+notify`);
  });

  const create = (attributes: string, configure = ''): Promise<Element> =>
    world.ask(hamlet, 'set', `<pubsub xmlns='${PUBSUB}'><create ${attributes}/>${configure}</pubsub>`);
  const owner = (type: 'get' | 'set', content: string): Promise<Element> =>
    world.ask(hamlet, type, `<pubsub xmlns='${OWNER}'>${content}</pubsub>`);
  const configure = (fields: Readonly<Record<string, string>>): Promise<Element> =>
    owner('set', `<configure node='${NODE}'>${submit(CONFIG, fields)}</configure>`);

  /** The configuration as the form shows it. */
  async function configuration(what = `<configure node='${NODE}'/>`): Promise<Record<string, string>> {
    const answer = await owner('get', what);
    const form = answer.child('pubsub', OWNER)?.getChildElements()[0]?.child('x', 'jabber:x:data');
    const fields = (form?.getChildElements() ?? []).map((field) => [
      (field.attrs['var'] ?? '').replace('pubsub#', ''),
      field
        .getChildElements()
        .filter(({ name }) => name === 'value')
        .map(({ text }) => text)
        .join(),
    ]);
    return Object.fromEntries(fields) as Record<string, string>; // made of pairs of strings
  }

  describe('§8.1 creating', () => {
    it('§8.1.2 with the defaults of accounts', async () => {
      expect((await create(`node='${NODE}'`)).attrs['type']).to.equal('result');
      expect(await configuration()).to.include({
        access_model: 'presence',
        deliver_payloads: 'true',
        max_items: '1',
        persist_items: 'true',
        send_last_published_item: 'on_sub_and_presence',
      });
    });

    it('§8.1.3 with a configuration', async () => {
      await create(
        `node='${NODE}'`,
        `<configure>${submit(CONFIG, { access_model: 'whitelist', title: 'Musings' })}</configure>`,
      );
      expect(await configuration()).to.include({ access_model: 'whitelist', title: 'Musings', max_items: '1' });
    });

    it('§8.1.2 with an access model that there is not is refused', async () => {
      const answer = await create(
        `node='${NODE}'`,
        `<configure>${submit(CONFIG, { access_model: 'secret' })}</configure>`,
      );
      expect(refusalOf(answer)).to.equal('modify/not-acceptable unsupported-access-model');
      expect(await store.pubsub.nodes(HAMLET)).to.deep.equal([]);
    });

    it('§8.1.1 twice is a conflict', async () => {
      await create(`node='${NODE}'`);
      expect(errorOf(await create(`node='${NODE}'`))).to.equal('cancel/conflict');
    });

    it('§8.1.1 without a name gets one', async () => {
      const answer = await create('');
      const name = answer.child('pubsub', PUBSUB)?.child('create', PUBSUB)?.attrs['node'];
      expect(await store.pubsub.nodes(HAMLET)).to.have.length(1);
      expect((await store.pubsub.nodes(HAMLET))[0]?.node).to.equal(name);
    });

    it('is for the owner', async () => {
      const stranger = world.client('stranger@capulet.example/street');
      const answer = await world.ask(stranger, 'set', `<pubsub xmlns='${PUBSUB}'><create node='x'/></pubsub>`, HAMLET);
      expect(errorOf(answer)).to.equal('auth/forbidden');
    });
  });

  describe('§8.2 configuring', () => {
    beforeEach(() => create(`node='${NODE}'`));

    it('§8.2.5.1 changes what is filled in and nothing else', async () => {
      await configure({ access_model: 'open', max_items: '7', deliver_payloads: '0' });
      const after = await configuration();
      expect(after).to.include({
        access_model: 'open',
        max_items: '7',
        deliver_payloads: 'false',
        persist_items: 'true',
      });
    });

    it('survives a restart', async () => {
      await configure({ access_model: 'open', title: 'Musings' });
      const again = new PepWorld({ store });
      const client = again.client(`${HAMLET}/elsinore`);
      const answer = await again.ask(client, 'get', `<pubsub xmlns='${OWNER}'><configure node='${NODE}'/></pubsub>`);
      expect(answer.toString()).to.contain('Musings').and.contain('<value>open</value>');
    });

    it('§8.2.5.2 to what cannot be is refused, and changes nothing', async () => {
      for (const fields of [
        { max_items: '0' },
        { max_items: '-1' },
        { persist_items: 'maybe' },
        { item_expire: '60' },
        { title: 'x'.repeat(1024) },
      ]) {
        expect(errorOf(await configure({ access_model: 'open', ...fields })), JSON.stringify(fields)).to.equal(
          'modify/not-acceptable',
        );
      }
      expect(await configuration()).to.include({ access_model: 'presence' });
    });

    it('§8.2.5.3 is told when the node says so', async () => {
      await configure({ title: 'quiet' });
      expect(events(hamlet)).to.deep.equal([]);
      await configure({ notify_config: 'true' });
      expect(events(hamlet)).to.deep.equal([`${HAMLET} configuration ${NODE} undefined`]);
    });

    it('§8.2.4 a form that is given up changes nothing', async () => {
      const answer = await owner(
        'set',
        `<configure node='${NODE}'><x xmlns='jabber:x:data' type='cancel'/></configure>`,
      );
      expect(answer.attrs['type']).to.equal('result');
    });

    it('§8.2.3.3 of no node, and without a form, is refused', async () => {
      expect(refusalOf(await owner('get', '<configure/>'))).to.equal('modify/bad-request nodeid-required');
      expect(errorOf(await owner('set', `<configure node='${NODE}'/>`))).to.equal('modify/bad-request');
    });

    it('§8.2.3.5 of a node that is not there is an error', async () => {
      expect(errorOf(await owner('get', "<configure node='x'/>"))).to.equal('cancel/item-not-found');
    });

    it('§16.4.4 the limit of a node is below that of the service', async () => {
      await configure({ max_payload_size: '50' });
      const answer = await world.ask(hamlet, 'set', publish(NODE, `<item><a xmlns='x'>${'y'.repeat(50)}</a></item>`));
      expect(refusalOf(answer)).to.equal('modify/not-acceptable payload-too-big');
    });
  });

  it('§8.3 the defaults are told', async () => {
    expect(await configuration('<default/>')).to.include({ access_model: 'presence', max_items: '1' });
  });

  it('what nobody knows is refused', async () => {
    for (const content of ['', '<nonsense node="x"/>']) {
      for (const namespace of [PUBSUB, OWNER]) {
        for (const type of ['get', 'set'] as const) {
          const answer = await world.ask(hamlet, type, `<pubsub xmlns='${namespace}'>${content}</pubsub>`);
          expect(errorOf(answer), `${type} ${namespace} ${content}`).to.equal('modify/bad-request');
        }
      }
    }
  });
});
