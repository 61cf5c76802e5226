import { expect } from 'chai';
import { minutes } from '../support/minutes.ts';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MUC, MucWorld, outcome, SERVICE } from '../support/muc-world.ts';

describe('XEP-0045 §7.2 entering a room', () => {
  let world: MucWorld;

  beforeEach(() => {
    world = new MucWorld();
  });

  it('XEP-0045 §10.1.1: the first one makes the room, is its owner, and is told so', async () => {
    const crone = await world.person('firstwitch');
    await world.enter(crone, 'firstwitch');
    expect(heard(crone)).to.deep.equal([
      '+firstwitch owner/moderator crone1@capulet.example/desktop 110 170 201',
      `${COVEN} # `,
    ]);
  });

  it('XEP-0045 §7.2.10: nobody else enters before the owner has configured it', async () => {
    const crone = await world.join('firstwitch');
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal(['presence cancel/item-not-found']);
    await world.configure(crone, {});
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)[0]).to.contain('+firstwitch');
  });

  it('XEP-0045 §10.1.1: an owner who does not answer has agreed to the usual configuration', async () => {
    await world.join('firstwitch');
    world.clock.advance(minutes(5));
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.have.length(3);
  });

  it('XEP-0045 §7.1 §7.2.2: who is there, then oneself, then what was said, then the subject', async () => {
    const crone = await world.room();
    await world.join('secondwitch');
    await world.says(crone, 'Thrice the brinded cat hath mew’d.');
    await world.does(crone, `<message type='groupchat' to='${COVEN}'><subject>Fire</subject></message>`);
    crone.take();
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal([
      '+firstwitch owner/moderator',
      '+secondwitch none/participant',
      '+thirdwitch none/participant 110 170',
      'firstwitch: Thrice the brinded cat hath mew’d. (late)',
      'firstwitch # Fire (late)',
    ]);
    expect(heard(crone)).to.deep.equal(['+thirdwitch none/participant hag66@capulet.example/pda']);
  });

  it('XEP-0045 §7.2.1: without a nickname nobody enters', async () => {
    await world.room();
    const hag = await world.person('thirdwitch');
    await world.does(hag, `<presence to='${COVEN}'><x xmlns='${MUC}'/></presence>`);
    await world.does(hag, `<presence to='nowhere@${SERVICE}'><x xmlns='${MUC}'/></presence>`);
    expect(heard(hag)).to.deep.equal(['presence modify/jid-malformed', 'presence modify/jid-malformed']);
  });

  it('XEP-0045 §7.2.3: in a room where everybody sees the addresses, everybody is warned', async () => {
    await world.room({ whois: 'anyone' });
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag).slice(0, 2)).to.deep.equal([
      '+firstwitch owner/moderator crone1@capulet.example/desktop',
      '+thirdwitch none/participant hag66@capulet.example/pda 110 100 170',
    ]);
  });

  it('XEP-0045 §7.2.5: a password is asked for', async () => {
    await world.room({ passwordprotectedroom: '1', roomsecret: 'cauldronburn' });
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    await world.enter(hag, 'thirdwitch', '<password>wrong</password>');
    expect(heard(hag)).to.deep.equal(['presence auth/not-authorized', 'presence auth/not-authorized']);
    await world.enter(hag, 'thirdwitch', '<password>cauldronburn</password>');
    expect(heard(hag)).to.have.length(3);
  });

  it('XEP-0045 §7.2.6: a room for members lets in nobody else', async () => {
    const crone = await world.room({ membersonly: '1' });
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal(['presence auth/registration-required']);
    await world.admin(crone, "<item affiliation='member' jid='hag66@capulet.example'/>");
    hag.take();
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)[1]).to.contain('+thirdwitch member/participant');
  });

  it('XEP-0045 §7.2.7: who is banned does not enter', async () => {
    const crone = await world.room();
    await world.admin(crone, "<item affiliation='outcast' jid='hag66@capulet.example'/>");
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag).at(-1)).to.equal('presence auth/forbidden');
  });

  it('XEP-0045 §7.2.8: nobody takes the nickname of another, however it is written', async () => {
    await world.room();
    const hag = await world.person('thirdwitch');
    for (const nick of ['firstwitch', 'FirstWitch', 'firstwitch ']) {
      await world.enter(hag, nick);
      expect(heard(hag), nick).to.deep.equal(['presence cancel/conflict']);
    }
  });

  it('XEP-0045 §7.2.8: clients of one account share a nickname, and both hear everything', async () => {
    const crone = await world.room();
    const tablet = await world.online('crone1@capulet.example/tablet');
    await world.enter(tablet, 'firstwitch');
    expect(heard(tablet)).to.deep.equal([
      '+firstwitch owner/moderator crone1@capulet.example/tablet 110 170',
      `${COVEN} # `,
    ]);
    crone.take();
    await world.says(tablet, 'Hail!');
    expect([heard(crone), heard(tablet)]).to.deep.equal([['firstwitch: Hail!'], ['firstwitch: Hail!']]);
    const hag = await world.join('thirdwitch');
    crone.take();
    await world.does(tablet, `<presence type='unavailable' to='${COVEN}/firstwitch'/>`);
    expect(heard(tablet).at(-1)).to.contain('-firstwitch owner/none');
    expect(heard(hag), 'the other one is still there').to.deep.equal(['+firstwitch owner/moderator']);
  });

  it('XEP-0045 §7.2.9: a full room lets in admins only', async () => {
    const crone = await world.room({ maxusers: '2' });
    await world.join('secondwitch');
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal(['presence cancel/service-unavailable']);
    await world.admin(crone, "<item affiliation='admin' jid='hag66@capulet.example'/>");
    hag.take();
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.have.length(4);
  });

  it('XEP-0045 §7.2.18: presence without <x/> of who is not there is answered with a kick', async () => {
    await world.room();
    const hag = await world.person('thirdwitch');
    await world.does(hag, `<presence to='${COVEN}/thirdwitch'/>`);
    await world.does(hag, `<presence to='nowhere@${SERVICE}/thirdwitch'/>`);
    expect(heard(hag)).to.deep.equal(['-thirdwitch none/none 307 333 110', '-thirdwitch none/none 307 333 110']);
  });

  it('XEP-0045 §7.2.18: where old clients are admitted, it enters, and makes rooms that are open at once', async () => {
    world = new MucWorld({}, undefined, true);
    const crone = await world.person('firstwitch');
    await world.does(crone, `<presence to='${COVEN}/firstwitch'/>`);
    expect(heard(crone)[0]).to.contain('+firstwitch owner/moderator');
    const hag = await world.person('thirdwitch');
    await world.does(hag, `<presence to='${COVEN}/thirdwitch'/>`);
    expect(heard(hag)).to.have.length(3);
  });

  it('XEP-0045 §7.2.1 §17.3: who enters again hears everything again', async () => {
    const crone = await world.room();
    const hag = await world.join('thirdwitch');
    crone.take();
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal([
      '+firstwitch owner/moderator',
      '+thirdwitch none/participant 110 170',
      `${COVEN} # `,
    ]);
    expect(heard(crone)).to.deep.equal([]);
  });

  it('XEP-0045 §17.3: only available presence enters, and only unavailable presence leaves', async () => {
    await world.room();
    const hag = await world.person('thirdwitch');
    for (const type of ['probe', 'unavailable', 'error']) {
      await world.does(hag, `<presence type='${type}' to='${COVEN}/thirdwitch'><x xmlns='${MUC}'/></presence>`);
    }
    expect(heard(hag)).to.deep.equal([]);
  });

  describe('§7.2.14 history', () => {
    let hag: FakeClient;

    beforeEach(async () => {
      const crone = await world.room();
      for (const text of ['one', 'two', 'three']) {
        await world.says(crone, text);
        world.clock.advance(minutes(1));
      }
      hag = await world.person('thirdwitch');
    });

    for (const [asked, expected] of [
      ['', ['one', 'two', 'three']],
      ["<history maxchars='0'/>", []],
      ["<history maxstanzas='0'/>", []],
      ["<history maxstanzas='2'/>", ['two', 'three']],
      ["<history seconds='90'/>", ['three']],
      ["<history seconds='180' maxstanzas='1'/>", ['three']],
      ["<history since='2026-01-01T00:00:30Z'/>", ['two', 'three']],
      ["<history since='1970-01-01T00:00:00Z'/>", ['one', 'two', 'three']],
      ["<history maxchars='800'/>", ['three']],
      ["<history maxstanzas='many' since='once'/>", ['one', 'two', 'three']],
    ] as const) {
      it(`${asked || 'nothing asked'}: ${expected.join(' ') || 'nothing'}`, async () => {
        await world.enter(hag, 'thirdwitch', asked);
        const late = heard(hag).filter((line) => line.includes('(late)'));
        expect(late).to.deep.equal(expected.map((text) => `firstwitch: ${text} (late)`));
      });
    }
  });

  it('XEP-0045 §7.2.13: history carries the time, of the room, and who said it', async () => {
    const crone = await world.room();
    await world.says(crone, 'Hail!');
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    const message = hag
      .take()
      .find((stanza) => stanza.attrs['from'] === `${COVEN}/firstwitch` && stanza.name === 'message');
    expect(message?.attrs['id']).to.equal('m');
    expect(message?.child('delay', 'urn:xmpp:delay')?.attrs).to.include({
      from: COVEN,
      stamp: '2026-01-01T00:00:00.000Z',
    });
  });

  it('limits: rooms of the service and of an account', async () => {
    world = new MucWorld({ rooms: 2, roomsPerAccount: 1 });
    const crone = await world.room();
    await world.enter(crone, 'firstwitch', '', `heath@${SERVICE}`);
    expect(heard(crone).at(-1)).to.equal('presence cancel/not-allowed');
    const hag = await world.join('thirdwitch', `heath@${SERVICE}`);
    const wicca = await world.person('secondwitch');
    await world.enter(wicca, 'secondwitch', '', `palace@${SERVICE}`);
    expect(heard(wicca)).to.deep.equal(['presence wait/resource-constraint']);
    await world.does(hag, `<presence type='unavailable' to='heath@${SERVICE}/thirdwitch'/>`);
    await world.enter(wicca, 'secondwitch', '', `palace@${SERVICE}`);
    expect(heard(wicca)[0], 'there is room again').to.contain('201');
  });

  it('limits: occupants, nicknames, and the size of presence', async () => {
    world = new MucWorld({ occupants: 2, nickLength: 11, stanzaBytes: 1000 });
    await world.room();
    const wicca = await world.person('secondwitch');
    await world.enter(wicca, 'the second witch');
    await world.does(
      wicca,
      `<presence to='${COVEN}/secondwitch'><status>${'x'.repeat(1000)}</status><x xmlns='${MUC}'/></presence>`,
    );
    expect(heard(wicca)).to.deep.equal(['presence modify/not-acceptable', 'presence modify/policy-violation']);
    await world.enter(wicca, 'secondwitch');
    wicca.take();
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    expect(heard(hag)).to.deep.equal(['presence cancel/service-unavailable']);
  });

  it('a room whose first occupant cannot enter does not come to be', async () => {
    const hag = await world.person('thirdwitch');
    await world.enter(hag, '%20', '', `blank@${SERVICE}`);
    await world.enter(hag, 'x'.repeat(31), '', `long@${SERVICE}`);
    hag.take();
    const answer = await world.iq(
      hag,
      'get',
      `<query xmlns='${'http://jabber.org/protocol/disco#info'}'/>`,
      `long@${SERVICE}`,
    );
    expect(outcome(answer)).to.equal('cancel/item-not-found');
  });
});
