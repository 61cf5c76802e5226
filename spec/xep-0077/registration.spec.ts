import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_REGISTER, NS_REGISTER_FEATURE } from '../../lib/xmpp/ns.ts';
import { errorOf, jid } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { asks, fields, filled, query, questionsIn, RegistrationWorld } from '../support/registration-world.ts';
import { StreamClient } from '../support/stream-client.ts';

const BILL = 'bill@capulet.example';

overEachStore('XEP-0077 in-band registration', (open) => {
  let world: RegistrationWorld;
  let store: Store;

  beforeEach(async () => {
    store = await open();
    world = new RegistrationWorld({ store });
  });

  async function exists(name: string): Promise<boolean> {
    return world.host.accounts.exists(jid(`${name}@capulet.example`));
  }

  describe('§3.1 before login', () => {
    it('examples 1 and 2: tells which fields it needs, as a form and for clients without forms', async () => {
      const answer = await asks(await world.stranger(), 'get', query());
      const form = answer.child('query', NS_REGISTER);
      expect(answer.attrs).to.include({ type: 'result', id: 'r', from: 'capulet.example' });
      expect(form?.getChildElements().map(({ name }) => name)).to.deep.equal([
        'instructions',
        'username',
        'password',
        'x',
      ]);
      expect(questionsIn(answer)).to.deep.equal(['FORM_TYPE', 'username', 'password']);
    });

    for (const [how, payload] of [
      ['examples 4 and 5: fields', fields('bill', 'Calliope')],
      ['example 10: a form', filled({ username: 'bill', password: 'Calliope' })],
    ] as const) {
      it(`${how} make an account, which logs in on the same stream`, async () => {
        const client = await world.stranger();
        const answer = await asks(client, 'set', payload);
        expect(answer.attrs['type'], answer.toString()).to.equal('result');
        expect(answer.children).to.deep.equal([]);
        expect((await client.auth('PLAIN', '\0bill\0Calliope').next()).name).to.equal('success');
        expect(world.log.of('account.registered')).to.deep.equal([{ account: BILL, address: '192.0.2.1' }]);
      });
    }

    it('example 6: conflict with an account that exists, however its name is written', async () => {
      await world.host.accounts.create(jid(BILL), 'theglobe');
      const answer = await asks(await world.stranger(), 'set', fields('BILL', 'm1cro$oft'));
      expect(errorOf(answer)).to.equal('cancel/conflict');
      expect(answer.toString(), 'no password is repeated').not.to.contain('m1cro$oft');
      expect(await world.host.accounts.verify(jid(BILL), 'theglobe')).to.equal(true);
    });

    it('two at the same time get one account', async () => {
      const clients = [await world.stranger(), await world.stranger()];
      const answers = await Promise.all(clients.map((client) => asks(client, 'set', fields('bill', 'Calliope'))));
      expect(answers.map(errorOf)).to.have.members(['cancel/conflict', undefined]);
    });

    for (const [what, payload] of [
      ['example 7: no password', query('<username>bill</username>', '<password/>')],
      ['no username', query('<password>Calliope</password>')],
      ['nothing', query()],
      ['a form without a password', filled({ username: 'bill' })],
      ['a form that was given up', query("<x xmlns='jabber:x:data' type='cancel'/>")],
      ['a name that none can be', fields('bill@home', 'Calliope')],
      ['a name with spaces', fields('bill the bard', 'Calliope')],
      ['a password that is too short', fields('bill', '12345')],
      ['a password that is too long', fields('bill', 'x'.repeat(1024))],
      ['a password of control characters', fields('bill', 'abc\u0085defg')],
    ] as const) {
      it(`not-acceptable: ${what}`, async () => {
        expect(errorOf(await asks(await world.stranger(), 'set', payload))).to.equal('modify/not-acceptable');
        expect(await exists('bill')).to.equal(false);
      });
    }

    it('a name that is reserved is taken', async () => {
      expect(errorOf(await asks(await world.stranger(), 'set', fields('Admin', 'Calliope')))).to.equal(
        'cancel/conflict',
      );
    });

    it('§6 the form counts where there are fields, too', async () => {
      const both = filled({ username: 'bill', password: 'Calliope' }).replace(
        '<x ',
        '<username>will</username><password>Calliope</password><x ',
      );
      await asks(await world.stranger(), 'set', both);
      expect([await exists('bill'), await exists('will')]).to.deep.equal([true, false]);
    });
  });

  describe('§3.1.1 a server', () => {
    it('gives one account to a stream', async () => {
      const client = await world.stranger();
      await asks(client, 'set', fields('bill', 'Calliope'));
      expect(errorOf(await asks(client, 'set', fields('will', 'Calliope')))).to.equal('modify/not-acceptable');
    });

    it('limits the attempts of an address, for a while', async () => {
      const attempt = async (name: string, address: string): Promise<string | undefined> =>
        errorOf(await asks(await world.stranger({ info: { address } }), 'set', fields(name, 'Calliope')));
      for (let count = 1; count <= 5; count += 1)
        expect(await attempt(`bill${count}`, '192.0.2.9')).to.equal(undefined);
      expect(await attempt('bill6', '192.0.2.9')).to.equal('wait/resource-constraint');
      expect(await attempt('bill6', '192.0.2.10'), 'another address').to.equal(undefined);
      world.clock.advance(seconds(3600));
      expect(await attempt('bill7', '192.0.2.9'), 'later').to.equal(undefined);
    });

    it('waits for who fills in a form, and not for ever', async () => {
      const client = await world.stranger({ authenticationTimeout: 30_000 });
      await asks(client, 'get', query());
      world.clock.advance(seconds(599));
      expect(client.end).to.equal(undefined);
      world.clock.advance(seconds(1));
      expect(client.end?.condition).to.equal('connection-timeout');
    });

    it('answers 32 requests of a stream before login; one more ends it', async () => {
      const client = await world.stranger();
      for (let count = 1; count <= 32; count += 1) await asks(client, 'get', query());
      client.says(`<iq xmlns='jabber:client' type='get' id='r'>${query()}</iq>`);
      expect(client.end?.condition).to.equal('policy-violation');
    });

    for (const [what, iq] of [
      ['another question', "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>"],
      ['a question to another server', `<iq type='get' id='1' to='montague.example'>${query()}</iq>`],
      ['two questions in one', `<iq type='get' id='1'>${query()}${query()}</iq>`],
      ['a message', '<message><body>Hi</body></message>'],
    ] as const) {
      it(`ends the stream for ${what}`, async () => {
        const client = await world.stranger();
        client.says(iq.replace(/^<\w+/, "$& xmlns='jabber:client'"));
        expect(client.end?.condition).to.equal('not-authorized');
      });
    }
  });

  describe('§3.2 removal', () => {
    let bill: StreamClient;

    beforeEach(async () => {
      await world.host.accounts.create(jid(BILL), 'theglobe');
      bill = await new StreamClient(world).login('bill', 'theglobe');
      await bill.bind('globe');
    });

    it('examples 11 and 12: the answer, then not-authorized for every session, and nothing is left', async () => {
      const phone = await new StreamClient(world).login('bill', 'theglobe');
      await phone.bind('phone');
      const answer = await asks(bill, 'set', query('<remove/>'));
      expect(answer.attrs['type']).to.equal('result');
      await removed();
      expect([bill.end?.condition, phone.end?.condition]).to.deep.equal(['not-authorized', 'not-authorized']);
      expect(await exists('bill')).to.equal(false);
    });

    it('ends the subscriptions, so that whoever gets the name next inherits none', async () => {
      await world.host.accounts.create(jid('juliet@capulet.example'), 'balcony');
      await world.item('juliet@capulet.example', BILL, { subscription: 'both' });
      await world.item(BILL, 'juliet@capulet.example', { subscription: 'both' });
      await world.item(BILL, 'romeo@montague.example', { subscription: 'from' });
      await world.item(BILL, 'tybalt@montague.example', { subscription: 'none', ask: true });
      await asks(bill, 'set', query('<remove/>'));
      await removed();
      const item = await world.itemIn('juliet@capulet.example', BILL);
      expect(item?.subscription).to.equal('none');
      expect(world.sent()).to.deep.equal([
        `presence unsubscribed ${BILL}→romeo@montague.example`,
        `presence unsubscribe ${BILL}→tybalt@montague.example`,
      ]);
      expect((await store.roster.load(BILL)).items).to.deep.equal([]);
    });

    it('example 13: bad-request when there is something beside it', async () => {
      const answer = await asks(bill, 'set', query('<remove/>', '<username>bill</username>'));
      expect(errorOf(answer)).to.equal('modify/bad-request');
      expect(await exists('bill')).to.equal(true);
    });

    it('registration-required from another server, unexpected-request before login', async () => {
      await world.comes(
        `<iq type='set' id='1' from='ann@far.example/x' to='capulet.example'>${query('<remove/>')}</iq>`,
      );
      expect(world.far.map(errorOf)).to.deep.equal(['auth/registration-required']);
      const stranger = await asks(await world.stranger(), 'set', query('<remove/>'));
      expect(errorOf(stranger)).to.equal('wait/unexpected-request');
    });

    it("another's account is not removed", async () => {
      await world.host.accounts.create(jid('juliet@capulet.example'), 'balcony');
      for (const name of ['juliet', 'nobody']) {
        bill.says(
          `<iq xmlns='jabber:client' type='set' id='r' to='${name}@capulet.example'>${query('<remove/>')}</iq>`,
        );
        expect(errorOf(await bill.next())).to.equal('cancel/service-unavailable');
      }
      expect(await exists('juliet')).to.equal(true);
    });

    /** The removal runs behind the answer. */
    async function removed(): Promise<void> {
      world.clock.endTurn();
      while (await exists('bill')) await new Promise((resolve) => setImmediate(resolve));
    }
  });

  describe('§3.3 a new password', () => {
    let bill: StreamClient;

    beforeEach(async () => {
      await world.host.accounts.create(jid(BILL), 'theglobe');
      bill = await new StreamClient(world).login('bill', 'theglobe');
      await bill.bind('globe');
    });

    async function hasPassword(password: string): Promise<boolean> {
      return world.host.accounts.verify(jid(BILL), password);
    }

    it('example 3: tells who logged in is registered', async () => {
      const form = (await asks(bill, 'get', query())).child('query', NS_REGISTER);
      expect(
        form?.getChildElements().map(({ name, text }) => `${name} ${name === 'instructions' ? '' : text}`.trim()),
      ).to.deep.equal(['registered', 'instructions', 'username bill', 'password']);
    });

    for (const [how, payload] of [
      ['examples 18 and 19: fields', fields('bill', 'newpass')],
      ['example 24: a form', filled({ username: BILL, old_password: 'theglobe', password: 'newpass' })],
    ] as const) {
      it(how, async () => {
        expect((await asks(bill, 'set', payload)).attrs['type']).to.equal('result');
        expect([await hasPassword('newpass'), await hasPassword('theglobe')]).to.deep.equal([true, false]);
        expect(bill.end).to.equal(undefined);
      });
    }

    for (const [what, payload, error] of [
      ['example 20: no username', query('<password>newpass</password>'), 'modify/bad-request'],
      ['an empty password', fields('bill', ''), 'modify/bad-request'],
      ['somebody else', fields('juliet', 'newpass'), 'cancel/not-allowed'],
      [
        'a wrong old password',
        filled({ username: 'bill', old_password: 'x', password: 'newpass' }),
        'auth/not-authorized',
      ],
      ['a short password', fields('bill', 'short'), 'modify/not-acceptable'],
    ] as const) {
      it(`${what}: ${error}, nothing changes, and no password is repeated`, async () => {
        const answer = await asks(bill, 'set', payload);
        expect(errorOf(answer)).to.equal(error);
        expect(await hasPassword('theglobe')).to.equal(true);
        expect(answer.child('query', NS_REGISTER)).to.equal(undefined);
      });
    }

    it('example 21: not-authorized where others can read along', async () => {
      const info = { secure: false, loopback: false };
      const street = await new StreamClient(world, { info, allowsPlainAnywhere: true }).login('bill', 'theglobe');
      await street.bind('street');
      expect(errorOf(await asks(street, 'set', fields('bill', 'newpass')))).to.equal('auth/not-authorized');
    });
  });

  describe('§8 and §10', () => {
    async function featuresOf(client: StreamClient): Promise<Element> {
      return client.opens().next();
    }

    it('example 26: a stream feature, where nobody can read along', async () => {
      expect((await featuresOf(new StreamClient(world))).child('register', NS_REGISTER_FEATURE)).not.to.equal(
        undefined,
      );
      const client = new StreamClient(world, { info: { secure: false } });
      expect((await featuresOf(client)).child('register', NS_REGISTER_FEATURE)).to.equal(undefined);
      client.says(`<iq xmlns='jabber:client' type='get' id='r'>${query()}</iq>`);
      expect(client.end?.condition).to.equal('not-authorized');
    });

    it('example 28: a feature of the server', () => {
      expect(world.host.discovery.server.features).to.include(NS_REGISTER);
    });

    it('§11 where it is off, there is no feature and no answer; but one may change the password', async () => {
      world = new RegistrationWorld({ store, registration: 'off' });
      const client = new StreamClient(world);
      expect((await featuresOf(client)).child('register', NS_REGISTER_FEATURE)).to.equal(undefined);
      client.says(`<iq xmlns='jabber:client' type='get' id='r'>${query()}</iq>`);
      expect(client.end?.condition).to.equal('not-authorized');
      await world.host.accounts.create(jid(BILL), 'theglobe');
      const bill = await new StreamClient(world).login('bill', 'theglobe');
      await bill.bind('globe');
      expect((await asks(bill, 'set', fields('bill', 'newpass'))).attrs['type']).to.equal('result');
    });
  });
});
