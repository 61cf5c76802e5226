import { expect } from 'chai';
import blocking from '../../lib/modules/blocking/index.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type Store } from '../../lib/storage/store.ts';
import { brief, errorOf, type FakeClient } from '../core/world.ts';
import { overStores } from '../support/archive-world.ts';
import '../support/chai-xml.ts';
import { ImWorld } from '../support/im-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.example';
const ORCHARD = `${ROMEO}/orchard`;

function command(name: string, ...jids: string[]): string {
  const items = jids.map((address) => `<item jid='${address}'/>`).join('');
  return `<${name} xmlns='urn:xmpp:blocking'>${items}</${name}>`;
}

class BlockingWorld extends ImWorld {
  constructor(store: Store) {
    super({ store, modules: (host) => host.use(blocking) });
  }

  /** Lets the store do what it does, one thing after the other. */
  override async settle(): Promise<void> {
    for (let step = 0; step < 5; step += 1) {
      await super.settle();
      await this.store.lastSeen.get('nobody@example.com').catch(() => undefined);
    }
    await super.settle();
  }
}

overStores((store: () => Store) => {
  let world: BlockingWorld;
  let juliet: FakeClient;

  beforeEach(async () => {
    world = new BlockingWorld(store());
    await world.account('juliet');
    juliet = await world.online(`${JULIET}/chamber`);
    world.sent();
  });

  async function set(payload: string, client = juliet): Promise<string[]> {
    client.sends(`<iq type='set' id='block1'>${payload}</iq>`);
    await world.settle();
    return client.got();
  }

  async function list(client = juliet): Promise<string[]> {
    client.sends("<iq type='get' id='blocklist1'><blocklist xmlns='urn:xmpp:blocking'/></iq>");
    await world.settle();
    const answer = client.take().at(-1);
    const items = answer?.child('blocklist', 'urn:xmpp:blocking')?.getChildElements() ?? expect.fail('no list');
    return items.map(({ attrs }) => attrs['jid'] ?? '');
  }

  describe('XEP-0191 §3 commands', () => {
    it('§3.1 Example 2: is announced', () => {
      expect(world.host.discovery.server.features).to.include.members(['urn:xmpp:blocking', 'urn:xmpp:reporting:1']);
    });

    it('§3.2 Example 5: the list is empty at first', async () => {
      expect(await list()).to.deep.equal([]);
    });

    it('§3.3 Examples 6 and 7, §3.2 Example 4: who is blocked is in the list, also after a restart', async () => {
      expect(await set(command('block', ROMEO, 'iago@shakespeare.lit'))).to.deep.equal([
        `iq result #block1 →${juliet.jid}`,
      ]);
      expect(await list()).to.have.members([ROMEO, 'iago@shakespeare.lit']);
      world = new BlockingWorld(store());
      expect(await list(await world.online(`${JULIET}/chamber`))).to.have.members([ROMEO, 'iago@shakespeare.lit']);
    });

    it('§3.3 Example 8: resources that asked for the list are told, and no others', async () => {
      const balcony = await world.online(`${JULIET}/balcony`);
      const garden = await world.online(`${JULIET}/garden`);
      await list(balcony);
      for (const client of [juliet, garden]) client.take();
      await set(command('block', ROMEO));
      const push = balcony.one();
      expect(push.attrs).to.include({ type: 'set', to: `${JULIET}/balcony` });
      expect(push.getChildElements()[0]).equalXml(command('block', ROMEO));
      expect(garden.got()).to.deep.equal([]);
    });

    it('§3.4 Examples 10 to 12: unblocking is told, too', async () => {
      await set(command('block', ROMEO, 'iago@shakespeare.lit'));
      await list();
      juliet.sends(`<iq type='set' id='u'>${command('unblock', ROMEO)}</iq>`);
      await world.settle();
      const push = juliet.take().find(({ attrs }) => attrs['type'] === 'set');
      expect(push?.getChildElements()[0]).equalXml(command('unblock', ROMEO));
      expect(await list()).to.deep.equal(['iago@shakespeare.lit']);
    });

    it('§3.5 Examples 13 to 15: nobody named means everybody', async () => {
      await set(command('block', ROMEO, 'iago@shakespeare.lit'));
      await list();
      juliet.sends(`<iq type='set' id='u'>${command('unblock')}</iq>`);
      await world.settle();
      const push = juliet.take().find(({ attrs }) => attrs['type'] === 'set');
      expect(push?.getChildElements()[0]).equalXml(command('unblock'));
      expect(await list()).to.deep.equal([]);
    });

    it('unblocking who is not blocked is no error', async () => {
      expect(await set(command('unblock', ROMEO))).to.deep.equal([`iq result #block1 →${juliet.jid}`]);
    });

    const bad: readonly (readonly [string, string, string])[] = [
      ['§3.3 nobody', command('block'), 'modify/bad-request'],
      ['an address that is none', command('block', '@'), 'modify/jid-malformed'],
      [
        'XEP-0377 §4 a report without a reason',
        `<block xmlns='urn:xmpp:blocking'><item jid='a@b'><report xmlns='urn:xmpp:reporting:1'/></item></block>`,
        'modify/bad-request',
      ],
    ];
    for (const [title, payload, expected] of bad) {
      it(`is refused: ${title}`, async () => {
        juliet.sends(`<iq type='set' id='block1'>${payload}</iq>`);
        await world.settle();
        expect(juliet.take().map(errorOf)).to.deep.equal([expected]);
        expect(await list()).to.deep.equal([]);
      });
    }

    it('is for the account alone', async () => {
      await world.comes(
        `<iq from='${ORCHARD}' to='${JULIET}' type='get' id='1'><blocklist xmlns='urn:xmpp:blocking'/></iq>`,
      );
      expect(world.far.splice(0).map(errorOf)).to.deep.equal(['auth/forbidden']);
    });
  });

  describe('XEP-0191 §3.3 what comes from whom is blocked', () => {
    const rows: readonly (readonly [string, string, string | undefined])[] = [
      ['message', "type='chat'", 'cancel/service-unavailable'],
      ['message', '', 'cancel/service-unavailable'],
      ['message', "type='groupchat'", undefined],
      ['message', "type='headline'", undefined],
      ['message', "type='error'", undefined],
      ['presence', '', undefined],
      ['presence', "type='subscribe'", undefined],
      ['presence', "type='probe'", undefined],
      ['iq', "type='get'", 'cancel/service-unavailable'],
      ['iq', "type='set'", 'cancel/service-unavailable'],
      ['iq', "type='result'", undefined],
      ['iq', "type='error'", undefined],
    ];
    for (const [kind, attributes, answer] of rows) {
      it(`${kind} ${attributes}: ${answer ?? 'silence'}`, async () => {
        await set(command('block', ROMEO));
        for (const to of [JULIET, juliet.jid]) {
          await world.comes(`<${kind} from='${ORCHARD}' to='${to}' id='x' ${attributes}><q xmlns='urn:x'/></${kind}>`);
          expect(world.far.splice(0).map(errorOf), to).to.deep.equal(answer === undefined ? [] : [answer]);
        }
        expect(juliet.got()).to.deep.equal([]);
        expect(await world.store.offline.count(JULIET)).to.equal(0);
      });
    }

    it('§3.4 comes again when they are not any more', async () => {
      await set(command('block', ROMEO));
      await set(command('unblock', ROMEO));
      await world.comes(`<message from='${ORCHARD}' to='${JULIET}' type='chat'><body/></message>`);
      expect(juliet.got()).to.deep.equal([`message chat ${ORCHARD}→${JULIET} body`]);
    });

    it('holds while the account is away, and after that for what was kept before', async () => {
      juliet.sends("<presence type='unavailable'/>");
      await world.settle();
      await world.comes(`<message from='${ORCHARD}' to='${JULIET}' type='chat' id='a'><body/></message>`);
      await set(command('block', ROMEO));
      juliet.session.closed('graceful', []);
      await world.settle();
      await world.comes(`<message from='${ORCHARD}' to='${JULIET}' type='chat' id='b'><body/></message>`);
      expect(world.far.splice(0).map(errorOf)).to.include('cancel/service-unavailable');
      const again = world.client(`${JULIET}/balcony`);
      again.sends('<presence/>');
      await world.settle();
      expect(again.got().filter((line) => line.startsWith('message'))).to.deep.equal([]);
      expect(await world.store.offline.count(JULIET)).to.equal(0);
    });
  });

  describe('XEP-0191 §3.3 what goes to whom is blocked', () => {
    beforeEach(() => set(command('block', ROMEO)));

    it('Example 9: comes back with not-acceptable and blocked', async () => {
      juliet.sends(`<message to='${ROMEO}' id='m'><body>Can you hear me now?</body></message>`);
      await world.settle();
      const error = juliet.one();
      expect(error.attrs).to.include({ type: 'error', from: ROMEO });
      const inner = error.getChildElements().find(({ name }) => name === 'error');
      expect(errorOf(error)).to.equal('cancel/not-acceptable');
      expect(inner?.child('blocked', 'urn:xmpp:blocking:errors')).not.to.equal(undefined);
      expect(world.sent()).to.deep.equal([]);
    });

    it('the same for directed presence and requests', async () => {
      juliet.sends(`<presence to='${ROMEO}'/>`);
      juliet.sends(`<iq type='get' to='${ORCHARD}' id='i'><q xmlns='urn:x'/></iq>`);
      await world.settle();
      expect(juliet.take().map(errorOf)).to.deep.equal(['cancel/not-acceptable', 'cancel/not-acceptable']);
      expect(world.sent()).to.deep.equal([]);
    });
  });

  describe('XEP-0191 §3.3 presence', () => {
    beforeEach(async () => {
      await world.item(JULIET, ROMEO, { subscription: 'both' });
      world = new BlockingWorld(store());
      juliet = await world.online(`${JULIET}/chamber`);
      world.sent();
    });

    it('whom a user blocks is told that they are gone, and nothing after that', async () => {
      await set(command('block', ROMEO));
      expect(world.sent()).to.deep.equal([`presence unavailable ${juliet.jid}→${ROMEO}`]);
      juliet.sends('<presence><show>away</show></presence>');
      juliet.sends("<presence type='unavailable'/>");
      await world.settle();
      expect(world.sent()).to.deep.equal([]);
    });

    it('§3.4 who is not blocked any more sees them again', async () => {
      await set(command('block', ROMEO));
      world.sent();
      await set(command('unblock'));
      expect(world.sent()).to.deep.equal([`presence ${juliet.jid}→${ROMEO}`]);
    });

    it('who may not see them is told nothing', async () => {
      await set(command('block', 'iago@shakespeare.lit'));
      await set(command('unblock'));
      expect(world.sent()).to.deep.equal([]);
    });

    it('who got directed presence is told that they are gone', async () => {
      juliet.sends("<presence to='room@muc.example/nick'/>");
      await world.settle();
      world.sent();
      await set(command('block', 'muc.example'));
      expect(world.sent()).to.deep.equal([`presence unavailable ${juliet.jid}→room@muc.example/nick`]);
    });

    it('who is blocked is not asked whether they are there', async () => {
      await set(command('block', ROMEO));
      const balcony = world.client(`${JULIET}/balcony`);
      world.sent();
      balcony.sends('<presence/>');
      await world.settle();
      expect(world.sent()).to.deep.equal([]);
    });
  });

  describe('XEP-0191 §6 matching', () => {
    const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      [ORCHARD, [ORCHARD], [ROMEO, `${ROMEO}/home`]],
      [ROMEO, [ROMEO, ORCHARD], ['mercutio@montague.example/x']],
      ['montague.example/gate', ['montague.example/gate'], ['montague.example', ORCHARD]],
      ['montague.example', ['montague.example', 'montague.example/gate', ROMEO, ORCHARD], ['a@sub.montague.example']],
      ['ROMEO@Montague.Example', [ORCHARD], ['juliet@montague.example']],
    ];
    for (const [address, blocked, others] of rows) {
      it(address, async () => {
        await set(command('block', address));
        for (const from of [...blocked, ...others]) {
          await world.comes(`<message from='${from}' to='${JULIET}' type='chat'><body/></message>`);
          expect(juliet.take().length === 0, from).to.equal(blocked.includes(from));
        }
      });
    }

    it('§5 note 8: the resources of an account never block each other', async () => {
      const balcony = await world.online(`${JULIET}/balcony`);
      juliet.take();
      await set(command('block', 'capulet.example', JULIET, balcony.jid));
      juliet.sends(`<message to='${balcony.jid}' type='chat'><body/></message>`);
      await world.settle();
      expect(balcony.take().map(brief)).to.deep.equal([`message chat ${juliet.jid}→${balcony.jid} body`]);
    });
  });

  it('XEP-0377 §6 Example 5: a report is logged, without what the user wrote', async () => {
    await set(`<block xmlns='urn:xmpp:blocking'><item jid='${ROMEO}'><report xmlns='urn:xmpp:reporting:1'
      reason='urn:xmpp:reporting:abuse'><text>Never came trouble to my house like this.</text></report></item></block>`);
    expect(await list()).to.deep.equal([ROMEO]);
    expect(world.log.of('abuse.reported')).to.deep.equal([
      { account: JULIET, reported: ROMEO, reason: 'urn:xmpp:reporting:abuse' },
    ]);
  });
});

describe('blocking', () => {
  it('at most 1,000 addresses', async () => {
    const world = new BlockingWorld(createMemoryStore());
    await world.account('juliet');
    const juliet = await world.online(`${JULIET}/chamber`);
    juliet.sends(
      `<iq type='set' id='1'>${command('block', ...Array.from({ length: 1001 }, (_, n) => `a${n}@b`))}</iq>`,
    );
    for (let round = 0; round < 50; round += 1) await world.settle();
    expect(juliet.take().map(errorOf)).to.deep.equal(['wait/resource-constraint']);
  });

  it('fails closed: a list that cannot be read lets nothing through, until it can', async () => {
    const store = createMemoryStore();
    const { documents } = store;
    let isBroken = true;
    const failing = new Proxy(documents, {
      get: (target, name) =>
        name === 'list' && isBroken
          ? () => Promise.reject(new StoreError('the disk is gone'))
          : (Reflect.get(target, name) as () => unknown).bind(target),
    });
    const broken = new Proxy(store, {
      get: (target, name) => (name === 'documents' ? failing : (Reflect.get(target, name) as unknown)),
    });
    const world = new BlockingWorld(broken);
    await world.account('juliet');
    const message = `<message from='${ORCHARD}' to='${JULIET}' type='chat'><body/></message>`;
    await world.comes(message);
    expect(world.far.splice(0).map(errorOf)).to.deep.equal(['cancel/internal-server-error']);
    expect(await world.store.offline.count(JULIET)).to.equal(0);
    isBroken = false;
    await world.comes(message);
    expect(world.sent()).to.deep.equal([]);
    expect(await world.store.offline.count(JULIET)).to.equal(1);
  });
});
