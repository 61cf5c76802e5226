import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MUC, MucWorld, outcome } from '../support/muc-world.ts';

const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";

describe('XEP-0045 §7 staying and leaving', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;

  async function setUp(config: Readonly<Record<string, string>> = {}, limits = {}): Promise<void> {
    world = new MucWorld(limits);
    crone = await world.room(config);
    hag = await world.join('thirdwitch');
    crone.take();
  }

  beforeEach(() => setUp());

  describe('§7.6 nicknames', () => {
    it('XEP-0045 §7.6: everybody hears of the old and the new one', async () => {
      await world.does(hag, `<presence to='${COVEN}/oldhag'/>`);
      expect(heard(crone)).to.deep.equal([
        '-thirdwitch none/participant nick=oldhag hag66@capulet.example/pda 303',
        '+oldhag none/participant hag66@capulet.example/pda',
      ]);
      expect(heard(hag)).to.deep.equal([
        '-thirdwitch none/participant nick=oldhag 110 303',
        '+oldhag none/participant 110',
      ]);
      await world.says(hag, 'Hail!');
      expect(heard(crone)).to.deep.equal(['oldhag: Hail!']);
    });

    it('XEP-0045 §7.6: one that is taken is refused; the letters of one’s own may change', async () => {
      await world.does(hag, `<presence to='${COVEN}/firstwitch'/>`);
      expect(heard(hag)).to.deep.equal(['presence cancel/conflict']);
      expect(heard(crone)).to.deep.equal([]);
      await world.does(hag, `<presence to='${COVEN}/thirdwitch2'/>`);
      expect(heard(hag)).to.have.length(2);
    });

    it('XEP-0045 §17.1: one that cannot be seen is none', async () => {
      await world.does(hag, `<presence to='${COVEN}/ㅤ'/>`);
      await world.does(hag, `<presence to='${COVEN}/   '/>`);
      expect(heard(hag).every((line) => line.includes('jid-malformed'))).to.equal(true);
    });
  });

  it('XEP-0045 §7.7: availability is passed on, without what only the room may say', async () => {
    await world.does(
      hag,
      `<presence to='${COVEN}/thirdwitch'><show>xa</show><status>gone where the goblins go</status>
        <x xmlns='${MUC}#user'><item affiliation='owner'/></x></presence>`,
    );
    expect(heard(crone)).to.deep.equal([
      '+thirdwitch none/participant hag66@capulet.example/pda "xa" "gone where the goblins go"',
    ]);
    const wicca = await world.person('secondwitch');
    await world.enter(wicca, 'secondwitch');
    expect(heard(wicca)[1]).to.equal('+thirdwitch none/participant "xa" "gone where the goblins go"');
  });

  it('limits: changes of presence', async () => {
    await setUp({}, { messagesPerSecond: 1 });
    for (let count = 0; count < 7; count += 1) await world.does(hag, `<presence to='${COVEN}/thirdwitch'/>`);
    expect(heard(hag).filter((line) => line === 'presence wait/resource-constraint')).to.have.length(2);
    world.clock.advance(seconds(2));
    await world.does(hag, `<presence to='${COVEN}/thirdwitch'/>`);
    expect(heard(hag)).to.deep.equal(['+thirdwitch none/participant 110']);
  });

  describe('§7.14 leaving', () => {
    it('XEP-0045 §7.14: who leaves hears it, and the others do', async () => {
      await world.does(hag, `<presence type='unavailable' to='${COVEN}/thirdwitch'><status>gone</status></presence>`);
      expect(heard(hag)).to.deep.equal(['-thirdwitch none/none 110 "gone"']);
      expect(heard(crone)).to.deep.equal(['-thirdwitch none/none hag66@capulet.example/pda "gone"']);
      await world.says(hag, 'Hail!');
      expect(heard(hag)).to.deep.equal(['message modify/not-acceptable']);
    });

    it('XEP-0045 §7.14: who goes offline leaves', async () => {
      await world.does(hag, "<presence type='unavailable'/>");
      expect(heard(crone)).to.deep.equal(['-thirdwitch none/none hag66@capulet.example/pda']);
    });

    it('XEP-0045 §7.14: who is cut off leaves', async () => {
      hag.session.closed('lost', []);
      await world.settle();
      expect(heard(crone)).to.deep.equal(['-thirdwitch none/none hag66@capulet.example/pda']);
    });

    it('XEP-0045 §7.14: a room that nobody is in any more is gone, unless it is persistent', async () => {
      for (const [persistent, expected] of [
        ['0', 'cancel/item-not-found'],
        ['1', 'result'],
      ] as const) {
        await setUp({ persistentroom: persistent });
        for (const [client, nick] of [
          [crone, 'firstwitch'],
          [hag, 'thirdwitch'],
        ] as const) {
          await world.does(client, `<presence type='unavailable' to='${COVEN}/${nick}'/>`);
        }
        expect(outcome(await world.iq(hag, 'get', INFO))).to.equal(expected);
      }
    });
  });

  describe('§18.1.2 ghosts', () => {
    it('XEP-0045 §11.1 §18.1.2: who cannot be reached any more leaves with 333', async () => {
      await world.comes(
        `<message type='error' from='hag66@capulet.example/pda' to='${COVEN}/firstwitch'>
          <error type='wait'><recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
      );
      expect(heard(crone)).to.deep.equal(['-thirdwitch none/none hag66@capulet.example/pda 333']);
      expect(heard(hag)).to.deep.equal(['-thirdwitch none/none 110 333']);
    });

    it('XEP-0045 §18.1.2: other errors mean nothing', async () => {
      await world.comes(
        `<message type='error' from='hag66@capulet.example/pda' to='${COVEN}/firstwitch'>
          <error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
      );
      expect(heard(crone)).to.deep.equal([]);
    });

    it('a message that comes back while others are still to get it disturbs nobody', async () => {
      const wicca = await world.join('secondwitch');
      for (const client of [crone, hag]) client.take();
      // The carrier breaks, and what it was given comes back at once, in the middle of the round.
      wicca.transport.send = (payload) => world.host.redeliver([payload]);
      await world.says(crone, 'Hail!');
      expect(heard(hag)).to.deep.equal(['firstwitch: Hail!', '-secondwitch none/none 333']);
    });
  });

  describe('presence that is not shown to all', () => {
    it('XEP-0045 §7.2.2: visitors are not seen where only others are shown, and see themselves', async () => {
      await setUp({ moderatedroom: '1' });
      await world.configure(crone, { presencebroadcast: 'moderator' });
      const wicca = await world.person('secondwitch');
      crone.take();
      await world.enter(wicca, 'secondwitch');
      expect(heard(wicca)).to.deep.equal([
        '+firstwitch owner/moderator',
        '+secondwitch none/visitor 110 170',
        `${COVEN} # `,
      ]);
      expect(heard(crone)).to.deep.equal([]);
      hag.take();
      await world.admin(crone, "<item nick='secondwitch' role='moderator'/>");
      expect(heard(hag)).to.deep.equal(['+secondwitch none/moderator by=firstwitch']);
      await world.admin(crone, "<item nick='secondwitch' role='participant'/>");
      expect(heard(hag)).to.deep.equal(['-secondwitch none/none by=firstwitch']);
    });
  });
});
