import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { invitationUri } from '../../lib/core/invitation-links.ts';
import { InvitationRefused, type Terms } from '../../lib/core/invitations.ts';
import type { Store } from '../../lib/storage/store.ts';
import { NS_IBR_TOKEN } from '../../lib/xmpp/ns.ts';
import { errorOf, jid, settled, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { pushes } from '../support/im-world.ts';
import { asks, fields, filled, query, questionsIn, RegistrationWorld } from '../support/registration-world.ts';
import { StreamClient } from '../support/stream-client.ts';

const WEEK = seconds(7 * 24 * 3600);
const ROMEO = 'romeo@capulet.example';
const ONE: Terms = { uses: 1, registers: true };

overEachStore('XEP-0445 pre-authenticated registration', (open) => {
  let world: RegistrationWorld;
  let store: Store;
  let juliet: StreamClient;

  beforeEach(async () => {
    store = await open();
    await store.documents.clear('capulet.example', 'invitation');
    await store.documents.clear('capulet.example', 'reserved-name');
    world = new RegistrationWorld({ store, registration: 'invite', maxAttempts: 1000 });
    juliet = await world.stranger();
  });

  async function invitation(terms: Partial<Terms> = {}): Promise<string> {
    return (await world.host.invitations.create({ ...ONE, ...terms }, WEEK)).token;
  }

  /** The error that a client gets for its token, if any. */
  async function shows(token: string, client = juliet): Promise<string | undefined> {
    return errorOf(await asks(client, 'set', `<preauth xmlns='urn:xmpp:pars:0' token='${token}'/>`));
  }

  async function registers(name: string, client = juliet): Promise<string | undefined> {
    return errorOf(await asks(client, 'set', fields(name, 'balcony')));
  }

  it('§3 example 1: is a stream feature', async () => {
    const features = await new StreamClient(world).opens().next();
    expect(features.child('register', NS_IBR_TOKEN)).not.to.equal(undefined);
  });

  describe('§4 a token', () => {
    it('examples 2 and 3: lets a client register', async () => {
      expect(await shows(await invitation())).to.equal(undefined);
      expect(questionsIn(await asks(juliet, 'get', query()))).to.deep.equal(['FORM_TYPE', 'username', 'password']);
      expect(await registers('juliet')).to.equal(undefined);
      expect((await juliet.auth('PLAIN', '\0juliet\0balcony').next()).name).to.equal('success');
    });

    it('example 4: is refused when nobody gave it, and then only an account is out of reach', async () => {
      expect(await shows('nothing')).to.equal('cancel/item-not-found');
      expect(await registers('juliet')).to.equal('modify/not-acceptable');
      expect(juliet.end).to.equal(undefined);
    });

    it('can be typed into the form, for clients that know only forms', async () => {
      expect(questionsIn(await asks(juliet, 'get', query()))).to.deep.equal([
        'FORM_TYPE',
        'username',
        'password',
        'token',
      ]);
      const token = await invitation();
      const form = { username: 'juliet', password: 'balcony' };
      expect(errorOf(await asks(juliet, 'set', filled({ ...form, token: 'nothing' })))).to.equal(
        'cancel/item-not-found',
      );
      expect(errorOf(await asks(juliet, 'set', filled({ ...form, token })))).to.equal(undefined);
    });

    it('of one use is used when an account exists, and not before', async () => {
      const token = await invitation();
      await shows(token);
      await world.account('taken');
      expect(await registers('taken')).to.equal('cancel/conflict');
      expect(await registers('juliet')).to.equal(undefined);
      expect(await shows(token, await world.stranger())).to.equal('cancel/item-not-found');
    });

    it('of one use makes one account, however many try at once', async () => {
      const token = await invitation();
      const clients = [juliet, await world.stranger(), await world.stranger()];
      for (const client of clients) expect(await shows(token, client)).to.equal(undefined);
      const answers = await Promise.all(clients.map((client, index) => registers(`juliet${index}`, client)));
      expect(answers).to.have.members([undefined, 'cancel/item-not-found', 'cancel/item-not-found']);
      expect(await store.accounts.list('capulet.example', 10)).to.have.length(1);
    });

    it('of two uses makes two', async () => {
      const token = await invitation({ uses: 2 });
      for (const name of ['juliet', 'nurse']) {
        const client = await world.stranger();
        expect(await shows(token, client)).to.equal(undefined);
        expect(await registers(name, client)).to.equal(undefined);
      }
      expect(await shows(token)).to.equal('cancel/item-not-found');
    });

    it('is good for a week; once it was taken, time does not matter', async () => {
      const token = await invitation();
      world.clock.advance(WEEK - 1);
      juliet = await world.stranger();
      expect(await shows(token)).to.equal(undefined);
      world.clock.advance(1);
      expect(await shows(token, await world.stranger())).to.equal('cancel/item-not-found');
      expect(await registers('juliet')).to.equal(undefined);
    });

    it('ends with the account that gave it', async () => {
      await world.account('romeo');
      const token = await invitation({ inviter: ROMEO });
      await world.host.removeAccount(jid(ROMEO));
      expect(await shows(token)).to.equal('cancel/item-not-found');
    });

    it('that only makes contacts makes no account', async () => {
      expect(await shows(await invitation({ registers: false }))).to.equal('cancel/item-not-found');
    });

    it('is not in the store: what is there cannot be used', async () => {
      const token = await invitation();
      const kept = await store.documents.list('capulet.example', 'invitation');
      expect(kept).to.have.length(1);
      expect(JSON.stringify(kept)).not.to.contain(token);
      expect(await shows(kept[0]?.key ?? '')).to.equal('cancel/item-not-found');
    });

    it('works after a restart', async () => {
      const token = await invitation();
      world = new RegistrationWorld({ store, registration: 'invite' });
      expect(await shows(token, await world.stranger())).to.equal(undefined);
    });

    it('is not needed where everybody may register', async () => {
      world = new RegistrationWorld({ store });
      expect(await registers('juliet', await world.stranger())).to.equal(undefined);
    });
  });

  describe('§5 a name that the invitation is for', () => {
    it('is filled in, and no other can be had with it', async () => {
      await shows(await invitation({ username: 'juliet' }));
      expect((await asks(juliet, 'get', query())).toString()).to.contain('<username>juliet</username>');
      expect(await registers('romeo')).to.equal('modify/not-acceptable');
      expect(await registers('juliet')).to.equal(undefined);
    });

    it('is kept from others, until the invitation has expired', async () => {
      await invitation({ username: 'juliet' });
      const register = async (): Promise<string | undefined> => {
        const other = await world.stranger();
        await shows(await invitation(), other);
        return registers('juliet', other);
      };
      expect(await register()).to.equal('cancel/conflict');
      world.clock.advance(WEEK);
      expect(await register()).to.equal(undefined);
    });

    it('may be one that is reserved otherwise', async () => {
      await shows(await invitation({ username: 'admin' }));
      expect(await registers('admin')).to.equal(undefined);
    });

    it('is promised once, and only while nobody has it', async () => {
      await invitation({ username: 'juliet' });
      await world.account('romeo');
      for (const username of ['juliet', 'romeo']) {
        expect(await refusal(invitation({ username }))).to.be.instanceOf(InvitationRefused);
      }
    });
  });

  describe('XEP-0401 §5.5 who invited', () => {
    let romeo: FakeClient;

    beforeEach(async () => {
      await world.account('romeo');
      romeo = await world.online(`${ROMEO}/orchard`);
      await shows(await invitation({ inviter: ROMEO }));
      await registers('juliet');
      await settled();
    });

    it('example 9: hears of the new contact at once', () => {
      expect(pushes(romeo.take())).to.deep.equal(['juliet@capulet.example subscription=both']);
    });

    it('is in the roster of who was invited, and each sees the other', async () => {
      romeo.take();
      const balcony = await world.interested('juliet@capulet.example/balcony');
      balcony.sends('<presence/>');
      await world.settle();
      expect((await world.itemIn('juliet@capulet.example', ROMEO))?.subscription).to.equal('both');
      await hears(romeo, 'juliet@capulet.example/balcony');
      await hears(balcony, `${ROMEO}/orchard`);
    });
  });

  /** Waits until a client has got something from an address. */
  async function hears(client: FakeClient, address: string): Promise<void> {
    while (!client.take().some(({ attrs }) => attrs['from'] === address)) {
      await world.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('an account that is there comes about although the inviter has no room for contacts', async () => {
    await world.account('romeo');
    for (let count = 0; count < 100; count += 1) await world.item(ROMEO, `${count}@far.example`, {});
    await shows(await invitation({ inviter: ROMEO }));
    expect(await registers('juliet')).to.equal(undefined);
    expect(world.log.of('invitation.contact.failed')).to.have.length(1);
  });

  it('one account has at most 100 invitations at a time; those that have expired do not count', async () => {
    await world.account('romeo');
    for (let count = 0; count < 100; count += 1) await invitation({ inviter: ROMEO });
    expect(await refusal(invitation({ inviter: ROMEO }))).to.be.instanceOf(InvitationRefused);
    world.clock.advance(WEEK);
    await invitation({ inviter: ROMEO });
    expect(await store.documents.list('capulet.example', 'invitation')).to.have.length(1);
  });

  it('once in an hour, what has expired is removed', async () => {
    await invitation({ username: 'juliet' });
    world.clock.advance(WEEK);
    await settled();
    while ((await store.documents.list('capulet.example', 'invitation')).length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await store.documents.list('capulet.example', 'reserved-name')).to.deep.equal([]);
  });
});

describe('XEP-0445 §2 the URI of an invitation', () => {
  for (const [what, terms, uri] of [
    ['§2.1 for a name', { ...ONE, username: 'juliet' }, 'xmpp:juliet@example.com?register;preauth=TOKEN'],
    ['§2.2 for any name', ONE, 'xmpp:example.com?register;preauth=TOKEN'],
    [
      '§2.3 of a contact',
      { ...ONE, inviter: 'romeo@example.com' },
      'xmpp:romeo@example.com?roster;preauth=TOKEN;ibr=y',
    ],
    [
      'XEP-0379 §3.2 of a contact alone',
      { ...ONE, inviter: 'romeo@example.com', registers: false },
      'xmpp:romeo@example.com?roster;preauth=TOKEN',
    ],
    [
      'of a name with odd letters',
      { ...ONE, username: 'jürg#1' },
      'xmpp:j%C3%BCrg%231@example.com?register;preauth=TOKEN',
    ],
  ] as const) {
    it(what, () => {
      expect(invitationUri(terms, 'TOKEN', 'example.com')).to.equal(uri);
    });
  }
});

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
