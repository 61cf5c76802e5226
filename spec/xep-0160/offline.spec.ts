import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type OfflineStore, type Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { ImWorld } from '../support/im-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.example/orchard';

describe('XEP-0160 offline messages', () => {
  let world: ImWorld;

  beforeEach(async () => {
    world = new ImWorld();
    await world.account('juliet');
  });

  /** A message from another server. */
  async function comes(attributes: string, inner = '<body>hi</body>', to = JULIET): Promise<void> {
    await world.comes(`<message from='${ROMEO}' to='${to}' ${attributes}>${inner}</message>`);
  }

  async function kept(): Promise<number> {
    return world.store.offline.count(JULIET);
  }

  /** Binds a resource and makes it available. */
  async function login(resource = 'balcony', presence = '<presence/>'): Promise<FakeClient> {
    const client = world.client(`${JULIET}/${resource}`);
    client.sends(presence);
    await world.settle();
    return client;
  }

  /** The messages that a client got, without saying that they arrived. */
  function messages(client: FakeClient): Element[] {
    return client.transport.sent.map(({ element }) => element).filter(({ name }) => name === 'message');
  }

  function ids(client: FakeClient): (string | undefined)[] {
    return messages(client).map((message) => message.attrs['id']);
  }

  /** The client has read all that it was sent. */
  async function reads(client: FakeClient): Promise<void> {
    for (const payload of client.transport.sent.splice(0)) payload.arrived?.();
    await world.settle();
  }

  /** The carrier breaks, and says what may not have arrived. */
  async function breaks(client: FakeClient, undelivered: readonly Payload[] = client.transport.sent): Promise<void> {
    client.session.closed('lost', [...undelivered]);
    await world.settle();
  }

  describe('§3 message types', () => {
    const rows = [
      ['', 'kept'],
      ["type='normal'", 'kept'],
      ["type='chat'", 'kept'],
      ["type='gossip'", 'kept'],
      ["type='groupchat'", 'bounced'],
      ["type='headline'", 'ignored'],
      ["type='error'", 'ignored'],
    ] as const;
    for (const [type, outcome] of rows) {
      it(`are ${outcome}: ${type || 'no type'}`, async () => {
        await comes(`${type} id='m'`);
        expect(await kept()).to.equal(outcome === 'kept' ? 1 : 0);
        const refusal = [`message error #m ${JULIET}→${ROMEO} body cancel/service-unavailable`];
        expect(world.sent()).to.deep.equal(outcome === 'bounced' ? refusal : []);
      });
    }

    const COMPOSING = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
    const contents = [
      [COMPOSING, 0],
      [`${COMPOSING}<thread>t</thread>`, 0],
      [`${COMPOSING}<body>hi</body>`, 1],
      ['<subject>news</subject>', 1],
      ["<received xmlns='urn:xmpp:receipts' id='1'/>", 1],
      ["<body>hi</body><no-store xmlns='urn:xmpp:hints'/>", 0],
    ] as const;
    for (const [inner, count] of contents) {
      it(`${count === 1 ? 'are' : 'are not'} worth keeping: ${inner}`, async () => {
        await comes("type='chat'", inner);
        expect(await kept()).to.equal(count);
        expect(world.sent()).to.deep.equal([]);
      });
    }

    it('to a resource that is not there are kept for the account when they are chat', async () => {
      await comes("type='chat' id='m'", '<body/>', `${JULIET}/balcony`);
      const juliet = await login('chamber');
      expect(messages(juliet).map(({ attrs }) => attrs['to'])).to.deep.equal([`${JULIET}/balcony`]);
    });
  });

  describe('§2 delivery', () => {
    it('comes with the first presence that is not negative, in the order of the messages', async () => {
      for (const id of ['a', 'b', 'c']) await comes(`id='${id}'`);
      const juliet = world.client(`${JULIET}/balcony`);
      expect(ids(juliet)).to.deep.equal([]);
      juliet.sends('<presence><priority>-1</priority></presence>');
      await world.settle();
      expect(ids(juliet)).to.deep.equal([]);
      juliet.sends('<presence><priority>0</priority></presence>');
      await world.settle();
      expect(ids(juliet)).to.deep.equal(['a', 'b', 'c']);
    });

    it('has all that the message had', async () => {
      await comes("type='chat' id='a' xml:lang='it'", "<body>ciao</body><x xmlns='urn:x'>y</x>");
      const [message] = messages(await login());
      expect(message?.attrs).to.include({ type: 'chat', id: 'a', 'xml:lang': 'it', from: ROMEO, to: JULIET });
      expect(message?.child('x', 'urn:x')?.text).to.equal('y');
    });

    it('comes once: not with later presence, and not to other resources', async () => {
      await comes("id='a'");
      const juliet = await login();
      juliet.sends('<presence><show>away</show></presence>');
      await world.settle();
      const chamber = await login('chamber');
      expect(ids(juliet)).to.deep.equal(['a']);
      expect(ids(chamber)).to.deep.equal([]);
    });

    it('does not come for presence that is refused', async () => {
      await comes("id='a'");
      const juliet = await login('balcony', '<presence><priority>high</priority></presence>');
      expect(ids(juliet)).to.deep.equal([]);
      expect(await kept()).to.equal(1);
    });

    it('does not come for directed presence, nor for unavailable presence', async () => {
      await comes("id='a'");
      const juliet = await login('balcony', `<presence to='${ROMEO}'/>`);
      juliet.sends("<presence type='unavailable'/>");
      await world.settle();
      expect(ids(juliet)).to.deep.equal([]);
    });

    it('comes again after the resource was away', async () => {
      const juliet = await login();
      juliet.sends("<presence type='unavailable'/>");
      await world.settle();
      await comes("id='a'");
      juliet.sends('<presence/>');
      await world.settle();
      expect(ids(juliet)).to.deep.equal(['a']);
    });

    it('nothing is kept while somebody takes messages', async () => {
      const juliet = await login();
      await comes("id='a'");
      expect(ids(juliet)).to.deep.equal(['a']);
      expect(await kept()).to.equal(0);
    });

    it('messages of one account are not those of another', async () => {
      await world.account('romeo');
      await comes("id='a'");
      await world.comes(`<message from='${ROMEO}' to='romeo@capulet.example' id='b'><body/></message>`);
      const romeo = world.client('romeo@capulet.example/orchard');
      romeo.sends('<presence/>');
      await world.settle();
      expect(ids(romeo)).to.deep.equal(['b']);
    });
  });

  describe('XEP-0203 the stamp', () => {
    function stamps(message: Element | undefined): (readonly [from: string | undefined, stamp: string | undefined])[] {
      const delays = message?.getChildElements().filter((child) => child.getNS() === 'urn:xmpp:delay') ?? [];
      return delays.map(({ attrs }) => [attrs['from'], attrs['stamp']] as const);
    }

    it('says when the server got the message, and who kept it', async () => {
      world.clock.advance(seconds(61));
      await comes("id='a'");
      world.clock.advance(seconds(3600));
      expect(stamps(messages(await login())[0])).to.deep.equal([['capulet.example', '2026-01-01T00:01:01.000Z']]);
    });

    it('does not replace those of others', async () => {
      const inner = "<body/><delay xmlns='urn:xmpp:delay' from='montague.example' stamp='2020-01-01T00:00:00Z'/>";
      await comes("id='a'", inner);
      expect(stamps(messages(await login())[0])).to.deep.equal([
        ['montague.example', '2020-01-01T00:00:00Z'],
        ['capulet.example', '2026-01-01T00:00:00.000Z'],
      ]);
    });

    it('cannot be forged', async () => {
      const inner = "<body/><delay xmlns='urn:xmpp:delay' from='capulet.example' stamp='2020-01-01T00:00:00Z'/>";
      await comes("id='a'", inner);
      expect(stamps(messages(await login())[0])).to.deep.equal([['capulet.example', '2026-01-01T00:00:00.000Z']]);
    });

    it('stays the same when the message could not be delivered at first', async () => {
      await comes("id='a'");
      const juliet = await login();
      world.clock.advance(seconds(60));
      await breaks(juliet);
      expect(stamps(messages(await login())[0])).to.deep.equal([['capulet.example', '2026-01-01T00:00:00.000Z']]);
    });

    it('of a message that was on its way to a session that broke is when it was sent', async () => {
      await world.account('romeo');
      const juliet = await login();
      const romeo = world.client('romeo@capulet.example/orchard');
      romeo.sends(`<message to='${JULIET}' id='a'><body/></message>`);
      world.clock.advance(seconds(60));
      await breaks(juliet);
      expect(stamps(messages(await login())[0])).to.deep.equal([['capulet.example', '2026-01-01T00:00:00.000Z']]);
    });
  });

  describe('the limit', () => {
    it('§2 bounces what is too much with service-unavailable, and keeps the rest', async () => {
      world = new ImWorld({ maxMessages: 2, store: world.store });
      for (const id of ['a', 'b', 'c']) await comes(`id='${id}'`);
      expect(world.sent()).to.deep.equal([`message error #c ${JULIET}→${ROMEO} body cancel/service-unavailable`]);
      expect(ids(await login())).to.deep.equal(['a', 'b']);
    });

    it('is for each account', async () => {
      world = new ImWorld({ maxMessages: 1, store: world.store });
      await world.account('romeo');
      await comes("id='a'");
      await world.comes(`<message from='${ROMEO}' to='romeo@capulet.example'><body/></message>`);
      expect(world.sent()).to.deep.equal([]);
    });

    it('has room again when messages have arrived', async () => {
      world = new ImWorld({ maxMessages: 1, store: world.store });
      await comes("id='a'");
      const juliet = await login();
      await reads(juliet);
      await breaks(juliet, []);
      await comes("id='b'");
      expect(world.sent()).to.deep.equal([]);
      expect(ids(await login())).to.deep.equal(['b']);
    });
  });

  describe('nothing is lost', () => {
    it('a message stays until the client is known to have it', async () => {
      await comes("id='a'");
      const juliet = await login();
      expect(await kept()).to.equal(1);
      await reads(juliet);
      expect(await kept()).to.equal(0);
    });

    it('what was kept survives a restart, and so does what was sent and not known to have arrived', async () => {
      for (const id of ['a', 'b', 'c']) await comes(`id='${id}'`);
      const juliet = await login();
      juliet.transport.sent.filter(({ element }) => element.attrs['id'] === 'a').map((payload) => payload.arrived?.());
      await world.settle();
      world = new ImWorld({ store: world.store });
      expect(ids(await login())).to.deep.equal(['b', 'c']);
    });

    it('what did not arrive comes again, once and in order, with what came since', async () => {
      for (const id of ['a', 'b']) await comes(`id='${id}'`);
      await breaks(await login());
      expect(await kept()).to.equal(2);
      await comes("id='c'");
      const juliet = await login();
      expect(ids(juliet)).to.deep.equal(['a', 'b', 'c']);
      await reads(juliet);
      expect(await kept()).to.equal(0);
    });

    it('what did not arrive goes to another resource that takes messages, and is done when it arrives there', async () => {
      await comes("id='a'");
      const juliet = await login();
      const chamber = await login('chamber');
      await breaks(juliet);
      expect(ids(chamber)).to.deep.equal(['a']);
      const third = await login('third');
      expect(ids(third), 'not a second time').to.deep.equal([]);
      await reads(chamber);
      expect(await kept()).to.equal(0);
    });

    it('what several resources got is done when one of them has it', async () => {
      for (const id of ['a', 'b']) await comes(`id='${id}'`);
      const juliet = await login();
      const others = [await login('chamber'), await login('third')];
      await breaks(juliet);
      for (const other of others) await reads(other);
      expect(await kept()).to.equal(0);
    });

    it('what arrived out of order is neither lost nor sent again', async () => {
      for (const id of ['a', 'b']) await comes(`id='${id}'`);
      const juliet = await login();
      const [first, second] = juliet.transport.sent.filter(({ element }) => element.name === 'message');
      second?.arrived?.();
      await world.settle();
      await breaks(juliet, first ? [first] : []);
      expect(ids(await login())).to.deep.equal(['a']);
    });

    it('the sender hears of it when the store fails', async () => {
      world.store.offline.add = async () => Promise.reject(new StoreError('the disk is full'));
      await comes("id='a'");
      expect(world.sent()).to.deep.equal([`message error #a ${JULIET}→${ROMEO} body cancel/internal-server-error`]);
    });

    it('the client becomes available also when the store cannot say what is kept', async () => {
      world.store.offline.list = async () => Promise.reject(new StoreError('the disk is on fire'));
      const juliet = await login();
      expect(juliet.session.isAvailable).to.equal(true);
      await comes("id='a'");
      expect(ids(juliet)).to.deep.equal(['a']);
      expect(world.log.lines.filter(({ level }) => level === 'error')).to.have.length(1);
    });

    it('a message that cannot be read stands in nobody’s way', async () => {
      await world.store.offline.add(JULIET, { xml: '<message', at: 0 }, 10);
      await comes("id='a'");
      const juliet = await login();
      expect(ids(juliet)).to.deep.equal(['a']);
      await reads(juliet);
      expect(await kept()).to.equal(0);
      expect(world.log.of('offline.message.unreadable')).to.have.length(1);
    });

    it('of an account that is removed nothing is left', async () => {
      await comes("id='a'");
      await world.host.removeAccount((await login()).session.account);
      expect(await kept()).to.equal(0);
      await world.account('juliet');
      expect(ids(await login())).to.deep.equal([]);
    });
  });

  describe('messages that come while the account comes online', () => {
    /** Turns of the promise queue that the store takes for keeping and for listing. */
    const speeds = [
      [0, 0],
      [4, 0],
      [0, 4],
      [9, 3],
      [3, 9],
    ] as const;
    const addresses = [JULIET, `${JULIET}/balcony`, `${JULIET}/nowhere`];

    async function turns(count: number): Promise<void> {
      for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
    }

    function slow([adding, listing]: readonly [number, number]): Store {
      const store = createMemoryStore();
      const { offline } = store;
      const add: OfflineStore['add'] = offline.add.bind(offline);
      const list: OfflineStore['list'] = offline.list.bind(offline);
      offline.add = async (...args) => {
        const isKept = await add(...args);
        await turns(adding);
        return isKept;
      };
      offline.list = async (id) => {
        const found = await list(id);
        await turns(listing);
        return found;
      };
      return store;
    }

    for (const speed of speeds) {
      for (const to of addresses) {
        it(`arrive once and in order: store ${speed.join('+')}, to ${to}`, async () => {
          for (let delay = -20; delay < 30; delay += 1) {
            world = new ImWorld({ store: slow(speed) });
            for (const name of ['juliet', 'romeo']) await world.account(name);
            const romeo = world.client('romeo@capulet.example/orchard');
            const say = (...names: readonly string[]): void => {
              for (const id of names) romeo.sends(`<message type='chat' to='${to}' id='${id}'><body/></message>`);
            };
            await comes("type='chat' id='0'", '<body/>');
            const juliet = world.client(`${JULIET}/balcony`);
            const presence = (): void => juliet.sends('<presence/>');
            const isFirst = delay < 0 && to !== `${JULIET}/balcony`;
            if (isFirst) say('1', '2');
            else presence();
            await turns(Math.abs(delay));
            if (isFirst) presence();
            else say('1', '2');
            await turns(Math.abs(delay));
            say('3');
            await world.settle();
            const got = ids(juliet);
            // What is for a connected resource may reach it before that becomes available.
            if (to === `${JULIET}/balcony`) got.sort((a, b) => Number(a !== '0') - Number(b !== '0'));
            expect(got, `after ${delay} turns`).to.deep.equal(['0', '1', '2', '3']);
            await reads(juliet);
            expect(await kept(), `left behind after ${delay} turns`).to.equal(0);
            expect(romeo.take().map(errorOf)).to.deep.equal([]);
          }
        });
      }
    }
  });

  it('§4 is announced', () => {
    expect(world.host.discovery.server.features).to.include('msgoffline');
  });
});
