import { expect } from 'chai';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { brief, errorOf, settled, type FakeClient } from '../core/world.ts';
import { ImWorld, itemLine, itemsOf, pushes, withoutPushes } from '../support/im-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@capulet.example';
const FAR = 'nurse@far.example';

describe('RFC 6121 §3 managing presence subscriptions', () => {
  let world: ImWorld;
  let juliet: FakeClient;
  let romeo: FakeClient;

  beforeEach(async () => {
    world = new ImWorld();
    await world.account('juliet');
    await world.account('romeo');
    juliet = await world.online(`${JULIET}/balcony`);
    romeo = await world.online(`${ROMEO}/orchard`);
  });

  async function says(client: FakeClient, type: string, to: string, inner = ''): Promise<void> {
    client.sends(`<presence type='${type}' to='${to}' id='${type}'>${inner}</presence>`);
    await world.settle();
  }

  async function befriend(): Promise<void> {
    await says(romeo, 'subscribe', JULIET);
    await says(juliet, 'subscribed', ROMEO);
    romeo.take();
    juliet.take();
  }

  describe('§3.1 between two accounts of this server', () => {
    it('§3.1.2 the request reaches the contact, and the user sees that it waits', async () => {
      await says(romeo, 'subscribe', JULIET, '<status>It is I</status>');
      const [request] = juliet.take();
      expect(request && brief(request)).to.equal(`presence subscribe #subscribe ${ROMEO}→${JULIET} status`);
      expect(pushes(romeo.take())).to.deep.equal([`${JULIET} ask=subscribe subscription=none`]);
    });

    it('§3.1.6 the approval comes before the push, and the presence of each resource after it', async () => {
      const chamber = await world.online(`${JULIET}/chamber`);
      await says(romeo, 'subscribe', JULIET);
      romeo.take();
      await says(chamber, 'subscribed', ROMEO);
      const got = romeo.take();
      expect(got.map((stanza) => brief(stanza).replace(/#\S+ /, ''))).to.deep.equal([
        `presence subscribed ${JULIET}→${ROMEO}`,
        `iq set ${ROMEO}→${ROMEO}/orchard query`,
        `presence ${JULIET}/balcony→${ROMEO}`,
        `presence ${JULIET}/chamber→${ROMEO}`,
      ]);
      expect(pushes(got)).to.deep.equal([`${JULIET} subscription=to`]);
      expect(pushes(chamber.take())).to.deep.equal([`${ROMEO} subscription=from`]);
      expect(pushes(juliet.take()), 'every interested resource').to.deep.equal([`${ROMEO} subscription=from`]);
    });

    it('§3.2 a refusal tells no more than that', async () => {
      await says(romeo, 'subscribe', JULIET);
      romeo.take();
      await says(juliet, 'unsubscribed', ROMEO);
      const got = romeo.take();
      expect(withoutPushes(got)).to.deep.equal([`presence unsubscribed #unsubscribed ${JULIET}→${ROMEO}`]);
      expect(pushes(got)).to.deep.equal([`${JULIET} subscription=none`]);
    });

    it('§3.2.2 the end of a subscription comes behind the unavailable presence of each resource', async () => {
      await befriend();
      await world.online(`${JULIET}/chamber`);
      romeo.take();
      await says(juliet, 'unsubscribed', ROMEO);
      expect(withoutPushes(romeo.take())).to.deep.equal([
        `presence unavailable ${JULIET}/balcony→${ROMEO}`,
        `presence unavailable ${JULIET}/chamber→${ROMEO}`,
        `presence unsubscribed #unsubscribed ${JULIET}→${ROMEO}`,
      ]);
    });

    it('§3.2.1 a subscription that has ended shows nothing any more', async () => {
      await befriend();
      await says(juliet, 'unsubscribed', ROMEO);
      romeo.take();
      juliet.sends('<presence><show>away</show></presence>');
      await world.settle();
      expect(romeo.got()).to.deep.equal([]);
    });

    it('§3.3 the user ends it: both rosters say so, and the contact may see no more', async () => {
      await befriend();
      await says(romeo, 'unsubscribe', JULIET);
      const got = juliet.take();
      expect(withoutPushes(got)).to.deep.equal([`presence unsubscribe #unsubscribe ${ROMEO}→${JULIET}`]);
      expect(pushes(got)).to.deep.equal([`${ROMEO} subscription=none`]);
      const seen = romeo.take();
      expect(pushes(seen)).to.deep.equal([`${JULIET} subscription=none`]);
      expect(withoutPushes(seen)).to.deep.equal([`presence unavailable ${JULIET}/balcony→${ROMEO}`]);
    });

    it('both ways make "both"', async () => {
      await befriend();
      await says(juliet, 'subscribe', ROMEO);
      await says(romeo, 'subscribed', JULIET);
      expect(pushes(romeo.take()).at(-1)).to.equal(`${JULIET} subscription=both`);
      expect(pushes(juliet.take()).at(-1)).to.equal(`${ROMEO} subscription=both`);
    });

    it('the pushes of one roster come in the order of their versions', async () => {
      await says(juliet, 'subscribed', ROMEO);
      await says(romeo, 'subscribe', JULIET);
      const got = romeo.take();
      const versions = got.map((stanza) => stanza.child('query', 'jabber:iq:roster')?.attrs['ver'] ?? '');
      expect(versions.filter((version) => version !== '')).to.deep.equal(['1', '2']);
      expect(pushes(got)).to.deep.equal([`${JULIET} ask=subscribe subscription=none`, `${JULIET} subscription=to`]);
    });
  });

  describe('§3.1.2 the address', () => {
    for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed']) {
      it(`of a resource means the account: ${type}`, async () => {
        await world.item(ROMEO, FAR, { subscription: 'from', ask: true });
        world = new ImWorld({ store: world.store });
        romeo = await world.online(`${ROMEO}/orchard`);
        world.far.splice(0);
        romeo.sends(`<presence type='${type}' to='${FAR}/kitchen' id='a'/>`);
        await world.settle();
        const sent = world.sent().filter((line) => line.includes(type));
        expect(sent).to.deep.equal(type === 'subscribed' ? [] : [`presence ${type} #a ${ROMEO}→${FAR}`]);
      });
    }

    it('of an inbound request to a resource means the account, too', async () => {
      await world.comes(`<presence from='${FAR}/kitchen' to='${JULIET}/balcony' type='subscribe'/>`);
      expect(juliet.got()).to.deep.equal([`presence subscribe ${FAR}→${JULIET}`]);
    });

    it('is not one’s own', async () => {
      await says(romeo, 'subscribe', ROMEO);
      expect(errorOf(romeo.one())).to.equal('cancel/not-allowed');
      expect(await world.itemIn(ROMEO, ROMEO)).to.equal(undefined);
    });

    it('§8.5.1 of an account that does not exist gets no answer, and nothing is kept for it', async () => {
      await says(romeo, 'subscribe', 'nobody@capulet.example');
      expect(withoutPushes(romeo.take())).to.deep.equal([]);
      expect((await world.store.roster.load('nobody@capulet.example')).items).to.deep.equal([]);
    });

    it('§3.1.2 of a server that cannot be reached gets an error', async () => {
      world.remote = () => {
        throw new StanzaError('remote-server-not-found');
      };
      await says(romeo, 'subscribe', FAR);
      expect(withoutPushes(romeo.take())).to.deep.equal([
        `presence error #subscribe ${FAR}→${ROMEO} cancel/remote-server-not-found`,
      ]);
    });
  });

  describe('§3.1.3 a request to an account without available resources', () => {
    beforeEach(async () => {
      juliet.transport.close();
      await world.settle();
      romeo.take();
    });

    async function back(): Promise<string[]> {
      juliet = await world.interested(`${JULIET}/balcony`);
      juliet.sends('<presence/>');
      await world.settle();
      return juliet.got().filter((line) => !line.startsWith(`presence ${JULIET}`));
    }

    it('is kept, complete, and delivered when a resource becomes available', async () => {
      await says(romeo, 'subscribe', JULIET, "<status>It is I</status><x xmlns='urn:x'/>");
      expect(await back()).to.deep.equal([`presence subscribe #subscribe ${ROMEO}→${JULIET} status x`]);
    });

    it('is delivered to every resource that becomes available, until it is answered', async () => {
      await says(romeo, 'subscribe', JULIET);
      await back();
      const chamber = await world.interested(`${JULIET}/chamber`);
      chamber.sends('<presence><priority>-1</priority></presence>');
      await world.settle();
      expect(chamber.got().filter((line) => line.includes('subscribe'))).to.have.length(1);
      await says(juliet, 'unsubscribed', ROMEO);
      juliet.transport.close();
      await world.settle();
      expect(await back()).to.deep.equal([]);
    });

    it('is delivered once, however often it was made', async () => {
      await says(romeo, 'subscribe', JULIET, '<status>first</status>');
      await says(romeo, 'subscribe', JULIET, '<status>second</status>');
      expect(await back()).to.have.length(1);
    });

    it('is not delivered when it was withdrawn', async () => {
      await says(romeo, 'subscribe', JULIET);
      await says(romeo, 'unsubscribe', JULIET);
      expect(await back()).to.deep.equal([]);
      expect(await world.itemIn(JULIET, ROMEO)).to.equal(undefined);
    });

    it('adds nothing to the roster', async () => {
      await says(romeo, 'subscribe', JULIET);
      juliet = world.client(`${JULIET}/balcony`);
      juliet.sends("<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>");
      await world.settle();
      expect(itemsOf(juliet.one())).to.deep.equal([]);
    });

    it('is not delivered again when presence changes, nor to a resource that is not available', async () => {
      await says(romeo, 'subscribe', JULIET);
      await back();
      const quiet = await world.interested(`${JULIET}/quiet`);
      juliet.sends('<presence><show>away</show></presence>');
      await world.settle();
      expect(juliet.got().filter((line) => line.includes('subscribe'))).to.deep.equal([]);
      expect(quiet.got()).to.deep.equal([]);
    });

    it('survives a restart', async () => {
      await says(romeo, 'subscribe', JULIET);
      await world.host.stop();
      world = new ImWorld({ store: world.store });
      expect(await back()).to.deep.equal([`presence subscribe #subscribe ${ROMEO}→${JULIET}`]);
    });

    it('is kept without its content when that is too long', async () => {
      await says(romeo, 'subscribe', JULIET, `<status>${'x'.repeat(5000)}</status>`);
      expect(await back()).to.deep.equal([`presence subscribe #subscribe ${ROMEO}→${JULIET}`]);
    });

    it('is refused when too many strangers wait already', async () => {
      for (let number = 0; number < 1000; number += 1) {
        await world.item(JULIET, `spam${number}@far.example`, { listed: false, pendingIn: '<presence/>' });
      }
      world = new ImWorld({ store: world.store });
      await world.comes(`<presence from='${FAR}' to='${JULIET}' type='subscribe' id='a'/>`);
      expect(world.sent()).to.deep.equal([`presence error #a ${JULIET}→${FAR} wait/resource-constraint`]);
      expect(await world.itemIn(JULIET, FAR)).to.equal(undefined);
    });
  });

  describe('who is told', () => {
    it('§2.2 requests go to resources that are available, pushes to those that asked for the roster', async () => {
      const connected = world.client(`${ROMEO}/connected`);
      const available = world.client(`${ROMEO}/available`);
      available.sends('<presence/>');
      const interested = await world.interested(`${ROMEO}/interested`);
      await world.settle();
      available.take();
      await world.comes(`<presence from='${FAR}' to='${ROMEO}' type='subscribe'/>`);
      expect(connected.got()).to.deep.equal([]);
      expect(interested.got()).to.deep.equal([]);
      expect(available.got()).to.deep.equal([`presence subscribe ${FAR}→${ROMEO}`]);
      await says(available, 'subscribed', FAR);
      expect(connected.got()).to.deep.equal([]);
      expect(available.got()).to.deep.equal([]);
      expect(pushes(interested.take())).to.deep.equal([`${FAR} subscription=from`]);
    });

    it('§3.1.6 approvals go to those that asked for the roster', async () => {
      const interested = await world.interested(`${ROMEO}/interested`);
      await says(romeo, 'subscribe', FAR);
      interested.take();
      await world.comes(`<presence from='${FAR}' to='${ROMEO}' type='subscribed'/>`);
      expect(withoutPushes(interested.take())).to.deep.equal([`presence subscribed ${FAR}→${ROMEO}`]);
    });
  });

  describe('§3.4 approval in advance', () => {
    it('is a stream feature', () => {
      const features = world.host.features().map((feature) => feature.attrs['xmlns']);
      expect(features).to.include('urn:xmpp:features:pre-approval');
    });

    it('answers the request at once, and shows the presence', async () => {
      await says(juliet, 'subscribed', ROMEO);
      expect(pushes(juliet.take())).to.deep.equal([`${ROMEO} approved=true subscription=none`]);
      expect(romeo.got(), 'the contact learns nothing yet').to.deep.equal([]);
      await says(romeo, 'subscribe', JULIET);
      const got = juliet.take();
      expect(withoutPushes(got), 'no request is delivered').to.deep.equal([]);
      expect(pushes(got)).to.deep.equal([`${ROMEO} approved=true subscription=from`]);
      expect(withoutPushes(romeo.take())).to.deep.equal([
        `presence subscribed #subscribe ${JULIET}→${ROMEO}`,
        `presence ${JULIET}/balcony→${ROMEO}`,
      ]);
    });

    it('is taken back by unsubscribed, and by removing the contact', async () => {
      for (const takeBack of ['presence', 'iq']) {
        await says(juliet, 'subscribed', FAR);
        juliet.sends(
          takeBack === 'presence'
            ? `<presence type='unsubscribed' to='${FAR}'/>`
            : `<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='${FAR}' subscription='remove'/></query></iq>`,
        );
        await world.settle();
        juliet.take();
        await world.comes(`<presence from='${FAR}' to='${JULIET}' type='subscribe'/>`);
        expect(withoutPushes(juliet.take()), takeBack).to.deep.equal([`presence subscribe ${FAR}→${JULIET}`]);
        await says(juliet, 'unsubscribed', FAR);
        juliet.take();
        world.sent();
      }
    });
  });

  describe('things that happen at the same time', () => {
    /** Two things that change one item, with every small delay between them. */
    for (const [name, first, second] of [
      ['an approval and a new name', 'approve', 'rename'],
      ['a new name and an approval', 'rename', 'approve'],
    ] as const) {
      it(`both count: ${name}`, async () => {
        for (let delay = 0; delay < 12; delay += 1) {
          const contact = `nurse${delay}@far.example`;
          await says(romeo, 'subscribe', contact);
          const steps = {
            approve: () => world.comes(`<presence from='${contact}' to='${ROMEO}' type='subscribed'/>`),
            rename: async () =>
              romeo.sends(
                `<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='${contact}' name='Nurse'/></query></iq>`,
              ),
          };
          const done = steps[first]();
          for (let turn = 0; turn < delay; turn += 1) await Promise.resolve();
          await Promise.all([done, steps[second]()]);
          await world.settle();
          const item = await world.itemIn(ROMEO, contact);
          expect([item?.subscription, item?.name], `after ${delay} turns`).to.deep.equal(['to', 'Nurse']);
        }
      });
    }
  });

  describe('limits', () => {
    it('a request for a contact more than the roster may have is refused, and not sent', async () => {
      world = new ImWorld({ maxItems: 2 });
      romeo = await world.online(`${ROMEO}/orchard`);
      for (const contact of ['a@far.example', 'b@far.example']) await says(romeo, 'subscribe', contact);
      romeo.take();
      world.sent();
      await says(romeo, 'subscribe', 'c@far.example');
      expect(romeo.got()).to.deep.equal([`presence error #subscribe c@far.example→${ROMEO} wait/resource-constraint`]);
      expect(world.sent()).to.deep.equal([]);
    });

    it('strangers who wait take no room from the roster', async () => {
      world = new ImWorld({ maxItems: 1 });
      await world.account('romeo');
      for (const stranger of ['a@far.example', 'b@far.example']) {
        await world.comes(`<presence from='${stranger}' to='${ROMEO}' type='subscribe'/>`);
      }
      romeo = await world.online(`${ROMEO}/orchard`);
      await says(romeo, 'subscribe', FAR);
      expect(pushes(romeo.take())).to.deep.equal([`${FAR} ask=subscribe subscription=none`]);
    });
  });

  it('an account that comes back sees the state, whatever became of it while it was away', async () => {
    await says(romeo, 'subscribe', JULIET);
    romeo.transport.close();
    await settled();
    await says(juliet, 'subscribed', ROMEO);
    romeo = world.client(`${ROMEO}/orchard`);
    romeo.sends("<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>");
    await world.settle();
    expect(itemsOf(romeo.one()).map(itemLine)).to.deep.equal([`${JULIET} subscription=to`]);
  });
});
