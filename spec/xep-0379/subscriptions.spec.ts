import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { Terms } from '../../lib/core/invitations.ts';
import blocking from '../../lib/modules/blocking/index.ts';
import commands from '../../lib/modules/commands/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import invitations from '../../lib/modules/invitations/index.ts';
import type { FakeClient } from '../core/world.ts';
import { ImWorld, pushes, withoutPushes } from '../support/im-world.ts';

const WEEK = seconds(7 * 24 * 3600);
const ROMEO = 'romeo@capulet.example';
const JULIET = 'juliet@far.example';

/** Tokens in stores are those of XEP-0445, whose specs run over each store. */
describe('XEP-0379 pre-authenticated roster subscription', () => {
  let world: ImWorld;
  let romeo: FakeClient;

  beforeEach(async () => {
    world = new ImWorld({
      host: { registration: 'off' },
      modules: (host) => {
        host.use(disco);
        host.use(commands);
        host.use(blocking);
        host.use(invitations, { lifetime: WEEK, usersInvite: true, landing: () => undefined });
      },
    });
    await world.account('romeo');
    romeo = await world.online(`${ROMEO}/orchard`);
    world.sent();
  });

  async function token(terms: Partial<Terms> = {}): Promise<string> {
    const usual = { inviter: ROMEO, uses: 1, registers: false };
    return (await world.host.invitations.create({ ...usual, ...terms }, WEEK)).token;
  }

  /** Somebody of another server asks for Romeo's presence. */
  async function asks(shown: string | undefined, from = JULIET): Promise<void> {
    const preauth = shown === undefined ? '' : `<preauth xmlns='urn:xmpp:pars:0' token='${shown}'/>`;
    await world.comes(`<presence from='${from}' to='${ROMEO}' type='subscribe'>${preauth}</presence>`);
    await world.settle();
  }

  const subscription = async (contact = JULIET): Promise<string | undefined> => {
    const item = await world.itemIn(ROMEO, contact);
    return item && `${item.subscription}${item.ask ? ' ask' : ''}${item.name === undefined ? '' : ' named'}`;
  };

  it('§3.5 examples 5 and 6: approved without the user, and asked for the same', async () => {
    await asks(await token());
    expect(world.sent().filter((line) => line.startsWith('presence subscribe'))).to.deep.equal([
      `presence subscribed ${ROMEO}→${JULIET}`,
      `presence subscribe ${ROMEO}→${JULIET}`,
    ]);
    const got = romeo.take();
    expect(withoutPushes(got), 'nobody is asked').to.deep.equal([]);
    expect(pushes(got).at(-1)).to.equal(`${JULIET} approved=true ask=subscribe subscription=from`);
    expect(await subscription(), '§5.4 without a name').to.equal('from ask');
  });

  it('§3.6 with the approval of the other side both are contacts', async () => {
    await asks(await token());
    await world.comes(`<presence from='${JULIET}' to='${ROMEO}' type='subscribed'/>`);
    expect(await subscription()).to.equal('both');
  });

  it('two users of one server: one request with a token does it', async () => {
    await world.account('benvolio');
    const benvolio = await world.online('benvolio@capulet.example/street');
    benvolio.sends(
      `<presence to='${ROMEO}' type='subscribe'><preauth xmlns='urn:xmpp:pars:0' token='${await token()}'/></presence>`,
    );
    benvolio.sends(`<presence to='${ROMEO}' type='subscribed'/>`);
    await world.settle();
    expect(await subscription('benvolio@capulet.example')).to.equal('both');
    expect((await world.itemIn('benvolio@capulet.example', ROMEO))?.subscription).to.equal('both');
  });

  it('a request that waited already is approved', async () => {
    await asks(undefined);
    romeo.take();
    await asks(await token());
    expect(await subscription()).to.equal('from ask');
    expect((await world.itemIn(ROMEO, JULIET))?.pendingIn).to.equal(undefined);
  });

  describe('§4.1 §5.2 falls back to asking the user', () => {
    /** Romeo is asked, as ever. */
    async function isAsked(shown: string | undefined, from = JULIET): Promise<void> {
      await asks(shown, from);
      expect(withoutPushes(romeo.take())).to.deep.equal([`presence subscribe ${from}→${ROMEO} preauth`]);
      expect(await subscription(from)).to.equal('none');
    }

    it('when the token is not known', () => isAsked('1tMFqYDdKhfe2pwp'));

    it('when it was used', async () => {
      const once = await token();
      await asks(once, 'nurse@far.example');
      romeo.take();
      await isAsked(once);
    });

    it('when its time is over', async () => {
      const old = await token();
      world.clock.advance(WEEK);
      await isAsked(old);
    });

    it('when somebody else gave it', async () => {
      await world.account('tybalt');
      await isAsked(await token({ inviter: 'tybalt@capulet.example' }));
    });

    it('when it is for somebody else', async () => isAsked(await token({ username: 'juliet' })));

    it('and when the contact is blocked, nobody is asked, and the token is not used', async () => {
      romeo.sends(`<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='${JULIET}'/></block></iq>`);
      await world.settle();
      romeo.take();
      const shown = await token();
      await asks(shown);
      expect(romeo.take()).to.deep.equal([]);
      expect(await subscription()).to.equal(undefined);
      expect(await world.host.invitations.find(shown)).not.to.equal(undefined);
    });
  });

  it('a token of several uses is good for each once', async () => {
    const shown = await token({ uses: 2 });
    await asks(shown);
    await asks(shown);
    expect(await subscription()).to.equal('from ask');
    expect((await world.host.invitations.find(shown))?.uses, 'asking again uses nothing').to.equal(1);
  });
});
