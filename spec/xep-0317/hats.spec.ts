import { expect } from 'chai';
import type { Store } from '../../lib/storage/store.ts';
import { NS_COMMANDS, NS_HATS } from '../../lib/xmpp/ns.ts';
import { fieldsOf } from '../../lib/xmpp/payloads/data-form.ts';
import type { Element } from '../../lib/xml/index.ts';
import { jid, type FakeClient } from '../core/world.ts';
import { overStores } from '../support/archive-world.ts';
import {
  CommandClient,
  commandIn,
  formIn,
  outcomeIn,
  questionsIn,
  rowsIn,
  type Filled,
} from '../support/command-client.ts';
import { COVEN, heard, MucWorld } from '../support/muc-world.ts';

const HAG = 'hag66@capulet.example';
const TEACHER = 'http://tech.example.edu/hats#Teacher';
const ASSISTANT = 'http://tech.example.edu/hats#TeacherAssistant';

describe('XEP-0317 hats', () => {
  overStores((open) => {
    let world: MucWorld;
    let crone: FakeClient;
    let wicca: FakeClient;
    let hag: FakeClient;
    let owner: CommandClient;

    beforeEach(() => setUp(open()));

    async function setUp(store: Store, config: Readonly<Record<string, string>> = {}): Promise<void> {
      world = new MucWorld({}, store);
      crone = await world.room({ persistentroom: '1', ...config });
      wicca = await world.join('secondwitch');
      hag = await world.join('thirdwitch');
      owner = commands(crone);
      for (const client of [crone, wicca, hag]) client.take();
    }

    afterEach(async () => {
      await world.iq(crone, 'set', "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>");
    });

    function commands(client: FakeClient): CommandClient {
      return new CommandClient(client, COVEN, () => world.settle());
    }

    const node = (name: string): string => `urn:xmpp:hats:commands:${name}`;
    const does = (name: string, filled: Filled, client = owner): Promise<Element> => client.does(node(name), filled);
    const makes = (uri: string, title: string, more: Filled = {}): Promise<Element> =>
      does('create', { 'hats#title': title, 'hats#uri': uri, ...more });

    /** The hats in the last presence that a client got of somebody. */
    function hatsOn(client: FakeClient, nick: string): string[] | undefined {
      const presence = client
        .take()
        .filter(({ name, attrs }) => name === 'presence' && attrs['from'] === `${COVEN}/${nick}`)
        .at(-1);
      const hats = presence?.child('hats', NS_HATS)?.getChildElements() ?? [];
      return (
        presence && hats.map(({ attrs }) => [attrs['title'], attrs['uri'], attrs['hue']].filter(Boolean).join(' '))
      );
    }

    async function info(): Promise<Element> {
      return world.iq(crone, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    }

    describe('§2 discovery', () => {
      it('examples 1 and 2: rooms have hats, and commands for them', async () => {
        const features = (await info()).toString();
        expect(features).to.contain(`<feature var="${NS_HATS}"/>`).and.to.contain(`<feature var="${NS_COMMANDS}"/>`);
        expect(features, 'no list').not.to.contain('hats#hash');
      });

      it('the hash changes with the list of hats', async () => {
        const hash = async (): Promise<string | undefined> => {
          const form = (await info()).getChildElements()[0]?.child('x', 'jabber:x:data');
          return form && fieldsOf(form).get('hats#hash')?.[0];
        };
        await makes(TEACHER, 'Teacher');
        const first = await hash();
        expect(first).to.match(/^[0-9a-f]{40}$/);
        expect(await hash()).to.equal(first);
        await makes(ASSISTANT, 'Assistant');
        expect(await hash()).not.to.equal(first);
      });

      it('admins see all commands, those who are there the list, others nothing', async () => {
        expect(await owner.sees()).to.deep.equal(
          ['create', 'destroy', 'list', 'assign', 'unassign', 'list-assigned'].map(node),
        );
        expect(await commands(hag).sees()).to.deep.equal([node('list')]);
        const stranger = commands(await world.person('hecate'));
        expect(await stranger.sees()).to.deep.equal([]);
        for (const client of [stranger, commands(hag)]) {
          expect(outcomeIn(await client.runs({ node: node('create') }))).to.equal('cancel/forbidden');
        }
        expect(outcomeIn(await owner.runs({ node: node('dance') }))).to.equal('cancel/item-not-found');
      });
    });

    describe('§3.2 creating', () => {
      it('examples 4 to 8: with a form; everybody hears that the room has changed', async () => {
        const form = await owner.runs({ node: node('create'), action: 'execute' });
        expect(questionsIn(form)).to.deep.equal([
          'FORM_TYPE hidden',
          'hats#title text-single required',
          'hats#uri text-single required',
          'hats#hue text-single',
        ]);
        const { sessionid } = commandIn(form).attrs;
        const filled = {
          FORM_TYPE: 'urn:xmpp:hats:commands',
          'hats#title': 'Assistant',
          'hats#uri': ASSISTANT,
          'hats#hue': '327.255249',
        };
        hag.take();
        expect(outcomeIn(await owner.runs({ node: node('create'), sessionid }, filled))).to.equal('completed');
        expect(heard(hag)).to.deep.equal([`${COVEN} 104`]);
      });

      it('with a URI that is there, it changes the hat on every head', async () => {
        await makes(TEACHER, 'Teacher');
        await does('assign', { 'hats#jid': HAG, 'hats#uri': TEACHER });
        wicca.take();
        await makes(TEACHER, 'Professor', { 'hats#hue': '12' });
        expect(hatsOn(wicca, 'thirdwitch')).to.deep.equal([`Professor ${TEACHER} 12`]);
      });

      for (const [why, filled] of [
        ['the URI is none', { 'hats#title': 'T', 'hats#uri': 'teacher' }],
        ['the hue is no angle', { 'hats#title': 'T', 'hats#uri': TEACHER, 'hats#hue': '361' }],
        ['the hue is no number', { 'hats#title': 'T', 'hats#uri': TEACHER, 'hats#hue': 'red' }],
        ['the title is too long', { 'hats#title': 'T'.repeat(201), 'hats#uri': TEACHER }],
      ] as const) {
        it(`not when ${why}`, async () => {
          expect(outcomeIn(await does('create', filled))).to.equal('modify/not-acceptable');
        });
      }
    });

    describe('§3.3 destroying', () => {
      beforeEach(async () => {
        await makes(TEACHER, 'Teacher');
        await makes(ASSISTANT, 'Assistant');
        for (const uri of [TEACHER, ASSISTANT]) await does('assign', { 'hats#jid': HAG, 'hats#uri': uri });
      });

      it('examples 9 to 12: takes it from every head; the form may come at once', async () => {
        const form = await owner.runs({ node: node('destroy') });
        expect(formIn(form).toString()).to.contain(`<option label="Assistant"><value>${ASSISTANT}</value></option>`);
        wicca.take();
        const filled = { FORM_TYPE: 'urn:xmpp:hats:commands', 'hats#uri': ASSISTANT };
        expect(outcomeIn(await owner.runs({ node: node('destroy') }, filled))).to.equal('completed');
        expect(hatsOn(wicca, 'thirdwitch')).to.deep.equal([`Teacher ${TEACHER}`]);
        expect(rowsIn(await owner.runs({ node: node('list') }))).to.deep.equal([['Teacher', TEACHER, '']]);
      });

      it('what is not there is not in the list', async () => {
        expect(outcomeIn(await does('destroy', { 'hats#uri': 'urn:other' }))).to.equal(
          'modify/bad-request bad-payload',
        );
      });
    });

    it('§3.4 examples 13 and 14: whoever is there sees the list', async () => {
      await makes(TEACHER, 'Teacher', { 'hats#hue': '171.430664' });
      await makes(ASSISTANT, 'Assistant');
      const list = await commands(hag).runs({ node: node('list') });
      expect(formIn(list).toString()).to.contain('<title>Hats List</title>').and.to.contain('<reported>');
      expect(rowsIn(list)).to.deep.equal([
        ['Teacher', TEACHER, '171.430664'],
        ['Assistant', ASSISTANT, ''],
      ]);
    });

    describe('§3.1 §3.5 §3.6 on heads', () => {
      beforeEach(async () => {
        await makes(TEACHER, 'Teacher');
        await makes(ASSISTANT, 'Assistant');
        for (const client of [crone, wicca, hag]) client.take();
      });

      it('example 3, examples 15 to 18: in presence, also towards those who come later', async () => {
        expect(questionsIn(await owner.runs({ node: node('assign') }))).to.deep.equal([
          'FORM_TYPE hidden',
          'hats#jid jid-single required',
          'hats#uri list-single required',
        ]);
        for (const uri of [TEACHER, ASSISTANT]) {
          expect(outcomeIn(await does('assign', { 'hats#jid': HAG, 'hats#uri': uri }))).to.equal('completed');
        }
        const both = [`Teacher ${TEACHER}`, `Assistant ${ASSISTANT}`];
        expect(hatsOn(wicca, 'thirdwitch')).to.deep.equal(both);
        expect(hatsOn(hag, 'thirdwitch'), 'herself').to.deep.equal(both);
        const hecate = await world.person('hecate');
        await world.enter(hecate, 'hecate');
        expect(hatsOn(hecate, 'thirdwitch')).to.deep.equal(both);
      });

      it('also of those who are not there yet', async () => {
        await does('assign', { 'hats#jid': 'hecate@capulet.example', 'hats#uri': TEACHER });
        const hecate = await world.person('hecate');
        await world.enter(hecate, 'hecate');
        expect(hatsOn(wicca, 'hecate')).to.deep.equal([`Teacher ${TEACHER}`]);
      });

      it('nobody puts one on by themselves', async () => {
        await world.does(
          hag,
          `<presence to='${COVEN}/thirdwitch'><show>away</show>` +
            `<hats xmlns='${NS_HATS}'><hat title='Queen' uri='urn:queen'/></hats></presence>`,
        );
        expect(hatsOn(wicca, 'thirdwitch')).to.deep.equal([]);
      });

      it('examples 19 and 20: and off again', async () => {
        await does('assign', { 'hats#jid': HAG, 'hats#uri': TEACHER });
        wicca.take();
        const filled = { FORM_TYPE: 'urn:xmpp:hats:commands', 'hats#jid': HAG, 'hats#uri': TEACHER };
        expect(outcomeIn(await owner.runs({ node: node('unassign') }, filled))).to.equal('completed');
        expect(hatsOn(wicca, 'thirdwitch')).to.deep.equal([]);
        expect(outcomeIn(await owner.runs({ node: node('unassign') }, filled))).to.equal('cancel/item-not-found');
      });

      it('an address without an account wears none', async () => {
        expect(outcomeIn(await does('assign', { 'hats#jid': 'capulet.example', 'hats#uri': TEACHER }))).to.equal(
          'modify/jid-malformed',
        );
      });

      it('§3.7 examples 21 and 22: who wears what is told to admins', async () => {
        await does('assign', { 'hats#jid': `${HAG}/pda`, 'hats#uri': TEACHER });
        expect(rowsIn(await owner.runs({ node: node('list-assigned') }))).to.deep.equal([
          [HAG, TEACHER, 'Teacher', ''],
        ]);
        expect(outcomeIn(await commands(hag).runs({ node: node('list-assigned') }))).to.equal('cancel/forbidden');
      });

      it('§3.7 and to everybody where addresses are no secret', async () => {
        await world.configure(crone, { whois: 'anyone', persistentroom: '1' });
        await does('assign', { 'hats#jid': HAG, 'hats#uri': TEACHER });
        expect(rowsIn(await commands(hag).runs({ node: node('list-assigned') }))).to.have.length(1);
      });

      it('are kept, with who wears them, when the server starts again', async () => {
        await does('assign', { 'hats#jid': HAG, 'hats#uri': TEACHER });
        const later = new MucWorld({}, world.store);
        const again = await later.join('thirdwitch');
        await later.does(again, `<presence to='${COVEN}/thirdwitch'><show>away</show></presence>`);
        expect(hatsOn(again, 'thirdwitch')).to.deep.equal([`Teacher ${TEACHER}`]);
      });

      it('go with the account', async () => {
        await does('assign', { 'hats#jid': HAG, 'hats#uri': TEACHER });
        await world.account('hag66');
        await world.host.removeAccount(jid(HAG));
        await world.settle();
        expect(rowsIn(await owner.runs({ node: node('list-assigned') }))).to.deep.equal([]);
      });
    });

    it('limits: 50 hats', async () => {
      for (let count = 0; count < 50; count += 1) await makes(`urn:hat:${count}`, `Hat ${count}`);
      expect(outcomeIn(await makes('urn:hat:more', 'More'))).to.equal('wait/resource-constraint');
      expect(outcomeIn(await makes('urn:hat:7', 'Changed'))).to.equal('completed');
    });
  });
});
