import { expect } from 'chai';
import { NS_PRIVATE, NS_ROSTER } from '../../lib/xmpp/ns.ts';
import { jid } from '../core/world.ts';
import { admin, AdminWorld, DOMAIN, OTHER } from '../support/admin-world.ts';
import '../support/chai-xml.ts';
import { formIn, outcomeIn, questionsIn, valuesIn, type CommandClient } from '../support/command-client.ts';
import { overEachStore } from '../support/each-store.ts';

const JULIET = `juliet@${DOMAIN}`;
const TYPE = 'FORM_TYPE hidden';

overEachStore('XEP-0133 service administration: users', (open) => {
  let world: AdminWorld;
  let bard: CommandClient;

  beforeEach(async () => {
    const store = await open();
    for (const domain of [DOMAIN, OTHER]) {
      for (const account of await store.accounts.list(domain, 100)) await store.accounts.remove(account);
    }
    world = await AdminWorld.open({ store });
    bard = world.commands();
  });
  afterEach(() => world.close());

  const verify = (address: string, password: string): Promise<boolean> | undefined =>
    world.server.hosts.find(DOMAIN)?.accounts.verify(jid(address), password);

  describe('§4.1 add user', () => {
    it('examples 1 to 4: with a form', async () => {
      const node = admin('add-user');
      const form = await bard.runs({ node, action: 'execute' });
      expect(questionsIn(form)).to.deep.equal([
        TYPE,
        'accountjid jid-single required',
        'password text-private required',
        'password-verify text-private',
      ]);
      const done = await bard.does(node, {
        FORM_TYPE: 'http://jabber.org/protocol/admin',
        accountjid: `hamlet@${DOMAIN}`,
        password: 'R0m30',
        'password-verify': 'R0m30',
        email: 'hamlet@example.com',
      });
      expect(outcomeIn(done)).to.equal(`completed info: hamlet@${DOMAIN} can log in.`);
      expect(await verify(`hamlet@${DOMAIN}`, 'R0m30')).to.equal(true);
    });

    for (const [why, fields, error] of [
      ['there is one', { accountjid: JULIET, password: 'R0m30' }, 'cancel/conflict'],
      ['the domain is another', { accountjid: `hamlet@${OTHER}`, password: 'R0m30' }, 'modify/not-acceptable'],
      ['the address is no account', { accountjid: DOMAIN, password: 'R0m30' }, 'modify/not-acceptable'],
      ['the password is missing', { accountjid: `hamlet@${DOMAIN}` }, 'modify/bad-request bad-payload'],
      [
        'the passwords are different',
        { accountjid: `hamlet@${DOMAIN}`, password: 'R0m30', 'password-verify': 'R0m3O' },
        'modify/bad-request',
      ],
    ] as const) {
      it(`not when ${why}`, async () => {
        expect(outcomeIn(await bard.does(admin('add-user'), fields))).to.equal(error);
        expect(await verify(`hamlet@${DOMAIN}`, 'R0m30')).to.equal(false);
      });
    }
  });

  describe('§4.2 delete user', () => {
    it('examples 5 to 8: with everything of them, and nobody is subscribed any more', async () => {
      await world.store.roster.put(JULIET, contact(`iago@${DOMAIN}`));
      await world.store.roster.put(`iago@${DOMAIN}`, contact(JULIET));
      const juliet = await world.online(`${JULIET}/balcony`);
      juliet.sends(`<iq type='set' id='p'><query xmlns='${NS_PRIVATE}'><n xmlns='urn:n'>secret</n></query></iq>`);
      await world.settle();
      const answer = await bard.does(admin('delete-user'), { accountjids: [JULIET] });
      expect(outcomeIn(answer)).to.equal(`completed info: ${JULIET} is gone.`);
      await world.settle();
      expect(await world.store.accounts.find(JULIET)).to.equal(undefined);
      expect(juliet.transport.isClosed).to.equal(true);
      const { items } = await world.store.roster.load(`iago@${DOMAIN}`);
      expect(items.map(({ subscription }) => subscription)).to.deep.equal(['none']);
    });

    it('several at a time: what fails is told beside what is done', async () => {
      const answer = await bard.does(admin('delete-user'), {
        accountjids: [JULIET, `nobody@${DOMAIN}`, `will@${OTHER}`],
      });
      expect(outcomeIn(answer)).to.equal(
        `completed info: ${JULIET} is gone. error: there is no nobody@${DOMAIN} ` +
          `error: ${OTHER} is not served here, or has no accounts; served are: ${DOMAIN}`,
      );
      expect(await world.store.accounts.find(`will@${OTHER}`)).not.to.equal(undefined);
    });

    it('at most a hundred at a time', async () => {
      const accountjids = Array.from({ length: 101 }, (_, count) => `user-${count}@${DOMAIN}`);
      expect(outcomeIn(await bard.does(admin('delete-user'), { accountjids }))).to.equal('modify/not-acceptable');
      const answer = await bard.does(admin('delete-user'), { accountjids: [JULIET, ...accountjids.slice(0, 99)] });
      expect(outcomeIn(answer)).to.contain(`completed info: ${JULIET} is gone.`);
    });
  });

  it('§4.3 §4.4 §4.14 §4.19 examples 9 to 16: disabled users are put out, counted and listed, until they are enabled', async () => {
    const juliet = world.client(`${JULIET}/balcony`);
    await world.store.roster.put(JULIET, contact('romeo@example.net'));
    const [disable, enable] = [admin('disable-user'), admin('reenable-user')];
    expect(questionsIn(await bard.runs({ node: disable }))).to.deep.equal([TYPE, 'accountjids jid-multi required']);
    expect(outcomeIn(await bard.does(disable, { accountjids: JULIET }))).to.equal(
      `completed info: ${JULIET} is disabled.`,
    );
    expect(juliet.transport.isClosed).to.equal(true);
    const counted = await bard.runs({ node: admin('get-disabled-users-num') });
    expect(valuesIn(counted)).to.include({ disabledusersnum: '1' });
    const listed = await bard.does(admin('get-disabled-users-list'), { max_items: '25' });
    expect(valuesIn(listed)).to.include({ disableduserjids: JULIET });
    expect((await world.store.roster.load(JULIET)).items, 'nothing is lost').to.have.length(1);
    expect(outcomeIn(await bard.does(enable, { accountjids: JULIET }))).to.equal(
      `completed info: ${JULIET} can log in again.`,
    );
    expect(outcomeIn(await bard.does(enable, { accountjids: JULIET }))).to.equal('cancel/item-not-found');
    expect(outcomeIn(await bard.does(disable, { accountjids: `will@${OTHER}` }))).to.equal('modify/not-acceptable');
  });

  it('§4.5 end user session: of all resources, or of one', async () => {
    const node = admin('end-user-session');
    const [balcony, chamber, tomb] = [
      world.client(`${JULIET}/balcony`),
      world.client(`${JULIET}/chamber`),
      world.client(`${JULIET}/tomb`),
    ];
    expect(outcomeIn(await bard.does(node, { accountjids: `${JULIET}/balcony` }))).to.equal(
      'completed info: One session ended.',
    );
    expect([balcony, chamber].map(({ transport }) => transport.isClosed)).to.deep.equal([true, false]);
    expect(outcomeIn(await bard.does(node, { accountjids: JULIET }))).to.equal('completed info: 2 sessions ended.');
    expect(tomb.transport.error?.condition).to.equal('policy-violation');
    expect(outcomeIn(await bard.does(node, { accountjids: JULIET }))).to.equal('cancel/item-not-found');
    const will = world.client(`will@${OTHER}/stage`);
    expect(outcomeIn(await bard.does(node, { accountjids: `will@${OTHER}` }))).to.equal('cancel/item-not-found');
    expect(will.transport.isClosed).to.equal(false);
  });

  it('§4.7 change user password', async () => {
    const node = admin('change-user-password');
    expect(questionsIn(await bard.runs({ node }))).to.deep.equal([
      TYPE,
      'accountjid jid-single required',
      'password text-private required',
    ]);
    const done = await bard.does(node, { accountjid: JULIET, password: 'th3s3cr3t' });
    expect(outcomeIn(done)).to.equal(`completed info: ${JULIET} has a new password.`);
    expect(await verify(JULIET, 'th3s3cr3t')).to.equal(true);
    expect(outcomeIn(await bard.does(node, { accountjid: `nobody@${DOMAIN}`, password: 'x' }))).to.equal(
      'cancel/item-not-found',
    );
    expect(JSON.stringify(world.log.lines), 'no password is logged').not.to.contain('th3s3cr3t');
  });

  it('§4.8 get user roster: examples 25 to 28', async () => {
    await world.store.roster.put(JULIET, { ...contact('romeo@example.net'), name: 'Romeo', groups: ['Friends'] });
    const form = formIn(await bard.does(admin('get-user-roster'), { accountjids: JULIET }));
    expect(form.child('query', NS_ROSTER)).to.equalXml(
      `<query xmlns='${NS_ROSTER}'><item jid='romeo@example.net' name='Romeo' subscription='both'>` +
        `<group>Friends</group></item></query>`,
    );
    expect(valuesIn(await bard.does(admin('get-user-roster'), { accountjids: JULIET }))).to.include({
      accountjids: JULIET,
    });
  });

  it('§4.9 get user last login time: of the newest session, or when the last one ended', async () => {
    const node = admin('get-user-lastlogin');
    expect(valuesIn(await bard.does(node, { accountjids: JULIET }))).to.deep.include({ lastlogin: '' });
    const juliet = await world.online(`${JULIET}/balcony`);
    expect(valuesIn(await bard.does(node, { accountjids: JULIET }))).to.deep.equal({
      FORM_TYPE: 'http://jabber.org/protocol/admin',
      accountjids: JULIET,
      lastlogin: '2026-01-01T00:00:00.000Z',
    });
    world.clock.advance(60_000);
    juliet.sends("<presence type='unavailable'/>");
    juliet.transport.close();
    await world.settle();
    world.clock.advance(60_000);
    expect(valuesIn(await bard.does(node, { accountjids: JULIET }))).to.deep.include({
      lastlogin: '2026-01-01T00:01:00.000Z',
    });
  });

  it('§4.10 get user statistics: examples 33 to 36', async () => {
    await world.store.roster.put(JULIET, contact('romeo@example.net'));
    world.client(`${JULIET}/balcony`);
    world.client(`${JULIET}/chamber`);
    expect(valuesIn(await bard.does(admin('user-stats'), { accountjid: JULIET }))).to.deep.equal({
      FORM_TYPE: 'http://jabber.org/protocol/admin',
      ipaddresses: '127.0.0.1',
      rostersize: '1',
      onlineresources: ['balcony', 'chamber'],
    });
    expect(outcomeIn(await bard.does(admin('user-stats'), { accountjid: `will@${OTHER}` }))).to.equal(
      'modify/not-acceptable',
    );
  });

  it('§4.13 get number of registered users: of this domain', async () => {
    expect(valuesIn(await bard.runs({ node: admin('get-registered-users-num') }))).to.include({
      registeredusersnum: '4',
    });
  });

  it('§4.15 get number of online users: of this domain, each once', async () => {
    world.client(`${JULIET}/balcony`);
    world.client(`${JULIET}/chamber`);
    world.client(`will@${OTHER}/stage`);
    expect(valuesIn(await bard.runs({ node: admin('get-online-users-num') }))).to.include({ onlineusersnum: '2' });
  });

  it('§4.18 get list of registered users: examples 55 to 58, as many as asked for', async () => {
    const node = admin('get-registered-users-list');
    for (let count = 10; count < 40; count += 1) {
      const none = await world.store.accounts.find(JULIET);
      if (none) await world.store.accounts.create({ ...none, id: `user-${count}@${DOMAIN}` });
    }
    expect(questionsIn(await bard.runs({ node }))).to.deep.equal([TYPE, 'max_items list-single']);
    const all = valuesIn(await bard.does(node, { max_items: 'none' }))['registereduserjids'];
    expect(all)
      .to.have.length(34)
      .and.to.include.members([JULIET, `user-39@${DOMAIN}`]);
    expect(valuesIn(await bard.does(node, { max_items: '25' }))['registereduserjids']).to.have.length(25);
    expect(outcomeIn(await bard.does(node, { max_items: '26' }))).to.equal('modify/bad-request bad-payload');
  });

  it('§4.20 get list of online users', async () => {
    world.client(`${JULIET}/balcony`);
    world.client(`${JULIET}/chamber`);
    world.client(`will@${OTHER}/stage`);
    expect(valuesIn(await bard.does(admin('get-online-users-list'), {}))['onlineuserjids']).to.deep.equal([
      `bard@${DOMAIN}`,
      JULIET,
    ]);
  });

  function contact(address: string): Parameters<AdminWorld['store']['roster']['put']>[1] {
    return { contact: address, groups: [], subscription: 'both', ask: false, approved: false, listed: true };
  }
});
