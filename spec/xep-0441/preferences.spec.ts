import { expect } from 'chai';
import type { Store } from '../../lib/storage/store.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { ArchiveWorld, overStores } from '../support/archive-world.ts';
import '../support/chai-xml.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.lit';

function prefs(policy: string, always: readonly string[] = [], never: readonly string[] = []): string {
  const list = (name: string, jids: readonly string[]): string =>
    `<${name}>${jids.map((address) => `<jid>${address}</jid>`).join('')}</${name}>`;
  return `<prefs xmlns='urn:xmpp:mam:2' default='${policy}'>${list('always', always)}${list('never', never)}</prefs>`;
}

overStores((store: () => Store) => {
  let world: ArchiveWorld;
  let juliet: FakeClient;

  beforeEach(async () => {
    world = new ArchiveWorld(store());
    await world.account('juliet');
    juliet = await world.online(`${JULIET}/balcony`);
  });

  async function ask(type: string, payload: string): Promise<string | undefined> {
    const [answer] = await world.ask(juliet, `<iq type='${type}' id='juliet3'>${payload}</iq>`);
    return (answer && errorOf(answer)) ?? answer?.child('prefs', 'urn:xmpp:mam:2')?.toString();
  }

  const get = (): Promise<string | undefined> => ask('get', "<prefs xmlns='urn:xmpp:mam:2'/>");

  describe('XEP-0441 §2.1 archive preferences', () => {
    it('Examples 1 and 2: are those of the server at first', async () => {
      expect(await get()).equalXml(prefs('always'));
    });

    it('Examples 4 and 5: are what the client sets, and stay over a restart', async () => {
      const wanted = prefs('roster', [ROMEO], ['montague@montague.lit']);
      expect(await ask('set', wanted)).equalXml(wanted);
      expect(await get()).equalXml(wanted);
      world = new ArchiveWorld(store());
      juliet = await world.online(`${JULIET}/balcony`);
      expect(await get()).equalXml(wanted);
    });

    it('§2.1.2 §2.1.3 a list that is missing is empty', async () => {
      expect(await ask('set', "<prefs xmlns='urn:xmpp:mam:2' default='never'/>")).equalXml(prefs('never'));
    });

    const bad: readonly (readonly [string, string, string])[] = [
      ['a default that is none', prefs('sometimes'), 'modify/bad-request'],
      ['no default', prefs('never').replace("default='never'", ''), 'modify/bad-request'],
      ['an entry that is no address', prefs('never', ['@']), 'modify/jid-malformed'],
      [
        'more than 1,000 addresses',
        prefs(
          'never',
          Array.from({ length: 1001 }, (_, n) => `a${n}@b`),
        ),
        'modify/not-acceptable',
      ],
    ];
    for (const [title, wanted, expected] of bad) {
      it(`refuse ${title}, and stay as they were`, async () => {
        expect(await ask('set', wanted)).to.equal(expected);
        expect(await get()).equalXml(prefs('always'));
      });
    }
  });

  describe('XEP-0441 §2.3 matching', () => {
    /** Who of these is archived, in both directions: `a` in a name for what comes, `b` for what is sent. */
    async function archivedOf(...others: string[]): Promise<string[]> {
      for (const other of others) {
        await world.comes(`<message from='${other}' to='${JULIET}' type='chat' id='a ${other}'><body/></message>`);
        juliet.sends(`<message to='${other}' type='chat' id='b ${other}'><body/></message>`);
      }
      await world.settle();
      const query = { filter: {}, isBackwards: false, limit: 100, countLimit: 0 };
      const page = await world.store.archive.page(JULIET, query);
      return page?.messages.map(({ stanzaId }) => stanzaId) ?? [];
    }

    const both = (...others: string[]): string[] => others.flatMap((other) => [`a ${other}`, `b ${other}`]);
    const [HOME, ORCHARD, NURSE] = [`${ROMEO}/home`, `${ROMEO}/orchard`, 'nurse@capulet.lit/kitchen'];

    it('by default everything, or nothing', async () => {
      await ask('set', prefs('never'));
      expect(await archivedOf(HOME, NURSE)).to.deep.equal([]);
      await ask('set', prefs('always'));
      expect(await archivedOf(HOME, NURSE)).to.deep.equal(both(HOME, NURSE));
    });

    it('§2.3.1 contacts are those of the roster, whatever their resource', async () => {
      await world.ask(
        juliet,
        `<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='${ROMEO}'/></query></iq>`,
      );
      await ask('set', prefs('roster'));
      expect(await archivedOf(HOME, NURSE)).to.deep.equal(both(HOME));
    });

    it('a bare address means all its resources', async () => {
      await ask('set', prefs('always', [], [ROMEO]));
      expect(await archivedOf(HOME, ORCHARD, NURSE)).to.deep.equal(both(NURSE));
    });

    it('an address with a resource means that alone', async () => {
      await ask('set', prefs('never', [HOME]));
      expect(await archivedOf(HOME, ORCHARD)).to.deep.equal(both(HOME));
    });

    it('who is in both lists is not archived', async () => {
      await ask('set', prefs('always', [ROMEO], [ROMEO]));
      expect(await archivedOf(HOME)).to.deep.equal([]);
    });

    it('the server may have another default', async () => {
      world = new ArchiveWorld(store(), { policy: 'never' });
      juliet = await world.online(`${JULIET}/balcony`);
      expect(await archivedOf(HOME)).to.deep.equal([]);
      expect(await get()).equalXml(prefs('never'));
    });
  });
});
