import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import { jid, type FakeClient } from '../core/world.ts';
import { COVEN, heard, MUC, MucWorld, outcome } from '../support/muc-world.ts';
import { fieldsOf } from '../../lib/xmpp/payloads/data-form.ts';
import { NS_DATA, NS_REGISTER } from '../../lib/xmpp/ns.ts';

describe('XEP-0045 §9.9 approving registration requests', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;

  async function setUp(config: Readonly<Record<string, string>> = { membersonly: '1' }): Promise<void> {
    world = new MucWorld();
    crone = await world.room(config);
    hag = await world.person('thirdwitch');
    crone.take();
  }

  beforeEach(() => setUp());

  async function asks(client: FakeClient, nick: string): Promise<string> {
    const form = `<x xmlns='${NS_DATA}' type='submit'><field var='FORM_TYPE'><value>${MUC}#register</value></field>
      <field var='muc#register_roomnick'><value>${nick}</value></field></x>`;
    return outcome(await world.iq(client, 'set', `<query xmlns='${NS_REGISTER}'>${form}</query>`));
  }

  async function answers(client: FakeClient, nick: string, allow: string): Promise<void> {
    await world.does(
      client,
      `<message to='${COVEN}'><x xmlns='${NS_DATA}' type='submit'>
        <field var='FORM_TYPE'><value>${MUC}#register</value></field>
        <field var='muc#register_roomnick'><value>${nick}</value></field>
        <field var='muc#register_allow'><value>${allow}</value></field></x></message>`,
    );
  }

  function formIn(stanza: Element | undefined): Record<string, string | undefined> {
    const form = stanza?.child('x', NS_DATA);
    const fields = form ? [...fieldsOf(form)] : [];
    return Object.fromEntries(fields.map(([name, [value]]) => [name, value]));
  }

  for (const config of [{ membersonly: '1' }, { moderatedroom: '1' }]) {
    it(`example 151: admins of a room with ${Object.keys(config).join()} are asked`, async () => {
      await setUp(config);
      expect(await asks(hag, 'thirdwitch')).to.equal('result');
      expect(formIn(crone.one())).to.deep.equal({
        FORM_TYPE: `${MUC}#register`,
        'muc#jid': 'hag66@capulet.example',
        'muc#register_roomnick': 'thirdwitch',
        'muc#register_allow': '0',
      });
      expect(await world.listOf(crone, "affiliation='member'"), 'nothing is decided').to.deep.equal([]);
    });
  }

  it('who is approved is a member with that nickname, hears of it, and may enter', async () => {
    await asks(hag, 'thirdwitch');
    await answers(crone, 'thirdwitch', '1');
    expect(await world.listOf(crone, "affiliation='member'")).to.deep.equal([
      'member nick=thirdwitch hag66@capulet.example',
    ]);
    expect(heard(hag).join()).to.contain('invite');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)[0]).not.to.contain('registration-required');
  });

  it('in a moderated room, whoever is there may speak from then on', async () => {
    await setUp({ moderatedroom: '1' });
    await world.enter(hag, 'thirdwitch');
    await asks(hag, 'thirdwitch');
    hag.take();
    await answers(crone, 'thirdwitch', 'true');
    expect(heard(hag)).to.deep.equal(['+thirdwitch member/participant by=firstwitch 110']);
  });

  it('an admin need not be in the room', async () => {
    const wicca = await world.person('secondwitch');
    await world.admin(crone, "<item affiliation='admin' jid='wiccarocks@capulet.example'/>");
    wicca.take();
    await asks(hag, 'thirdwitch');
    expect(formIn(wicca.one())['muc#register_roomnick']).to.equal('thirdwitch');
    await answers(wicca, 'thirdwitch', '1');
    expect(await world.listOf(crone, "affiliation='member'")).to.have.length(1);
  });

  it('who is not approved is not a member, and may ask again', async () => {
    await asks(hag, 'thirdwitch');
    await answers(crone, 'thirdwitch', '0');
    expect(await world.listOf(crone, "affiliation='member'")).to.deep.equal([]);
    crone.take();
    expect(await asks(hag, 'thirdwitch')).to.equal('result');
    expect(crone.take()).to.have.length(1);
  });

  it('nobody but admins approves', async () => {
    await asks(hag, 'thirdwitch');
    hag.take();
    await answers(hag, 'thirdwitch', '1');
    expect(heard(hag)).to.deep.equal(['message auth/forbidden']);
  });

  it('what nobody asks for is not approved', async () => {
    await answers(crone, 'thirdwitch', '1');
    expect(heard(crone)).to.deep.equal(['message cancel/item-not-found']);
  });

  it('two do not ask for one nickname, and who asks for another gives up the first', async () => {
    const wicca = await world.person('secondwitch');
    await asks(hag, 'thirdwitch');
    expect(await asks(wicca, 'ThirdWitch')).to.equal('cancel/conflict');
    expect(await asks(hag, 'hag')).to.equal('result');
    expect(await asks(wicca, 'thirdwitch')).to.equal('result');
  });

  it('whose account is removed, asks no more', async () => {
    await world.account('hag66');
    await asks(hag, 'thirdwitch');
    await world.host.removeAccount(jid('hag66@capulet.example'));
    await answers(crone, 'thirdwitch', '1');
    expect(await world.listOf(crone, "affiliation='member'")).to.deep.equal([]);
  });

  it('outcasts do not ask', async () => {
    await world.admin(crone, "<item affiliation='outcast' jid='hag66@capulet.example'/>");
    expect(await asks(hag, 'thirdwitch')).to.equal('cancel/not-allowed');
  });

  it('limits: a hundred requests wait', async () => {
    for (let count = 0; count < 100; count += 1) {
      const client = await world.person(`stranger${count}`);
      expect(await asks(client, `nick${count}`)).to.equal('result');
    }
    expect(await asks(hag, 'thirdwitch')).to.equal('wait/resource-constraint');
    await answers(crone, 'nick7', '0');
    expect(await asks(hag, 'thirdwitch')).to.equal('result');
  });
});
