import { expect } from 'chai';
import { errorOf, jid } from '../core/world.ts';
import { admin, AdminWorld, DOMAIN } from '../support/admin-world.ts';
import { CommandClient, commandIn, outcomeIn, valuesIn } from '../support/command-client.ts';
import { pushes } from '../support/im-world.ts';
import { asks, fields, RegistrationWorld, WEEK } from '../support/registration-world.ts';

const SERVER = 'capulet.example';
const ROMEO = `romeo@${SERVER}`;
const NODE = 'urn:xmpp:invite#invite';

describe('XEP-0401 user invitations', () => {
  it('§3 examples 1 and 2: users find the command, and it is named for them', async () => {
    const romeo = await userOf(new RegistrationWorld({ registration: 'invite' }));
    const items = "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>";
    expect((await romeo.asks('get', items)).toString()).to.contain(
      `<item jid="${SERVER}" node="urn:xmpp:invite#invite" name="Invite user"/>`,
    );
  });

  describe('§5.1 a user invites', () => {
    it('examples 3 and 4: the link comes at once, with a page for it and its end', async () => {
      const romeo = await userOf(new RegistrationWorld({ registration: 'invite' }));
      const { uri, 'landing-url': landing, ...others } = valuesIn(await romeo.runs({ node: NODE, action: 'execute' }));
      expect(uri).to.match(new RegExp(`^xmpp:romeo@${SERVER}\\?roster;preauth=[a-z2-7]{26};ibr=y$`));
      expect(landing).to.equal(`https://chat.example/invite#${String(uri).slice(5)}`);
      expect(others).to.deep.equal({
        FORM_TYPE: 'urn:xmpp:invite#invitation',
        expire: '2026-01-08T00:00:00.000Z',
      });
    });

    for (const [mode, usersInvite, registers] of [
      ['open', false, true],
      ['invite', true, true],
      ['invite', false, false],
      ['off', true, false],
    ] as const) {
      it(`ibr=y is ${registers ? '' : 'not '}there where registration is ${mode} and users ${usersInvite ? '' : 'do not '}invite`, async () => {
        const romeo = await userOf(new RegistrationWorld({ registration: mode, invitations: { usersInvite } }));
        expect(String(valuesIn(await romeo.runs({ node: NODE }))['uri']).endsWith(';ibr=y')).to.equal(registers);
      });
    }

    it('there is no page where there is none', async () => {
      const romeo = await userOf(new RegistrationWorld({ invitations: { landing: () => undefined } }));
      expect(valuesIn(await romeo.runs({ node: NODE }))).not.to.have.property('landing-url');
    });

    it('a hundred invitations of one user wait at a time', async () => {
      const world = new RegistrationWorld({ registration: 'invite' });
      const romeo = await userOf(world);
      const terms = { inviter: ROMEO, uses: 1, registers: true };
      for (let count = 0; count < 99; count += 1) await world.host.invitations.create(terms, WEEK);
      expect(outcomeIn(await romeo.runs({ node: NODE }))).to.equal('completed');
      expect(outcomeIn(await romeo.runs({ node: NODE }))).to.equal('wait/resource-constraint');
      world.clock.advance(WEEK);
      expect(outcomeIn(await romeo.runs({ node: NODE }))).to.equal('completed');
    });

    it('only users of the domain do', async () => {
      const world = new RegistrationWorld({ registration: 'invite' });
      world.addHost({ domain: 'montague.example' }).start();
      const abraham = new CommandClient(world.client('abraham@montague.example/street'), SERVER, () => world.settle());
      expect(await abraham.sees()).to.deep.equal([]);
      expect(outcomeIn(await abraham.runs({ node: NODE }))).to.equal('cancel/forbidden');
    });
  });

  it('invitations end with the account that gave them, whoever has its name later', async () => {
    const world = new RegistrationWorld({ registration: 'invite' });
    const romeo = await userOf(world);
    const token = tokenIn(String(valuesIn(await romeo.runs({ node: NODE }))['uri']));
    expect(await world.host.invitations.find(token)).not.to.equal(undefined);
    await world.host.removeAccount(jid(ROMEO));
    await world.account('romeo');
    expect(await world.host.invitations.find(token)).to.equal(undefined);
  });

  it('§5.5 example 9: who registers with it is pushed to the inviter as a contact', async () => {
    const world = new RegistrationWorld({ registration: 'invite' });
    const romeo = await userOf(world);
    const token = tokenIn(String(valuesIn(await romeo.runs({ node: NODE }))['uri']));
    const juliet = await world.stranger();
    expect(errorOf(await asks(juliet, 'set', `<preauth xmlns='urn:xmpp:pars:0' token='${token}'/>`))).to.equal(
      undefined,
    );
    expect(errorOf(await asks(juliet, 'set', fields('juliet', 'balcony')))).to.equal(undefined);
    await world.settle();
    expect(pushes(romeo.client.take())).to.deep.equal([`juliet@${SERVER} subscription=both`]);
  });
});

describe('XEP-0401 §5.4 account creation by an administrator', () => {
  const node = 'urn:xmpp:invite#create-account';
  let world: AdminWorld;
  let bard: CommandClient;

  beforeEach(async () => {
    world = await AdminWorld.open({
      config: {
        hosts: { [DOMAIN]: { admins: [`bard@${DOMAIN}`], registration: 'invite' } },
        http: { public_url: 'https://chat.example' },
      },
    });
    bard = world.commands();
  });
  afterEach(() => world.close());

  it('examples 5 to 8: for a name, which is kept for whoever has the link', async () => {
    const form = await bard.runs({ node, action: 'execute' });
    expect(valuesIn(form)).to.deep.include({ username: [], 'roster-subscription': 'false' });
    const answer = await bard.runs({ node, sessionid: commandIn(form).attrs['sessionid'] }, { username: 'hamlet' });
    const values = valuesIn(answer);
    expect(values['uri']).to.match(new RegExp(`^xmpp:hamlet@${DOMAIN}\\?register;preauth=[a-z2-7]{26}$`));
    expect(values['landing-url']).to.equal(`https://chat.example/invite#${String(values['uri']).slice(5)}`);
    expect(values['FORM_TYPE']).to.equal('urn:xmpp:invite#invitation');
    expect(await world.server.hosts.find(DOMAIN)?.invitations.isReserved('hamlet')).to.equal(true);
    expect(await world.store.accounts.find(`hamlet@${DOMAIN}`)).to.equal(undefined);
    expect(outcomeIn(await bard.does(node, { username: 'hamlet' })), 'and for nobody else').to.equal('cancel/conflict');
  });

  it('without a name, whoever has the link chooses', async () => {
    expect(valuesIn(await bard.does(node, { username: '' }))['uri']).to.match(
      new RegExp(`^xmpp:${DOMAIN.replace('.', '\\.')}\\?register;preauth=`),
    );
  });

  it('with a roster subscription, the administrator becomes a contact', async () => {
    const values = valuesIn(await bard.does(node, { 'roster-subscription': 'true' }));
    expect(values['uri']).to.contain(`xmpp:bard@${DOMAIN}?roster;preauth=`).and.to.contain(';ibr=y');
  });

  it('is for administrators', async () => {
    const juliet = world.commands(`juliet@${DOMAIN}/balcony`);
    expect(await juliet.sees()).to.deep.equal([NODE]);
    expect(outcomeIn(await juliet.runs({ node }))).to.equal('cancel/forbidden');
    expect(await bard.sees()).to.include.members([node, NODE, admin('add-user')]);
  });

  it('a name that cannot be one is refused', async () => {
    expect(outcomeIn(await bard.does(node, { username: 'two words' }))).to.equal('modify/not-acceptable');
  });
});

/** A user with a client that runs commands. */
async function userOf(world: RegistrationWorld): Promise<CommandClient> {
  await world.account('romeo');
  return new CommandClient(await world.online(`${ROMEO}/orchard`), SERVER, () => world.settle());
}

function tokenIn(uri: string): string {
  return /preauth=([^;]+)/.exec(uri)?.[1] ?? '';
}
