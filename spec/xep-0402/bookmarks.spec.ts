import { expect } from 'chai';
import bookmarks from '../../lib/modules/bookmarks/index.ts';
import privateXml from '../../lib/modules/private-xml/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import type { Store } from '../../lib/storage/store.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { events, itemIds, OWNER, PepWorld, publish, PUBSUB, submit } from '../support/pep-world.ts';

const NEW = 'urn:xmpp:bookmarks:1';
const OLD = 'storage:bookmarks';
const JULIET = 'juliet@capulet.example';
const PLAY = 'theplay@conference.shakespeare.example';
const ORCHARD = 'orchard@conference.shakespeare.example';

overEachStore('XEP-0402 bookmarks', (open) => {
  let store: Store;
  let world: PepWorld;
  let balcony: FakeClient;
  let phone: FakeClient;

  beforeEach(async () => {
    store = await open();
    world = new PepWorld({
      store,
      items: 3,
      modules: (host) => {
        host.use(bookmarks);
        host.use(privateXml, { maxBytes: 500, maxElements: 3 });
      },
    });
    for (const name of ['juliet', 'nurse']) await world.account(name);
    await world.friends(JULIET, 'nurse@capulet.example');
    balcony = await world.listening(`${JULIET}/balcony`);
    phone = await world.listening(`${JULIET}/phone`, `${NEW}+notify`, `${OLD}+notify`);
  });

  const item = (room: string, inner = '', attributes = ''): string =>
    `<item id='${room}'><conference xmlns='${NEW}' ${attributes}>${inner}</conference></item>`;
  const add = (text: string): Promise<Element> => world.ask(balcony, 'set', publish(NEW, text));
  const list = (...entries: string[]): string => `<storage xmlns='${OLD}'>${entries.join('')}</storage>`;
  const entry = (room: string, inner = '', attributes = ''): string =>
    `<conference jid='${room}' ${attributes}>${inner}</conference>`;
  const items = (node: string): Promise<Element> =>
    world.ask(balcony, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${node}'/></pubsub>`);
  const writePrivate = (storage: string): Promise<Element> =>
    world.ask(balcony, 'set', `<query xmlns='jabber:iq:private'>${storage}</query>`);

  /** The list as XEP-0049 has it. */
  async function readPrivate(): Promise<string | undefined> {
    const answer = await world.ask(balcony, 'get', `<query xmlns='jabber:iq:private'>${list()}</query>`);
    return answer.child('query', 'jabber:iq:private')?.child('storage', OLD)?.toString();
  }

  /** The list as XEP-0048 has it now. */
  async function readNode(): Promise<string | undefined> {
    const [element] = (await items(OLD)).child('pubsub', PUBSUB)?.child('items', PUBSUB)?.getChildElements() ?? [];
    return element?.child('storage', OLD)?.toString();
  }

  it('§6 are announced', () => {
    expect(world.host.discovery.account.features).to.include.members([
      `${NEW}#compat`,
      `${NEW}#compat-pep`,
      'urn:xmpp:bookmarks-conversion:0',
      'jabber:iq:private',
    ]);
  });

  it('§5.2 are private, and more than one, also when a client says nothing of it', async () => {
    for (const room of [PLAY, ORCHARD]) await add(item(room));
    expect(itemIds(await items(NEW))).to.deep.equal([PLAY, ORCHARD]);
    const nurse = world.client('nurse@capulet.example/chamber');
    for (const node of [NEW, OLD]) {
      const answer = await world.ask(
        nurse,
        'get',
        `<pubsub xmlns='${PUBSUB}'><items node='${node}'/></pubsub>`,
        JULIET,
      );
      expect(errorOf(answer), node).to.equal('cancel/not-allowed');
    }
  });

  it('example 6: are made with the options of the example', async () => {
    const options = {
      persist_items: 'true',
      max_items: 'max',
      send_last_published_item: 'never',
      access_model: 'whitelist',
    };
    for (const room of [PLAY, ORCHARD]) {
      expect(errorOf(await world.ask(balcony, 'set', publish(NEW, item(room), options)))).to.equal(undefined);
    }
  });

  describe('§5.3.1 published the new way', () => {
    const expected = `<storage xmlns="${OLD}"><conference jid="${PLAY}" name="The Play&apos;s the Thing" autojoin="true"><nick>JC</nick></conference></storage>`;

    beforeEach(async () => {
      await add(item(PLAY, '<nick>JC</nick>', `name="The Play's the Thing" autojoin='true'`));
    });

    it('are read from private XML', async () => {
      expect(await readPrivate()).to.equal(expected);
    });

    it('are read from the node of the old list', async () => {
      expect(await readNode()).to.equal(expected);
    });

    it('are told to clients of both kinds', async () => {
      expect(events(phone).sort()).to.deep.equal([`${JULIET} items ${OLD} current`, `${JULIET} items ${NEW} ${PLAY}`]);
    });

    it('are gone from there when they are retracted', async () => {
      await world.ask(
        balcony,
        'set',
        `<pubsub xmlns='${PUBSUB}'><retract node='${NEW}' notify='1'><item id='${PLAY}'/></retract></pubsub>`,
      );
      expect(await readPrivate()).to.equal(`<storage xmlns="${OLD}"/>`);
      expect(await readNode()).to.equal(`<storage xmlns="${OLD}"/>`);
    });
  });

  for (const [name, write] of [
    ['private XML', (storage: string) => writePrivate(storage)],
    [
      'the node of the old list',
      (storage: string) => world.ask(balcony, 'set', publish(OLD, `<item id='current'>${storage}</item>`)),
    ],
  ] as const) {
    describe(`§5.3.2 written to ${name}`, () => {
      it('become items', async () => {
        await write(list(entry(PLAY, '<nick>JC</nick>', "name='Play' autojoin='1'"), entry(ORCHARD)));
        const answer = await items(NEW);
        expect(itemIds(answer)).to.deep.equal([PLAY, ORCHARD]);
        expect(answer.toString()).to.contain(`<conference xmlns="${NEW}" name="Play" autojoin="1"><nick>JC</nick>`);
      });

      it('are told one by one, and what did not change is not', async () => {
        await write(list(entry(PLAY, '<nick>JC</nick>'), entry(ORCHARD)));
        phone.take();
        await write(list(entry(PLAY, '<nick>JC</nick>'), entry('new@conference.shakespeare.example')));
        expect(events(phone).filter((line) => line.includes(NEW))).to.deep.equal([
          `${JULIET} items ${NEW} new@conference.shakespeare.example`,
          `${JULIET} items ${NEW} -${ORCHARD}`,
        ]);
      });

      it('XEP-0411 §3 clients that know the list are told', async () => {
        await write(list(entry(PLAY)));
        expect(events(phone).filter((line) => line.includes(OLD))).to.deep.equal([`${JULIET} items ${OLD} current`]);
      });

      it('§3.4 keep the extensions that old clients do not know', async () => {
        await add(
          item(PLAY, "<extensions><state xmlns='http://myclient.example/state' minimized='true'/></extensions>"),
        );
        await write(list(entry(PLAY, '<nick>JC</nick>')));
        const answer = (await items(NEW)).toString();
        expect(answer).to.contain('<state xmlns="http://myclient.example/state" minimized="true"/>').and.contain('JC');
      });

      it('XEP-0048 §2.2 keep web pages', async () => {
        await write(list(entry(PLAY), "<url name='Works' url='http://the-tech.example/'/>"));
        await add(item(ORCHARD));
        expect(await readPrivate()).to.contain(`<url name="Works" url="http://the-tech.example/"/>`);
      });

      it('have an end, and nothing is lost when it is reached', async () => {
        await write(list(entry(PLAY)));
        const rooms = ['a', 'b', 'c', 'd'].map((room) => entry(`${room}@x.example`));
        await write(list(...rooms));
        expect(itemIds(await items(NEW))).to.deep.equal([PLAY]);
      });
    });
  }

  it('too many in private XML are refused', async () => {
    const rooms = ['a', 'b', 'c', 'd'].map((room) => entry(`${room}@x.example`));
    expect(errorOf(await writePrivate(list(...rooms)))).to.equal('wait/resource-constraint');
  });

  it('XEP-0411 §5 a node that others may read is closed before bookmarks are copied there', async () => {
    await add(item(PLAY));
    const form = submit(`${PUBSUB}#node_config`, { access_model: 'open' });
    await world.ask(balcony, 'set', `<pubsub xmlns='${OWNER}'><configure node='${NEW}'>${form}</configure></pubsub>`);
    await writePrivate(list(entry(ORCHARD)));
    const nurse = world.client('nurse@capulet.example/chamber');
    const answer = await world.ask(nurse, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${NEW}'/></pubsub>`, JULIET);
    expect(errorOf(answer)).to.equal('cancel/not-allowed');
  });

  describe('XEP-0049 private XML', () => {
    const prefs = (inner = ''): string => `<exodus xmlns='exodus:prefs'>${inner}</exodus>`;
    const ask = (type: 'get' | 'set', content: string, to?: string, client = balcony): Promise<Element> =>
      world.ask(client, type, `<query xmlns='jabber:iq:private'>${content}</query>`, to);

    it('example 2: is read as it was written', async () => {
      await ask('set', prefs('<defaultnick>Hamlet</defaultnick>'));
      const answer = await ask('get', prefs());
      expect(answer.child('query', 'jabber:iq:private')?.children.join('')).to.equal(
        '<exodus xmlns="exodus:prefs"><defaultnick>Hamlet</defaultnick></exodus>',
      );
    });

    it('is empty when it was never written', async () => {
      const answer = await ask('get', prefs());
      expect(answer.child('query', 'jabber:iq:private')?.children.join('')).to.equal('<exodus xmlns="exodus:prefs"/>');
    });

    it('example 3: is for its owner alone', async () => {
      const nurse = world.client('nurse@capulet.example/chamber');
      for (const type of ['get', 'set'] as const) {
        expect(errorOf(await ask(type, prefs(), JULIET, nurse))).to.equal('auth/forbidden');
      }
    });

    it('example 4: needs an element, of a namespace of its own, and one to read', async () => {
      expect(errorOf(await ask('get', ''))).to.equal('modify/bad-request');
      expect(errorOf(await ask('set', ''))).to.equal('modify/not-acceptable');
      expect(errorOf(await ask('set', '<exodus/>'))).to.equal('modify/not-acceptable');
      expect(errorOf(await ask('get', prefs() + prefs()))).to.equal('modify/not-acceptable');
    });

    it('has limits of size and number', async () => {
      expect(errorOf(await ask('set', prefs('x'.repeat(500))))).to.equal('modify/not-acceptable');
      for (const name of ['a', 'b', 'c']) expect(errorOf(await ask('set', `<${name} xmlns='x'/>`))).to.equal(undefined);
      expect(errorOf(await ask('set', "<d xmlns='x'/>"))).to.equal('wait/resource-constraint');
    });
  });
});
