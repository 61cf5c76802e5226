import { expect } from 'chai';
import { AdminError } from '../../lib/admin/target.ts';
import { seconds } from '../../lib/base/time.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { admin, AdminWorld, DOMAIN, OTHER } from '../support/admin-world.ts';
import { CommandClient, commandIn, outcomeIn, questionsIn, valuesIn } from '../support/command-client.ts';

const FOR_ALL = ['urn:holdfast:admin#status', 'urn:holdfast:admin#reload', admin('shutdown'), admin('restart')];

describe('XEP-0133 service administration: the service', () => {
  let world: AdminWorld;
  let bard: CommandClient;
  let done: string[];

  beforeEach(async () => {
    done = [];
    world = await AdminWorld.open({
      actions: {
        reload: () => ({ done: ['The configuration has not changed.'], failed: [] }),
        stop: () => void done.push('stop'),
        prepareRestart: () => {
          done.push('prepared');
          return () => void done.push('restart');
        },
      },
    });
    bard = world.commands();
  });
  afterEach(() => world.close());

  /** What a client was told by the server. */
  function told(client: FakeClient): string[] {
    return client
      .take()
      .filter(({ name, attrs }) => name === 'message' && attrs['from'] === DOMAIN && attrs['type'] === 'headline')
      .map((message) => message.getChildElements()[0]?.text ?? '');
  }

  describe('§3 §6 who may', () => {
    it('administrators of a domain see what concerns it', async () => {
      const seen = await bard.sees();
      expect(seen).to.include.members([admin('add-user'), admin('announce'), admin('set-motd')]);
      expect(seen).not.to.include.members(FOR_ALL);
    });

    it('whoever administers every domain with accounts sees also what concerns the server', async () => {
      const owner = world.commands(`owner@${DOMAIN}/study`);
      const seen = await owner.sees();
      expect(seen).to.include.members([...FOR_ALL, admin('add-user')]);
      expect(await new CommandClient(owner.client, OTHER, () => world.settle()).sees()).to.include.members(FOR_ALL);
    });

    it('nobody else sees or runs anything', async () => {
      const bardElsewhere = new CommandClient(bard.client, OTHER, () => world.settle());
      for (const client of [world.commands(`iago@${DOMAIN}/street`), bardElsewhere]) {
        expect((await client.sees()).filter((node) => node !== 'urn:xmpp:invite#invite')).to.deep.equal([]);
        for (const node of [admin('add-user'), admin('delete-motd'), ...FOR_ALL]) {
          expect(outcomeIn(await client.runs({ node })), node).to.equal('cancel/forbidden');
        }
      }
    });

    it('guests never do', async () => {
      const guest = world.commands('somebody@guests.example/home', 'guests.example');
      expect(outcomeIn(await guest.runs({ node: admin('add-user') }))).to.equal('cancel/service-unavailable');
      const elsewhere = new CommandClient(guest.client, DOMAIN, () => world.settle());
      expect(outcomeIn(await elsewhere.runs({ node: admin('add-user') }))).to.equal('cancel/forbidden');
    });

    it('§5 what there is not is not found', async () => {
      expect(outcomeIn(await bard.runs({ node: admin('edit-blacklist') }))).to.equal('cancel/item-not-found');
      const info = `<query xmlns='http://jabber.org/protocol/disco#info' node='${admin('edit-blacklist')}'/>`;
      expect(errorOf(await bard.asks('get', info))).to.equal('cancel/item-not-found');
    });
  });

  it('what is done is logged with who did it', async () => {
    await bard.runs({ node: admin('get-online-users-num') });
    expect(world.log.of('admin.command')).to.deep.equal([{ command: 'session list', by: `bard@${DOMAIN}` }]);
  });

  it('§4.23 announce: examples 75 to 78, to everybody who is online in this domain', async () => {
    const juliet = await world.online(`juliet@${DOMAIN}/balcony`);
    const silent = world.client(`juliet@${DOMAIN}/chamber`);
    const will = await world.online(`will@${OTHER}/stage`);
    const node = admin('announce');
    expect(questionsIn(await bard.runs({ node }))).to.deep.equal([
      'FORM_TYPE hidden',
      'announcement text-multi required',
    ]);
    const lines = ['Attention! This service will be going down for', 'maintenance in 2 minutes. Please log off now!'];
    const answer = await bard.does(node, { announcement: lines });
    expect(outcomeIn(answer)).to.equal('completed info: One client was told.');
    expect([juliet, silent, will].map(told)).to.deep.equal([[lines.join('\n')], [], []]);
  });

  describe('§4.24 to §4.26 the message of the day', () => {
    const set = (motd: string): Promise<unknown> => bard.does(admin('set-motd'), { motd: motd.split('\n') });

    it('examples 79 to 82: whoever is online has it now, others when they log in, and nobody twice', async () => {
      const juliet = await world.online(`juliet@${DOMAIN}/balcony`);
      await set('The grand re-opening\nwill be tomorrow.');
      expect(told(juliet)).to.deep.equal(['The grand re-opening\nwill be tomorrow.']);
      const chamber = world.client(`juliet@${DOMAIN}/chamber`);
      const iago = world.client(`iago@${DOMAIN}/street`);
      for (const client of [chamber, iago]) client.sends('<presence/>');
      await world.settle();
      expect([chamber, iago].map(told)).to.deep.equal([[], ['The grand re-opening\nwill be tomorrow.']]);
      iago.sends('<presence><show>away</show></presence>');
      const again = world.client(`iago@${DOMAIN}/home`);
      again.sends('<presence/>');
      await world.settle();
      expect([iago, again].map(told)).to.deep.equal([[], []]);
    });

    it('examples 83 to 86: edited, it is for those who have not had it', async () => {
      const juliet = await world.online(`juliet@${DOMAIN}/balcony`);
      await set('--The Globe Stuff');
      told(juliet);
      const node = admin('edit-motd');
      expect(valuesIn(await bard.runs({ node }))).to.include({ motd: '--The Globe Stuff' });
      await bard.does(node, { motd: '--The Globe Staff' });
      const [again, iago] = [world.client(`juliet@${DOMAIN}/tomb`), world.client(`iago@${DOMAIN}/street`)];
      for (const client of [again, iago]) client.sends('<presence/>');
      await world.settle();
      expect([juliet, again, iago].map(told)).to.deep.equal([[], [], ['--The Globe Staff']]);
    });

    it('a new one is for everybody again', async () => {
      const juliet = await world.online(`juliet@${DOMAIN}/balcony`);
      await set('one');
      await set('two');
      expect(told(juliet)).to.deep.equal(['one', 'two']);
    });

    it('examples 87 and 88: deleted, nobody gets it', async () => {
      await set('one');
      const node = admin('delete-motd');
      expect(outcomeIn(await bard.runs({ node }))).to.equal('completed info: There is no message of the day any more.');
      const iago = world.client(`iago@${DOMAIN}/street`);
      iago.sends('<presence/>');
      await world.settle();
      expect(told(iago)).to.deep.equal([]);
      expect(outcomeIn(await bard.runs({ node }))).to.equal('cancel/item-not-found');
      expect(outcomeIn(await bard.does(admin('edit-motd'), { motd: 'two' }))).to.equal('cancel/item-not-found');
    });

    it('survives a restart, for the domain that it is for', async () => {
      await set('one');
      const later = await AdminWorld.open({ store: world.store });
      const iago = later.client(`iago@${DOMAIN}/street`);
      const will = later.client(`will@${OTHER}/stage`);
      for (const client of [iago, will]) client.sends('<presence/>');
      await later.settle();
      expect([iago, will].map(told)).to.deep.equal([['one'], []]);
      await later.close();
    });
  });

  describe('§4.30 §4.31 restart and shut down', () => {
    let owner: CommandClient;

    beforeEach(() => {
      owner = world.commands(`owner@${DOMAIN}/study`);
    });

    it('examples 103 to 106: after a while, and users are told at once, in every domain', async () => {
      const node = admin('shutdown');
      const juliet = await world.online(`juliet@${DOMAIN}/balcony`);
      const will = await world.online(`will@${OTHER}/stage`);
      expect(questionsIn(await owner.runs({ node }))).to.deep.equal([
        'FORM_TYPE hidden',
        'delay list-single',
        'announcement text-multi',
      ]);
      const answer = await owner.does(node, { delay: '120', announcement: ['The service will be', 'shut down!'] });
      expect(outcomeIn(answer)).to.equal('completed info: The server stops in 120 s.');
      expect(told(juliet)).to.deep.equal(['The service will be\nshut down!']);
      expect(will.got()).to.have.length(1);
      world.clock.advance(seconds(119));
      expect(done).to.deep.equal([]);
      world.clock.advance(seconds(1));
      expect(done).to.deep.equal(['stop']);
    });

    it('examples 99 to 102: a restart is prepared before it is promised', async () => {
      const answer = await owner.does(admin('restart'), { delay: '30' });
      expect(outcomeIn(answer)).to.equal('completed info: The server restarts in 30 s.');
      expect(done).to.deep.equal(['prepared']);
      world.clock.advance(seconds(30));
      expect(done).to.deep.equal(['prepared', 'restart']);
    });

    it('without a delay it is done as soon as that is answered', async () => {
      const answer = await owner.does(admin('shutdown'), {});
      expect(commandIn(answer).attrs['status']).to.equal('completed');
      world.clock.advance(0);
      expect(done).to.deep.equal(['stop']);
    });

    it('the last one counts', async () => {
      await owner.does(admin('shutdown'), { delay: '30' });
      await owner.does(admin('restart'), { delay: '300' });
      world.clock.advance(seconds(299));
      expect(done).to.deep.equal(['prepared']);
    });

    it('other delays than those of the form are none', async () => {
      expect(outcomeIn(await owner.does(admin('shutdown'), { delay: '31' }))).to.equal(
        'modify/bad-request bad-payload',
      );
    });
  });

  it('what it is doing, and what it could read again, is told in the words of the command line', async () => {
    const owner = world.commands(`owner@${DOMAIN}/study`);
    expect(outcomeIn(await owner.runs({ node: 'urn:holdfast:admin#status' }))).to.match(/^completed info: Holdfast /);
    expect(outcomeIn(await owner.runs({ node: 'urn:holdfast:admin#reload' }))).to.equal(
      'completed info: The configuration has not changed.',
    );
  });
});

describe('XEP-0133 service administration of a server in another program', () => {
  it('stops it, and cannot restart it', async () => {
    const world = await AdminWorld.open();
    const owner = world.commands(`owner@${DOMAIN}/study`);
    expect(outcomeIn(await owner.does(admin('restart'), {}))).to.equal('cancel/feature-not-implemented');
    await owner.does(admin('shutdown'), {});
    const closed = new Promise((resolve) => world.server.once('closed', () => resolve(undefined)));
    world.clock.advance(0);
    await closed;
    expect(() => world.server.administration.server?.restart(0)).to.throw(AdminError);
  });
});
