import { expect } from 'chai';
import { jid, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { COVEN, heard, MUC, MucWorld, outcome, SERVICE, submit } from '../support/muc-world.ts';

const HAG = 'hag66@capulet.example';
const WICCA = 'wiccarocks@capulet.example';

describe('XEP-0045 §10 owners', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;

  beforeEach(async () => {
    world = new MucWorld();
    crone = await world.room();
    hag = await world.join('thirdwitch');
    crone.take();
  });

  async function form(client = crone): Promise<Element> {
    return world.iq(client, 'get', `<query xmlns='${MUC}#owner'/>`);
  }

  async function owner(client: FakeClient, content: string, room = COVEN): Promise<string> {
    return outcome(await world.iq(client, 'set', `<query xmlns='${MUC}#owner'>${content}</query>`, room));
  }

  function values(answer: Element, name: string): string[] | undefined {
    const fields = answer.child('query', `${MUC}#owner`)?.child('x', 'jabber:x:data')?.getChildElements();
    const field = fields?.find(({ attrs }) => attrs['var'] === name);
    return field
      ?.getChildElements()
      .filter((child) => child.name === 'value')
      .map(({ text }) => text);
  }

  describe('§10.1 making a room', () => {
    it('XEP-0045 §10.1.2: an empty form takes the room as it is', async () => {
      const room = `instant@${SERVICE}`;
      const other = await world.join('secondwitch', room);
      expect(await owner(other, "<x xmlns='jabber:x:data' type='submit'/>", room)).to.equal('result');
      await world.enter(hag, 'thirdwitch', '', room);
      expect(heard(hag)).to.have.length(3);
    });

    it('XEP-0045 §10.1.3: an owner who cancels has no room', async () => {
      const room = `cancelled@${SERVICE}`;
      const other = await world.join('secondwitch', room);
      expect(await owner(other, "<x xmlns='jabber:x:data' type='cancel'/>", room)).to.equal('result');
      expect(heard(other)).to.deep.equal(['-secondwitch none/none destroy 110']);
    });

    it('XEP-0045 §10.1.3: a new room that its owner leaves is no more', async () => {
      const room = `left@${SERVICE}`;
      const other = await world.join('secondwitch', room);
      await world.does(other, "<presence type='unavailable'/>");
      await world.enter(hag, 'thirdwitch', '', room);
      expect(heard(hag)[0]).to.contain('201');
    });

    it('XEP-0045 §10.1.3: what cannot be is not acceptable, and changes nothing', async () => {
      for (const config of [
        { passwordprotectedroom: '1' },
        { whois: 'nobody' },
        { maxusers: 'many' },
        { membersonly: 'perhaps' },
        { presencebroadcast: ['visitor', 'king'] },
        { roomname: 'x'.repeat(1024) },
        { 'muc#maxhistoryfetch': '-1' },
      ]) {
        const answer = await world.configure(crone, { moderatedroom: '1', ...config });
        expect(outcome(answer), JSON.stringify(config)).to.equal('modify/not-acceptable');
      }
      expect(values(await form(), 'muc#roomconfig_moderatedroom')).to.deep.equal(['false']);
    });
  });

  describe('§10.2 configuration', () => {
    it('XEP-0045 §10.2: the form has the options as they are, for owners', async () => {
      await world.configure(crone, { roomname: 'A Dark Cave', membersonly: '0', maxusers: '30' });
      const answer = await form();
      expect(values(answer, 'FORM_TYPE')).to.deep.equal([`${MUC}#roomconfig`]);
      expect(values(answer, 'muc#roomconfig_roomname')).to.deep.equal(['A Dark Cave']);
      expect(values(answer, 'muc#roomconfig_maxusers')).to.deep.equal(['30']);
      expect(values(answer, 'muc#roomconfig_roomowners')).to.deep.equal(['crone1@capulet.example']);
      expect(outcome(await form(hag))).to.equal('auth/forbidden');
      expect(await owner(hag, submit({}))).to.equal('auth/forbidden');
    });

    it('XEP-0045 §10.2: another form, or none, is a bad request; one that is cancelled changes nothing', async () => {
      expect(await owner(crone, '')).to.equal('modify/bad-request');
      expect(await owner(crone, submit({}).replace('roomconfig', 'other'))).to.equal('modify/bad-request');
      expect(await owner(crone, "<x xmlns='jabber:x:data' type='cancel'/>")).to.equal('result');
      expect(heard(hag)).to.deep.equal([]);
    });

    for (const [config, codes] of [
      [{ roomname: 'Cave' }, '104'],
      [{ whois: 'anyone' }, '172'],
      [{ enablelogging: '0' }, '171'],
      [{ enablelogging: '0', whois: 'anyone' }, '171 172'],
    ] as const) {
      it(`XEP-0045 §10.2.1: everybody hears of ${JSON.stringify(config)} as ${codes}, and of the way back`, async () => {
        await world.configure(crone, config);
        expect(heard(hag)).to.deep.equal([`${COVEN} ${codes}`]);
        await world.configure(crone, { whois: 'moderators', enablelogging: '1', roomname: '' });
        const back = codes.replace('171', '170').replace('172', '173');
        expect(heard(hag)).to.deep.equal([`${COVEN} ${back}`]);
      });
    }

    it('XEP-0045 §10.2: strangers leave a room that becomes one for members', async () => {
      await world.configure(crone, { membersonly: '1' });
      expect(heard(hag)).to.deep.equal(['-thirdwitch none/none 110 322']);
      expect(heard(crone)).to.deep.equal(['-thirdwitch none/none hag66@capulet.example/pda 322', `${COVEN} 104`]);
    });

    it('a room that is moderated no longer has no visitors', async () => {
      await world.configure(crone, { moderatedroom: '1' });
      await world.admin(crone, "<item nick='thirdwitch' role='visitor'/>");
      hag.take();
      await world.configure(crone, { moderatedroom: '0' });
      expect(heard(hag)).to.deep.equal(['+thirdwitch none/participant 110', `${COVEN} 104`]);
    });

    it('XEP-0045 §10.2: the lists of owners and admins are whole ones', async () => {
      await world.configure(crone, { roomadmins: [HAG, WICCA] });
      expect(heard(hag)[0]).to.equal('+thirdwitch admin/moderator hag66@capulet.example/pda by=firstwitch 110');
      expect(await world.listOf(crone, "affiliation='admin'")).to.have.length(2);
      await world.configure(crone, { roomadmins: [WICCA], roomowners: ['crone1@capulet.example', HAG] });
      expect(await world.listOf(crone, "affiliation='admin'")).to.deep.equal([`admin ${WICCA}`]);
      expect(await world.listOf(crone, "affiliation='owner'")).to.have.length(2);
      await world.configure(crone, { roomowners: [HAG] });
      expect(await world.listOf(hag, "affiliation='owner'")).to.deep.equal([`owner nick=thirdwitch ${HAG}`]);
    });

    it('XEP-0045 §10.2: somebody stays owner', async () => {
      expect(outcome(await world.configure(crone, { roomowners: [] }))).to.equal('cancel/conflict');
      expect(outcome(await world.configure(crone, { roomowners: ['@'] }))).to.equal('modify/jid-malformed');
    });
  });

  describe('§10.3–§10.8 owners and admins', () => {
    it('XEP-0045 §10.3 §10.4 §10.6 §10.7: are made and unmade by owners, and everybody hears', async () => {
      for (const affiliation of ['admin', 'owner', 'member'] as const) {
        await world.admin(crone, `<item affiliation='${affiliation}' jid='${HAG}'/>`);
        expect(heard(hag)[0]).to.match(new RegExp(`^\\+thirdwitch ${affiliation}/`));
      }
    });

    it('XEP-0045 §10.4: the last owner stays one', async () => {
      const resign = "<item affiliation='none' jid='crone1@capulet.example'/>";
      expect(await world.admin(crone, resign)).to.equal('cancel/conflict');
      await world.admin(crone, `<item affiliation='owner' jid='${HAG}'/>`);
      const both = `<item affiliation='none' jid='${HAG}'/>${resign}`;
      expect(await world.admin(crone, both)).to.equal('cancel/conflict');
      expect(await world.admin(crone, resign)).to.equal('result');
    });

    it('XEP-0045 §10.5 §10.8: the lists are changed by owners only, and seen by all where addresses are no secret', async () => {
      await world.admin(crone, `<item affiliation='admin' jid='${HAG}'/>`);
      for (const affiliation of ['owner', 'admin']) {
        expect(await world.admin(hag, `<item affiliation='${affiliation}' jid='a@example.com'/>`)).to.equal(
          'auth/forbidden',
        );
        expect(await world.listOf(hag, `affiliation='${affiliation}'`)).to.equal('auth/forbidden');
      }
      await world.configure(crone, { whois: 'anyone' });
      expect(await world.listOf(hag, "affiliation='owner'")).to.have.length(1);
    });
  });

  describe('§10.9 destruction', () => {
    it('XEP-0045 §10.9: everybody hears once, and where to go', async () => {
      const content = `<destroy jid='heath@${SERVICE}'><reason>Macbeth doth come.</reason></destroy>`;
      expect(await owner(hag, content)).to.equal('auth/forbidden');
      crone.take();
      expect(await owner(crone, content)).to.equal('result');
      const gone = `none/none destroy jid=heath@${SERVICE} reason=Macbeth doth come. 110`;
      expect(heard(hag)).to.deep.equal([`-thirdwitch ${gone}`]);
      expect(heard(crone)).to.deep.equal([`-firstwitch ${gone}`]);
      expect(outcome(await form())).to.equal('cancel/item-not-found');
    });

    it('XEP-0045 §10.9: another venue is an address', async () => {
      expect(await owner(crone, "<destroy jid='@'/>")).to.equal('modify/jid-malformed');
    });
  });
});

describe('XEP-0045 §11.2 the end of the service', () => {
  it('XEP-0045 §11.2: everybody hears of it once, before their session ends', async () => {
    const world = new MucWorld();
    const crone = await world.room();
    const hag = await world.join('thirdwitch');
    crone.take();
    await world.host.stop();
    expect(heard(hag)).to.deep.equal(['-thirdwitch none/none 332 110']);
    expect(heard(crone)).to.deep.equal(['-firstwitch none/none 332 110']);
  });
});

overEachStore('XEP-0045 §4.2 persistent rooms', (open) => {
  let store: Store;
  let world: MucWorld;

  beforeEach(async () => {
    store = await open();
    world = new MucWorld({}, store);
  });

  it('survive a restart with their configuration, affiliations, nicknames, subject and history', async () => {
    const crone = await world.room({ persistentroom: '1', roomname: 'A Dark Cave', moderatedroom: '1' });
    await world.admin(crone, `<item affiliation='member' jid='${HAG}' nick='thirdwitch'/>`);
    await world.admin(crone, "<item affiliation='outcast' jid='other@capulet.example'/>");
    await world.says(crone, 'Hail!');
    await world.does(crone, `<message type='groupchat' to='${COVEN}'><subject>Fire</subject></message>`);
    await world.settle();

    world = new MucWorld({}, store);
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal([
      '+thirdwitch member/participant 110 170',
      'firstwitch: Hail! (late)',
      'firstwitch # Fire (late)',
    ]);
    const other = await world.person('other');
    await world.enter(other, 'other');
    expect(heard(other)).to.deep.equal(['presence auth/forbidden']);
    const items = await world.iq(hag, 'get', "<query xmlns='http://jabber.org/protocol/disco#items'/>", SERVICE);
    expect(items.getChildElements()[0]?.getChildElements()[0]?.attrs['name']).to.equal('A Dark Cave');
    await destroy('firstwitch');
  });

  it('that are persistent no longer, or destroyed, are gone after a restart', async () => {
    const crone = await world.room({ persistentroom: '1' });
    await world.admin(crone, `<item affiliation='member' jid='${HAG}'/>`);
    await world.configure(crone, { persistentroom: '0' });
    world = new MucWorld({}, store);
    expect(await exists()).to.equal(false);
    await world.room({ persistentroom: '1' });
    await destroy('firstwitch');
    world = new MucWorld({}, store);
    expect(await exists()).to.equal(false);
    expect(await store.documents.list(COVEN, 'room-affiliation')).to.deep.equal([]);
  });

  it('that become persistent are kept with what they were before', async () => {
    const crone = await world.room();
    await world.admin(crone, `<item affiliation='member' jid='${HAG}'/>`);
    await world.configure(crone, { persistentroom: '1' });
    world = new MucWorld({}, store);
    const owner = await world.join('firstwitch');
    expect(await world.listOf(owner, "affiliation='member'")).to.deep.equal([`member ${HAG}`]);
    await destroy('firstwitch');
  });

  it('forget accounts that are no more, whether the room is in use or not, and keep bans', async () => {
    await world.account('hag66');
    await world.account('other');
    for (const inUse of [true, false]) {
      const crone = await world.room({ persistentroom: '1' });
      await world.admin(crone, `<item affiliation='admin' jid='${HAG}'/>`);
      await world.admin(crone, "<item affiliation='outcast' jid='other@capulet.example'/>");
      if (!inUse) world = new MucWorld({}, store);
      for (const account of [HAG, 'other@capulet.example']) {
        await world.account(account.slice(0, account.indexOf('@')));
        await world.host.removeAccount(jid(account));
      }
      await world.settle();
      const owner = inUse ? crone : await world.join('firstwitch');
      expect(await world.listOf(owner, "affiliation='admin'")).to.deep.equal([]);
      expect(await world.listOf(owner, "affiliation='outcast'")).to.have.length(1);
      expect(outcome(await world.iq(owner, 'set', `<query xmlns='${MUC}#owner'><destroy/></query>`))).to.equal(
        'result',
      );
      owner.session.closed('graceful', []);
      await world.settle();
    }
  });

  async function destroy(name: string): Promise<void> {
    const client = await world.person(name);
    const answer = await world.iq(client, 'set', `<query xmlns='${MUC}#owner'><destroy/></query>`);
    expect(outcome(answer)).to.equal('result');
  }

  async function exists(): Promise<boolean> {
    const client = await world.person('anybody');
    const answer = await world.iq(client, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    return outcome(answer) === 'result';
  }
});
