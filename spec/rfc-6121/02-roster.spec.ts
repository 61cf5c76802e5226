import { expect } from 'chai';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { brief, errorOf, type FakeClient } from '../core/world.ts';
import { ImWorld, isPush, itemLine, itemsOf, pushes, withoutPushes } from '../support/im-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.example';

describe('RFC 6121 §2 managing the roster', () => {
  let world: ImWorld;
  let balcony: FakeClient;

  beforeEach(async () => {
    world = new ImWorld({ maxItems: 5 });
    await world.account('juliet');
    balcony = await world.interested(`${JULIET}/balcony`);
  });

  /** A roster request, and everything that the client got for it. */
  async function ask(client: FakeClient, attributes: string, inner = '', ver?: string): Promise<Element[]> {
    const version = ver === undefined ? '' : ` ver='${ver}'`;
    client.sends(`<iq id='q' ${attributes}><query xmlns='jabber:iq:roster'${version}>${inner}</query></iq>`);
    await world.settle();
    return client.take();
  }

  async function set(inner: string, client = balcony): Promise<Element[]> {
    return ask(client, "type='set'", inner);
  }

  /** The roster as a new resource gets it. */
  async function roster(ver?: string): Promise<Element> {
    const [answer] = await ask(world.client(`${JULIET}/reader`), "type='get'", '', ver);
    if (!answer) throw new Error('no answer');
    return answer;
  }

  async function lines(): Promise<string[]> {
    return itemsOf(await roster()).map(itemLine);
  }

  function versions(stanzas: readonly Element[]): number[] {
    return stanzas.filter(isPush).map((push) => Number(push.child('query', 'jabber:iq:roster')?.attrs['ver']));
  }

  describe('§2.1.3 get', () => {
    it('§2.1.4 of a roster without contacts has a query without items', async () => {
      const answer = await roster();
      expect(brief(answer)).to.equal(`iq result #q →${JULIET}/reader query`);
      expect(itemsOf(answer)).to.deep.equal([]);
    });

    it('has one item for each contact, with all that is known of it', async () => {
      await world.item(JULIET, ROMEO, { name: 'Romeo', groups: ['Friends', 'Lovers'], subscription: 'both' });
      await world.item(JULIET, 'nurse@capulet.example', { ask: true, approved: true });
      world = new ImWorld({ store: world.store });
      expect(await lines()).to.deep.equal([
        `${ROMEO} name=Romeo subscription=both #Friends #Lovers`,
        'nurse@capulet.example approved=true ask=subscribe subscription=none',
      ]);
    });

    it('may be addressed to the own account', async () => {
      const [answer] = await ask(balcony, `type='get' to='${JULIET}'`);
      expect(answer && brief(answer)).to.equal(`iq result #q ${JULIET}→${JULIET}/balcony query`);
    });

    it('leaves out strangers whose request waits', async () => {
      await world.comes(`<presence from='${ROMEO}' to='${JULIET}' type='subscribe'/>`);
      expect(await lines()).to.deep.equal([]);
    });

    it('§2.2 gets internal-server-error when the store fails', async () => {
      const store = createMemoryStore();
      store.roster.load = async () => Promise.reject(new StoreError('the disk is on fire'));
      world = new ImWorld({ store });
      expect(errorOf(await roster())).to.equal('cancel/internal-server-error');
    });

    for (const to of ['nobody@capulet.example', 'tybalt@capulet.example']) {
      for (const type of ['get', 'set']) {
        it(`§2.3.3 of another account is forbidden, whether there is one or not: ${type}, ${to}`, async () => {
          await world.account('tybalt');
          const [answer] = await ask(balcony, `type='${type}' to='${to}'`, `<item jid='${ROMEO}'/>`);
          expect(answer && errorOf(answer)).to.equal('auth/forbidden');
          expect((await world.store.roster.load(to)).items).to.deep.equal([]);
        });
      }
    }

    it('is not for the server itself', async () => {
      const [answer] = await ask(balcony, "type='get' to='capulet.example'");
      expect(answer && errorOf(answer)).to.equal('cancel/service-unavailable');
    });
  });

  describe('§2.1.6 pushes', () => {
    it('§2.3.2 go to every interested resource, the one that asked included, and to no other', async () => {
      const chamber = await world.interested(`${JULIET}/chamber`);
      const connected = world.client(`${JULIET}/connected`);
      const available = world.client(`${JULIET}/available`);
      available.sends('<presence/>');
      await world.settle();
      available.take();
      const got = await set(`<item jid='${ROMEO}' name='Romeo'><group>Friends</group></item>`);
      const line = `${ROMEO} name=Romeo subscription=none #Friends`;
      expect(pushes(got)).to.deep.equal([line]);
      expect(withoutPushes(got)).to.deep.equal([`iq result #q →${JULIET}/balcony`]);
      expect(pushes(chamber.take())).to.deep.equal([line]);
      expect(connected.got()).to.deep.equal([]);
      expect(available.got()).to.deep.equal([]);
    });

    it('come from the account, have one item, an id of their own and a version', async () => {
      const chamber = await world.interested(`${JULIET}/chamber`);
      const ids = new Set<string | undefined>();
      for (const contact of ['a@x.example', 'b@x.example']) {
        for (const push of [...(await set(`<item jid='${contact}'/>`)), ...chamber.take()].filter(isPush)) {
          expect(push.attrs['from']).to.equal(JULIET);
          expect(itemsOf(push)).to.have.length(1);
          expect(push.child('query', 'jabber:iq:roster')?.attrs['ver']).to.match(/^\d+$/);
          ids.add(push.attrs['id']);
        }
      }
      expect(ids.size).to.equal(4);
    });

    for (const type of ['result', 'error']) {
      it(`may be answered with ${type}, or not at all`, async () => {
        const [push] = (await set(`<item jid='${ROMEO}'/>`)).filter(isPush);
        balcony.sends(`<iq type='${type}' id='${push?.attrs['id']}' to='${JULIET}'/>`);
        balcony.sends(`<iq type='${type}' id='${push?.attrs['id']}'/>`);
        await world.settle();
        expect(balcony.got()).to.deep.equal([]);
        expect(await lines()).to.have.length(1);
      });
    }

    it('§2.6.3 each have a version of their own, in order, also when the store writes several at once', async () => {
      const { store, commit } = inBatches();
      world = new ImWorld({ store });
      balcony = await world.interested(`${JULIET}/balcony`);
      const chamber = await world.interested(`${JULIET}/chamber`);
      balcony.sends("<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='a@x.example'/></query></iq>");
      chamber.sends("<iq type='set' id='2'><query xmlns='jabber:iq:roster'><item jid='b@x.example'/></query></iq>");
      await world.settle();
      commit();
      await world.settle();
      expect(versions(balcony.take())).to.deep.equal([1, 2]);
      expect(versions(chamber.take())).to.deep.equal([1, 2]);
    });
  });

  describe('§2.1.5 set', () => {
    for (const attributes of ["subscription='both'", "ask='subscribe'", "approved='true'", "subscription='nonsense'"]) {
      it(`ignores what is the server's to say: ${attributes}`, async () => {
        await set(`<item jid='${ROMEO}' ${attributes}/>`);
        expect(await lines()).to.deep.equal([`${ROMEO} subscription=none`]);
      });
    }

    it('§2.4 replaces name and groups as a whole, and leaves the subscription', async () => {
      await world.item(JULIET, ROMEO, { name: 'Romeo', groups: ['Friends'], subscription: 'to', approved: true });
      world = new ImWorld({ store: world.store });
      balcony = await world.interested(`${JULIET}/balcony`);
      const steps = [
        ["name='Romeo'", '<group>Friends</group><group>Lovers</group>', 'name=Romeo subscription=to #Friends #Lovers'],
        ["name='Romeo'", '<group>Lovers</group>', 'name=Romeo subscription=to #Lovers'],
        ["name='MyRomeo'", '', 'name=MyRomeo subscription=to'],
        ["name=''", '', 'subscription=to'],
        ['', '', 'subscription=to'],
      ] as const;
      for (const [name, groups, line] of steps) {
        const got = await set(`<item jid='${ROMEO}' ${name}>${groups}</item>`);
        expect(pushes(got)).to.deep.equal([`${ROMEO} approved=true ${line}`]);
        expect(await lines()).to.deep.equal([`${ROMEO} approved=true ${line}`]);
      }
    });

    it('prepares the address, and means the account', async () => {
      await set("<item jid='ROMEO@Montague.example/orchard' name='Romeo'/>");
      await set(`<item jid='${ROMEO}' name='Montague'/>`);
      expect(await lines()).to.deep.equal([`${ROMEO} name=Montague subscription=none`]);
    });

    it('takes a server as a contact', async () => {
      await set("<item jid='icq.example'/>");
      expect(await lines()).to.deep.equal(['icq.example subscription=none']);
    });

    it('makes a contact of a stranger whose request waits, and forgets the request not', async () => {
      await world.comes(`<presence from='${ROMEO}' to='${JULIET}' type='subscribe'/>`);
      await set(`<item jid='${ROMEO}' name='Romeo'/>`);
      expect(await lines()).to.deep.equal([`${ROMEO} name=Romeo subscription=none`]);
      expect((await world.itemIn(JULIET, ROMEO))?.pendingIn).to.be.a('string');
    });

    const long = 'x'.repeat(1024);
    const faults = {
      'no item': ['', 'modify/bad-request'],
      'more than one item': [`<item jid='${ROMEO}'/><item jid='nurse@x.example'/>`, 'modify/bad-request'],
      'an item of another namespace': [`<item xmlns='urn:x' jid='${ROMEO}'/>`, 'modify/bad-request'],
      'a group twice': [
        `<item jid='${ROMEO}'><group>a</group><group>b</group><group>a</group></item>`,
        'modify/bad-request',
      ],
      'a name that is too long': [`<item jid='${ROMEO}' name='${long}'/>`, 'modify/not-acceptable'],
      'an empty group': [`<item jid='${ROMEO}'><group/></item>`, 'modify/not-acceptable'],
      'a group name that is too long': [`<item jid='${ROMEO}'><group>${long}</group></item>`, 'modify/not-acceptable'],
      'too many groups': [
        `<item jid='${ROMEO}'>${Array.from({ length: 101 }, (_, n) => `<group>${n}</group>`).join('')}</item>`,
        'modify/not-acceptable',
      ],
      'no address': ['<item/>', 'modify/jid-malformed'],
      'no good address': ["<item jid='a@b@c'/>", 'modify/jid-malformed'],
      'the own account': [`<item jid='${JULIET}'/>`, 'cancel/not-allowed'],
    } as const;
    for (const [fault, [inner, condition]] of Object.entries(faults)) {
      it(`§2.3.3 is refused, and changes nothing: ${fault}`, async () => {
        const got = await set(inner);
        expect(got.map(errorOf)).to.deep.equal([condition]);
        expect(await lines()).to.deep.equal([]);
      });
    }

    it('takes names and groups up to the limits', async () => {
      const most = 'x'.repeat(1023);
      const groups = Array.from({ length: 100 }, (_, n) => `<group>${n}</group>`).join('');
      expect(pushes(await set(`<item jid='${ROMEO}' name='${most}'>${groups}</item>`))).to.have.length(1);
    });

    it('is refused when the roster is full, but what is in it can be changed and removed', async () => {
      for (let number = 0; number < 5; number += 1) await set(`<item jid='c${number}@x.example'/>`);
      expect((await set(`<item jid='${ROMEO}'/>`)).map(errorOf)).to.deep.equal(['wait/resource-constraint']);
      expect(pushes(await set("<item jid='c0@x.example' name='first'/>"))).to.have.length(1);
      await set("<item jid='c0@x.example' subscription='remove'/>");
      expect(pushes(await set(`<item jid='${ROMEO}'/>`))).to.have.length(1);
      expect(await lines()).to.have.length(5);
    });

    it('that the store cannot keep is refused, and others do not see it', async () => {
      const store = createMemoryStore();
      world = new ImWorld({ store });
      balcony = await world.interested(`${JULIET}/balcony`);
      store.roster.put = async () => Promise.reject(new StoreError('the disk is full'));
      const got = await set(`<item jid='${ROMEO}'/>`);
      expect(got.map(errorOf)).to.deep.equal(['cancel/internal-server-error']);
      expect(await lines()).to.deep.equal([]);
    });

    it('survives a restart', async () => {
      await set(`<item jid='${ROMEO}' name='Romeo'><group>Friends</group></item>`);
      await world.host.stop();
      world = new ImWorld({ store: world.store });
      expect(await lines()).to.deep.equal([`${ROMEO} name=Romeo subscription=none #Friends`]);
    });
  });

  describe('§2.5 removing', () => {
    const REMOVE = `<item jid='${ROMEO}' subscription='remove'/>`;
    const cases = [
      [{ subscription: 'none' }, []],
      [{ subscription: 'none', ask: true }, ['unsubscribe']],
      [{ subscription: 'to' }, ['unsubscribe']],
      [{ subscription: 'from' }, ['unavailable', 'unsubscribed']],
      [{ subscription: 'from', ask: true }, ['unsubscribe', 'unavailable', 'unsubscribed']],
      [{ subscription: 'both' }, ['unsubscribe', 'unavailable', 'unsubscribed']],
      [{ subscription: 'none', approved: true }, []],
    ] as const;
    for (const [parts, types] of cases) {
      it(`§2.5.2 ends the subscriptions: ${JSON.stringify(parts)}`, async () => {
        await world.item(JULIET, ROMEO, parts);
        world = new ImWorld({ store: world.store });
        balcony = await world.online(`${JULIET}/balcony`);
        world.sent();
        const got = await set(REMOVE);
        expect(pushes(got)).to.deep.equal([`${ROMEO} subscription=remove`]);
        expect(withoutPushes(got)).to.deep.equal([`iq result #q →${JULIET}/balcony`]);
        const sources = { unavailable: `${JULIET}/balcony` } as Readonly<Record<string, string>>;
        expect(world.sent()).to.deep.equal(types.map((type) => `presence ${type} ${sources[type] ?? JULIET}→${ROMEO}`));
        expect(await lines()).to.deep.equal([]);
      });
    }

    it('the contact is told nothing of other changes', async () => {
      await set(`<item jid='${ROMEO}' name='Romeo'/>`);
      await set(REMOVE);
      expect(world.sent()).to.deep.equal([]);
    });

    it('§2.5.3 somebody who is not in the roster gets item-not-found, a stranger who waits included', async () => {
      expect((await set(REMOVE)).map(errorOf)).to.deep.equal(['cancel/item-not-found']);
      await world.comes(`<presence from='${ROMEO}' to='${JULIET}' type='subscribe'/>`);
      expect((await set(REMOVE)).map(errorOf)).to.deep.equal(['cancel/item-not-found']);
    });

    it('§3.1.3 is no answer to the request of the contact, which waits on', async () => {
      await set(`<item jid='${ROMEO}'/>`);
      await world.comes(`<presence from='${ROMEO}' to='${JULIET}' type='subscribe'/>`);
      await set(REMOVE);
      expect(await lines()).to.deep.equal([]);
      balcony.sends('<presence/>');
      await world.settle();
      expect(withoutPushes(balcony.take())).to.include(`presence subscribe ${ROMEO}→${JULIET}`);
    });

    it('needs no more of the item than its address', async () => {
      await set(`<item jid='${ROMEO}'/>`);
      const got = await set(`<item jid='${ROMEO}' subscription='remove' name='Romeo'><group>Friends</group></item>`);
      expect(pushes(got)).to.deep.equal([`${ROMEO} subscription=remove`]);
    });
  });

  describe('§2.6 versions', () => {
    /** The version that the whole roster has. */
    async function version(): Promise<string> {
      return (await roster()).child('query', 'jabber:iq:roster')?.attrs['ver'] ?? 'none';
    }

    async function fill(...names: readonly string[]): Promise<void> {
      for (const name of names) await set(`<item jid='${name}@x.example'/>`);
    }

    it('§2.6.1 are a stream feature', () => {
      expect(world.host.features().map((feature) => feature.attrs['xmlns'])).to.include('urn:xmpp:features:rosterver');
    });

    it('the one that is current gets an empty result and no pushes', async () => {
      await fill('a', 'b');
      const got = await ask(world.client(`${JULIET}/cache`), "type='get'", '', await version());
      expect(got.map(brief)).to.deep.equal([`iq result #q →${JULIET}/cache`]);
    });

    it('an older one gets an empty result, and then the changes in order', async () => {
      await fill('a', 'b', 'c', 'd');
      const known = await version();
      await set("<item jid='b@x.example' subscription='remove'/>");
      await set("<item jid='a@x.example' name='A'/>");
      await fill('e');
      await set("<item jid='e@x.example' name='E'/>");
      const got = await ask(world.client(`${JULIET}/cache`), "type='get'", '', known);
      expect(got[0] && brief(got[0])).to.equal(`iq result #q →${JULIET}/cache`);
      expect(pushes(got)).to.deep.equal([
        'b@x.example subscription=remove',
        'a@x.example name=A subscription=none',
        'e@x.example name=E subscription=none',
      ]);
      expect(versions(got)).to.deep.equal([5, 6, 8]);
    });

    it('one that is further back than the whole roster is long gets the whole roster', async () => {
      await fill('a', 'b', 'c');
      const known = await version();
      for (const name of ['a', 'b', 'c']) await set(`<item jid='${name}@x.example' subscription='remove'/>`);
      await fill('d');
      expect(itemsOf(await roster(known)).map(itemLine)).to.deep.equal(['d@x.example subscription=none']);
    });

    for (const unknown of ['', '99', 'ver7', '-1', '1.5', '9999999999999999999']) {
      it(`one that the server does not know gets the whole roster: "${unknown}"`, async () => {
        await fill('a');
        const answer = await roster(unknown);
        expect(itemsOf(answer)).to.have.length(1);
        expect(answer.child('query', 'jabber:iq:roster')?.attrs['ver']).to.equal('1');
      });
    }

    it('a client that asks with a version is interested, too', async () => {
      await fill('a');
      const reader = world.client(`${JULIET}/reader`);
      await ask(reader, "type='get'", '', await version());
      await fill('b');
      expect(pushes(reader.take())).to.deep.equal(['b@x.example subscription=none']);
    });

    it('live pushes do not overtake those that catch up', async () => {
      for (let delay = 0; delay < 12; delay += 1) {
        world = new ImWorld();
        balcony = await world.interested(`${JULIET}/balcony`);
        await fill('a', 'b', 'c');
        const reader = world.client(`${JULIET}/reader`);
        reader.sends("<iq type='get' id='1'><query xmlns='jabber:iq:roster' ver='1'/></iq>");
        for (let turn = 0; turn < delay; turn += 1) await Promise.resolve();
        await fill('d');
        const got = versions(reader.take());
        expect(got, `after ${delay} turns`).to.deep.equal([2, 3, 4]);
      }
    });

    it('nobody else’s changes count', async () => {
      await fill('a');
      const tybalt = await world.interested('tybalt@capulet.example/street');
      await set("<item jid='z@x.example'/>", tybalt);
      expect(await version()).to.equal('1');
    });
  });
});

/** A store whose roster writes are all done at the same instant, as one transaction. */
function inBatches(): { readonly store: Store; readonly commit: () => void } {
  const store = createMemoryStore();
  const put: Store['roster']['put'] = store.roster.put.bind(store.roster);
  let commit: () => void = () => {};
  const committed = new Promise<void>((resolve) => (commit = resolve));
  store.roster.put = async (id, item) => {
    const version = await put(id, item);
    await committed;
    return version;
  };
  return { store, commit: () => commit() };
}
