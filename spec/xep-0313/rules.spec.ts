import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { ARCHIVE } from '../../lib/modules/archive/archive.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type ArchiveStore, type Store } from '../../lib/storage/store.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { element, jid, type FakeClient } from '../core/world.ts';
import { archivedIn, ArchiveWorld, mamQuery, overStores, resultOf } from '../support/archive-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.example/orchard';
const HOUR = seconds(3600);

/** The message went to the archive, and the sender's server heard nothing. */
async function comes(world: ArchiveWorld, attributes: string, inner = '<body>hi</body>', from = ROMEO): Promise<void> {
  await world.comes(`<message from='${from}' ${attributes}>${inner}</message>`);
}

/** Attribute `id` of the archived messages. */
async function archived(world: ArchiveWorld, owner = JULIET): Promise<string> {
  await world.settle();
  const query = { filter: {}, isBackwards: false, limit: 1000, countLimit: 0 };
  const page = await world.store.archive.page(owner, query);
  return page?.messages.map(({ stanzaId }) => stanzaId).join('') ?? '';
}

overStores((store: () => Store) => {
  let world: ArchiveWorld;
  let juliet: FakeClient;

  beforeEach(async () => {
    world = new ArchiveWorld(store());
    await world.account('juliet');
    juliet = await world.online(`${JULIET}/balcony`);
  });

  describe('XEP-0313 §6.1.1 what is archived', () => {
    const hint = (name: string): string => `<${name} xmlns='urn:xmpp:hints'/>`;
    const rows: readonly (readonly [title: string, type: string, inner: string, isArchived: boolean])[] = [
      ['chat', 'chat', '<body/>', true],
      ['normal', 'normal', '<body/>', true],
      ['a type that nobody knows', 'gossip', '<body/>', true],
      ['headline', 'headline', '<body/>', false],
      ['groupchat', 'groupchat', '<body/>', false],
      ['an error', 'error', "<body/><error type='cancel'/>", false],
      ['somebody is typing', 'chat', "<composing xmlns='http://jabber.org/protocol/chatstates'/>", false],
      ['a body of something else', 'chat', "<body xmlns='urn:x'/>", false],
      ['a receipt', 'normal', "<received xmlns='urn:xmpp:receipts' id='x'/>", true],
      ['a displayed marker', 'chat', "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>", true],
      [
        'a reaction',
        'chat',
        "<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>👋</reaction></reactions>",
        true,
      ],
      ['what is encrypted', 'chat', "<encrypted xmlns='urn:xmpp:omemo:2'/>", true],
      ['an invitation', 'normal', "<x xmlns='jabber:x:conference' jid='room@muc.example'/>", true],
      ['a correction', 'chat', "<body>no</body><replace xmlns='urn:xmpp:message-correct:0' id='x'/>", true],
      ['XEP-0334 §4.1 no-permanent-store', 'chat', `<body/>${hint('no-permanent-store')}`, false],
      ['XEP-0334 §4.2 no-store', 'chat', `<body/>${hint('no-store')}`, false],
      ['XEP-0334 §4.3 no-copy', 'chat', `<body/>${hint('no-copy')}`, true],
      ['XEP-0334 §4.4 store', 'chat', `<x xmlns='urn:x'/>${hint('store')}`, true],
      ['store and no-store', 'chat', `<body/>${hint('store')}${hint('no-store')}`, false],
      ['XEP-0334 §5 hints of an error', 'error', `<x xmlns='urn:x'/>${hint('store')}<error type='cancel'/>`, false],
    ];
    for (const [title, type, inner, isArchived] of rows) {
      it(`${title}: ${isArchived ? 'yes' : 'no'}`, async () => {
        await comes(world, `to='${JULIET}/balcony' type='${type}' id='a'`, inner);
        juliet.sends(`<message to='${ROMEO}' type='${type}' id='b'>${inner}</message>`);
        expect(await archived(world)).to.equal(isArchived ? 'ab' : '');
      });
    }

    it('a message that goes to several resources is there once', async () => {
      await world.online(`${JULIET}/phone`);
      await comes(world, `to='${JULIET}' type='chat' id='a'`);
      expect(await archived(world)).to.equal('a');
    });

    it('a message to oneself is there once', async () => {
      juliet.sends(`<message to='${JULIET}' type='chat' id='a'><body/></message>`);
      juliet.sends(`<message type='chat' id='b'><body/></message>`);
      expect(await archived(world)).to.equal('ab');
    });

    it('a message between two accounts here is in both archives', async () => {
      await world.account('nurse');
      juliet.sends("<message to='nurse@capulet.example' type='chat' id='a'><body/></message>");
      expect(await archived(world)).to.equal('a');
      expect(await archived(world, 'nurse@capulet.example')).to.equal('a');
    });

    it('a message that a module refuses is not there', async () => {
      world.host.hooks.add('stanza:from-client', 'filter', { module: 'spec', rank: 0 }, () => 'handled');
      world.host.hooks.add('stanza:to-account', 'filter', { module: 'spec', rank: 0 }, () => 'handled');
      juliet.sends(`<message to='${ROMEO}' type='chat' id='a'><body/></message>`);
      await comes(world, `to='${JULIET}' type='chat' id='b'`);
      expect(await archived(world)).to.equal('');
    });

    it('a message that is bounced is not there', async () => {
      await comes(world, `to='${JULIET}/nowhere' type='normal' id='a'`);
      await comes(world, "to='nobody@capulet.example' type='chat' id='b'");
      expect(await archived(world)).to.equal('');
      expect(await archived(world, 'nobody@capulet.example')).to.equal('');
    });

    it('a message that did not reach a client is there once', async () => {
      await comes(world, `to='${JULIET}' type='chat' id='a'`);
      juliet.session.closed('lost', juliet.transport.sent.splice(0));
      await world.settle();
      expect(await world.store.offline.count(JULIET)).to.equal(1);
      expect(await archived(world)).to.equal('a');
    });
  });

  describe('XEP-0313 §6.1.1 offline messages', () => {
    beforeEach(async () => {
      juliet.session.closed('graceful', []);
      await world.settle();
      for (const id of 'abc') await comes(world, `to='${JULIET}' type='chat' id='${id}'`);
    });

    /** Ids of the messages that are not results. */
    function delivered(client: FakeClient): string {
      const messages = client.take().filter((stanza) => stanza.name === 'message' && !resultOf(stanza));
      return messages.map(({ attrs }) => attrs['id']).join('');
    }

    async function login(query?: string): Promise<FakeClient> {
      const client = world.client(`${JULIET}/phone`);
      if (query !== undefined) await world.ask(client, query);
      client.sends('<presence/>');
      await world.settle();
      return client;
    }

    it('are archived, under the id that they carry', async () => {
      expect(await archived(world)).to.equal('abc');
      const phone = await login();
      const messages = phone.take().filter(({ name }) => name === 'message');
      const ids = messages.map((message) => message.child('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] ?? '');
      const results = await world.ask(phone, mamQuery());
      expect(results.slice(0, -1).map((result) => resultOf(result)?.attrs['id'])).to.deep.equal(ids);
    });

    it('come to a client that does not ask the archive', async () => {
      expect(delivered(await login())).to.equal('abc');
    });

    it('do not come to a client that has found them in the archive, and are done with', async () => {
      expect(delivered(await login(mamQuery()))).to.equal('');
      expect(await world.store.offline.count(JULIET)).to.equal(0);
    });

    it('come as far as the client has not found them', async () => {
      expect(delivered(await login(mamQuery({}, '<max>2</max>')))).to.equal('c');
      await world.settle();
      expect(await archived(world)).to.equal('abc');
    });

    it('come when the client asked for other messages', async () => {
      expect(delivered(await login(mamQuery({ with: 'nurse@capulet.example' })))).to.equal('abc');
    });

    it('a message that is refused because there are too many is not archived', async () => {
      world = new ArchiveWorld(store(), {}, { maxMessages: 3 });
      await comes(world, `to='${JULIET}' type='chat' id='d'`);
      expect(world.sent()).to.deep.equal([`message error #d ${JULIET}→${ROMEO} body cancel/service-unavailable`]);
      expect(await archived(world)).to.equal('abc');
    });

    it('one that must not be archived is kept for later all the same', async () => {
      await comes(world, `to='${JULIET}' type='chat' id='d'`, "<body/><no-permanent-store xmlns='urn:xmpp:hints'/>");
      expect(await archived(world)).to.equal('abc');
      expect(delivered(await login(mamQuery()))).to.equal('d');
    });
  });

  describe('XEP-0313 §3.2 removal', () => {
    it('of what is too old, of every archive', async () => {
      world = new ArchiveWorld(store(), { expireAfter: 2 * HOUR });
      await world.account('nurse');
      const nurse = await world.online('nurse@capulet.example/kitchen');
      for (const id of 'abcd') {
        nurse.sends(`<message to='${JULIET}' type='chat' id='${id}'><body/></message>`);
        await world.settle();
        world.clock.advance(HOUR);
      }
      await world.settle();
      expect(await archived(world)).to.equal('cd');
      expect(await archived(world, 'nurse@capulet.example')).to.equal('cd');
    });

    it('of the oldest, when there are too many', async () => {
      world = new ArchiveWorld(store(), { maxMessages: 2 });
      for (const id of 'abcd') await comes(world, `to='${JULIET}' type='chat' id='${id}'`);
      world.clock.advance(HOUR);
      expect(await archived(world)).to.equal('cd');
    });

    it('of everything, with the account', async () => {
      await comes(world, `to='${JULIET}' type='chat' id='a'`);
      await world.host.removeAccount(jid(JULIET));
      expect(await world.store.archive.owners(10)).to.deep.equal([]);
    });
  });

  it('what is asked for is not lost on the way to another client', async () => {
    await comes(world, `to='${JULIET}' type='chat' id='a'`);
    juliet.take();
    juliet.sends(mamQuery());
    await world.settle();
    juliet.session.closed('lost', juliet.transport.sent.splice(0));
    await world.settle();
    expect(await world.store.offline.count(JULIET)).to.equal(0);
    expect(world.sent()).to.deep.equal([]);
  });

  it('a message that is no XML is left out, and logged', async () => {
    const broken = { id: 'x', at: 1, peer: 'a@b', resource: '', isSent: false, stanzaId: '', xml: '<message' };
    await world.store.archive.add([{ owner: JULIET, ...broken }]);
    expect((await world.ask(juliet, mamQuery())).map(({ name }) => name)).to.deep.equal(['iq']);
    expect(world.log.of('archive.message.unreadable')).to.deep.equal([{ owner: JULIET, id: 'x' }]);
  });

  it('keeps the order when the clock is set back', async () => {
    await comes(world, `to='${JULIET}' type='chat' id='a'`);
    const date = world.clock.date();
    world.clock.date = () => date - HOUR;
    await comes(world, `to='${JULIET}' type='chat' id='b'`);
    expect(await archived(world)).to.equal('ab');
  });

  describe('XEP-0313 §3.3.2 archives of rooms', () => {
    const ROOM = jid('coven@chat.shakespeare.lit');

    it('are kept by the same service, and shown as the room likes', async () => {
      const service = world.host.services.find(ARCHIVE);
      const message = element("<message type='groupchat' id='m1'><body>Thrice</body></message>");
      const stanza = new Stanza(message, jid('coven@chat.shakespeare.lit/firstwitch'), ROOM);
      service?.add(ROOM, { stanza, peer: jid('crone1@shakespeare.lit'), isSent: false }, service.newId());
      const iq = new Stanza(element(mamQuery({ with: 'crone1@shakespeare.lit' })), juliet.session.jid, ROOM);
      const payload = iq.element.getChildElements()[0] ?? expect.fail('no query');
      const request = {
        stanza: iq,
        payload,
        from: juliet.session.jid,
        session: juliet.session,
        account: undefined,
        isOwn: false,
      };
      await service?.answer(ROOM, request, (shown) => {
        delete shown.attrs['to'];
        return shown;
      });
      const result = juliet.one();
      expect(result.attrs['from']).to.equal('coven@chat.shakespeare.lit');
      expect(archivedIn(result)?.attrs).to.deep.equal({
        xmlns: 'jabber:client',
        type: 'groupchat',
        id: 'm1',
        from: 'coven@chat.shakespeare.lit/firstwitch',
      });
    });
  });
});

describe('an archive and its store', () => {
  /** A memory store whose archive behaves otherwise. */
  function storeWith(parts: (archive: ArchiveStore) => Partial<ArchiveStore>): Store {
    const store = createMemoryStore();
    const archive = store.archive;
    const changed = new Proxy(archive, {
      get: (target, name) =>
        Reflect.get(parts(archive), name) ?? (Reflect.get(target, name) as () => unknown).bind(target),
    });
    return new Proxy(store, {
      get: (target, name) => (name === 'archive' ? changed : (Reflect.get(target, name) as unknown)),
    });
  }

  async function online(store: Store): Promise<[ArchiveWorld, FakeClient]> {
    const world = new ArchiveWorld(store);
    await world.account('juliet');
    return [world, await world.online(`${JULIET}/balcony`)];
  }

  it('writes together what comes within 20 ms', async () => {
    const sizes: number[] = [];
    const [world, juliet] = await online(
      storeWith((archive) => ({
        add: (entries) => {
          sizes.push(entries.length);
          return archive.add(entries);
        },
      })),
    );
    for (const id of 'abc') {
      juliet.sends(`<message to='${ROMEO}' type='chat' id='${id}'><body/></message>`);
      world.clock.advance(6);
    }
    expect(sizes).to.deep.equal([]);
    world.clock.advance(2);
    expect(sizes).to.deep.equal([3]);
  });

  it('writes at once when the server is about to stop', async () => {
    const sizes: number[] = [];
    const [world, juliet] = await online(
      storeWith((archive) => ({
        add: (entries) => {
          sizes.push(entries.length);
          return archive.add(entries);
        },
      })),
    );
    juliet.sends(`<message to='${ROMEO}' type='chat' id='a'><body/></message>`);
    await world.host.stop();
    expect(sizes).to.deep.equal([1]);
  });

  it('delivers before it writes', async () => {
    const [world, juliet] = await online(storeWith(() => ({ add: () => new Promise(() => {}) })));
    await world.account('nurse');
    const nurse = await world.online('nurse@capulet.example/kitchen');
    juliet.sends("<message to='nurse@capulet.example' type='chat'><body/></message>");
    expect(nurse.take()).to.have.length(1);
  });

  it('goes on when the store fails, and logs it', async () => {
    const [world, juliet] = await online(
      storeWith(() => ({ add: () => Promise.reject(new StoreError('the disk is full')) })),
    );
    juliet.sends(`<message to='${ROMEO}' type='chat' id='a'><body/></message>`);
    await world.settle();
    expect(world.sent()).to.deep.equal([`message chat #a ${JULIET}/balcony→${ROMEO} body`]);
    expect(world.log.of('archive.write.failed').map(({ count }) => count)).to.deep.equal([1]);
  });

  it('makes who sends wait when 10,000 messages are not written yet', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const [world, juliet] = await online(
      storeWith((archive) => ({ add: (entries) => gate.then(() => archive.add(entries)) })),
    );
    for (let index = 0; index < 10_003; index += 1)
      juliet.sends(`<message to='${ROMEO}' type='chat'><body/></message>`);
    expect(world.sent()).to.have.length(10_000);
    open();
    await world.settle();
    expect(world.sent()).to.have.length(3);
  });
});
