import { expect } from 'chai';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MUC, MucWorld, outcome } from '../support/muc-world.ts';

const HECATE = 'hecate@capulet.example';

describe('XEP-0045 §7.8 invitations', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;
  let hecate: FakeClient;

  async function setUp(config: Readonly<Record<string, string>> = {}, limits = {}): Promise<void> {
    world = new MucWorld(limits);
    crone = await world.room(config);
    if (config['membersonly']) await world.admin(crone, "<item affiliation='member' jid='hag66@capulet.example'/>");
    hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch', '<password>cauldronburn</password>');
    hecate = await world.person('hecate');
    for (const client of [crone, hag, hecate]) client.take();
  }

  async function invite(client: FakeClient, to = HECATE): Promise<void> {
    await world.does(
      client,
      `<message to='${COVEN}'><x xmlns='${MUC}#user'><invite to='${to}'><reason>Hey Hecate!</reason></invite></x></message>`,
    );
  }

  it('XEP-0045 §7.8.2: the room passes an invitation on, with its password', async () => {
    await setUp({ passwordprotectedroom: '1', roomsecret: 'cauldronburn' });
    await invite(hag);
    expect(heard(hecate)).to.deep.equal([
      `${COVEN} [normal] invite from=${COVEN}/thirdwitch reason=Hey Hecate! password`,
    ]);
  });

  it('XEP-0045 §7.8.2: in a room without secrets the address of who invites is told', async () => {
    await setUp({ whois: 'anyone' });
    await invite(hag);
    expect(heard(hecate)[0]).to.contain('invite from=hag66@capulet.example/pda');
  });

  it('XEP-0045 §7.9: several are invited at once, to continue a chat', async () => {
    await setUp();
    await world.does(
      crone,
      `<message to='${COVEN}'><x xmlns='${MUC}#user'><invite to='${HECATE}'><continue thread='t1'/></invite>
        <invite to='hag66@capulet.example/pda'><reason>too</reason></invite></x></message>`,
    );
    const invitation = hecate.one().child('x', `${MUC}#user`)?.getChildElements()[0];
    expect(invitation?.getChildElements().map(({ name, attrs }) => [name, attrs['thread']])).to.deep.equal([
      ['continue', 't1'],
    ]);
    expect(heard(hag)).to.have.length(1);
  });

  it('XEP-0045 §9.5: to a room for members only admins invite, and who is invited is a member', async () => {
    await setUp({ membersonly: '1' });
    await invite(hag);
    expect(heard(hag)).to.deep.equal(['message auth/forbidden']);
    await invite(crone);
    expect(heard(hecate)).to.have.length(1);
    await world.enter(hecate, 'hecate');
    expect(heard(hecate).at(-2)).to.equal('+hecate member/participant 110 170');
  });

  it('XEP-0045 §9.5: members may, where the room says so', async () => {
    await setUp({ membersonly: '1', allowinvites: '1' });
    await invite(hag);
    expect(heard(hecate)).to.have.length(1);
  });

  it('XEP-0045 §9.5: an invitation to an open room makes no member', async () => {
    await setUp();
    await invite(hag);
    expect(await world.listOf(crone, "affiliation='member'")).to.deep.equal([]);
  });

  it('XEP-0045 §7.8.2: who is invited may decline, once', async () => {
    await setUp();
    await invite(hag);
    const decline = `<message to='${COVEN}'><x xmlns='${MUC}#user'><decline to='${COVEN}/thirdwitch'><reason>Sorry, I'm too busy.</reason></decline></x></message>`;
    await world.does(hecate, decline);
    expect(heard(hag)).to.deep.equal([`${COVEN} [normal] decline from=${HECATE} reason=Sorry, I'm too busy.`]);
    hecate.take();
    await world.does(hecate, decline);
    expect(heard(hecate)).to.deep.equal(['message auth/forbidden']);
    expect(heard(hag)).to.deep.equal([]);
  });

  it('XEP-0045 §14.5: who declines does not learn whose address is in the room', async () => {
    await setUp();
    await invite(hag);
    hecate.take();
    await world.does(
      hecate,
      `<message to='${COVEN}'><x xmlns='${MUC}#user'><decline to='hag66@capulet.example'/></x></message>`,
    );
    expect(heard(hecate)).to.deep.equal(['message cancel/item-not-found']);
    expect(heard(hag)).to.deep.equal([]);
  });

  it('XEP-0045 §17.2: nobody invites from outside, and nobody is invited who is none', async () => {
    await setUp();
    await invite(hecate, 'hag66@capulet.example');
    await invite(hag, 'capulet.example');
    expect(heard(hecate)).to.deep.equal(['message modify/not-acceptable']);
    expect(heard(hag)).to.deep.equal(['message modify/jid-malformed']);
  });

  it('XEP-0249 §2: a direct invitation goes from account to account, and is none of the room’s business', async () => {
    await setUp();
    await world.does(
      hag,
      `<message to='${HECATE}'><x xmlns='jabber:x:conference' jid='${COVEN}' password='p'/></message>`,
    );
    expect(hecate.one().child('x', 'jabber:x:conference')?.attrs).to.include({ jid: COVEN, password: 'p' });
  });
});

describe('XEP-0045 §7.10 registration', () => {
  const REGISTER = 'jabber:iq:register';
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;

  async function setUp(config: Readonly<Record<string, string>> = {}, limits = {}): Promise<void> {
    world = new MucWorld(limits);
    crone = await world.room(config);
    hag = await world.person('thirdwitch');
  }

  async function register(client: FakeClient, nick: string): Promise<string> {
    const form = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${MUC}#register</value></field>
      <field var='muc#register_roomnick'><value>${nick}</value></field></x>`;
    return outcome(await world.iq(client, 'set', `<query xmlns='${REGISTER}'>${form}</query>`));
  }

  it('XEP-0045 §7.10: a form, a nickname, and membership; others hear of it', async () => {
    await setUp();
    await world.enter(hag, 'thirdwitch');
    crone.take();
    const form = await world.iq(hag, 'get', `<query xmlns='${REGISTER}'/>`);
    expect(form.child('query', REGISTER)?.child('x', 'jabber:x:data')?.attrs['type']).to.equal('form');
    expect(await register(hag, 'thirdwitch')).to.equal('result');
    expect(heard(crone)).to.deep.equal(['+thirdwitch member/participant hag66@capulet.example/pda']);
    const now = (await world.iq(hag, 'get', `<query xmlns='${REGISTER}'/>`)).child('query', REGISTER);
    expect(now?.child('registered', REGISTER)).not.to.equal(undefined);
    expect(now?.child('username', REGISTER)?.text).to.equal('thirdwitch');
  });

  it('XEP-0045 §7.10 §7.12: a reserved nickname is nobody else’s, whether its owner is there or not', async () => {
    await setUp();
    await register(hag, 'thirdwitch');
    const wicca = await world.person('secondwitch');
    expect(await register(wicca, 'ThirdWitch')).to.equal('cancel/conflict');
    wicca.take();
    await world.enter(wicca, 'thirdwitch');
    expect(heard(wicca)).to.deep.equal(['presence cancel/conflict']);
    await world.enter(wicca, 'secondwitch');
    wicca.take();
    await world.does(wicca, `<presence to='${COVEN}/thirdwitch'/>`);
    expect(heard(wicca)).to.deep.equal(['presence cancel/conflict']);
    expect(await register(hag, 'secondwitch'), 'somebody has it in the room').to.equal('cancel/conflict');
  });

  it('XEP-0045 §7.10: makes nobody a member where that would let them in or speak: admins are asked', async () => {
    for (const config of [{ membersonly: '1' }, { moderatedroom: '1' }]) {
      await setUp(config);
      const form = (await world.iq(hag, 'get', `<query xmlns='${REGISTER}'/>`)).child('query', REGISTER);
      expect(form?.child('instructions', REGISTER)?.text).to.contain('An admin of the room has to agree.');
      expect(await register(hag, 'thirdwitch')).to.equal('result');
      expect(await world.listOf(crone, "affiliation='member'")).to.deep.equal([]);
    }
  });

  it('XEP-0045 §7.10: needs a nickname that is one', async () => {
    await setUp();
    expect(await register(hag, '')).to.equal('modify/bad-request');
    expect(await register(hag, 'x'.repeat(31))).to.equal('modify/not-acceptable');
    expect(outcome(await world.iq(hag, 'set', `<query xmlns='${REGISTER}'/>`))).to.equal('modify/bad-request');
    const nowhere = await world.iq(hag, 'get', `<query xmlns='${REGISTER}'/>`, 'nowhere@rooms.capulet.example');
    expect(outcome(nowhere)).to.equal('cancel/item-not-found');
  });

  it('XEP-0077 §3.2: what was registered is given back', async () => {
    await setUp();
    await register(hag, 'thirdwitch');
    expect(outcome(await world.iq(hag, 'set', `<query xmlns='${REGISTER}'><remove/></query>`))).to.equal('result');
    expect(await world.listOf(crone, "affiliation='member'")).to.deep.equal([]);
    const wicca = await world.person('secondwitch');
    expect(await register(wicca, 'thirdwitch')).to.equal('result');
  });

  it('limits: affiliations', async () => {
    await setUp({}, { affiliations: 2 });
    expect(await register(hag, 'thirdwitch')).to.equal('result');
    const wicca = await world.person('secondwitch');
    expect(await register(wicca, 'secondwitch')).to.equal('wait/resource-constraint');
    expect(await world.admin(crone, "<item affiliation='outcast' jid='x@example.com'/>")).to.equal(
      'wait/resource-constraint',
    );
    expect(await world.admin(crone, "<item affiliation='none' jid='hag66@capulet.example'/>")).to.equal('result');
    expect(await register(wicca, 'secondwitch')).to.equal('result');
  });
});
