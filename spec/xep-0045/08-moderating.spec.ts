import { expect } from 'chai';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MUC, MucWorld } from '../support/muc-world.ts';

describe('XEP-0045 §8 moderators', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let wicca: FakeClient;
  let hag: FakeClient;

  /** A moderated room: an owner, a moderator without affiliation, and a visitor. */
  beforeEach(async () => {
    world = new MucWorld();
    crone = await world.room({ moderatedroom: '1' });
    wicca = await world.join('secondwitch');
    await world.admin(crone, "<item nick='secondwitch' role='moderator'/>");
    hag = await world.join('thirdwitch');
    for (const client of [crone, wicca]) client.take();
  });

  async function affiliate(account: string, affiliation: string): Promise<void> {
    await world.admin(crone, `<item jid='${account}@capulet.example' affiliation='${affiliation}'/>`);
    for (const client of [crone, wicca, hag]) client.take();
  }

  describe('§8.2 kicking', () => {
    it('XEP-0045 §8.2: who is kicked hears by whom and why, then the moderator, then the others', async () => {
      wicca.sends(
        `<iq type='set' id='kick1' to='${COVEN}'><query xmlns='${MUC}#admin'>
          <item nick='thirdwitch' role='none'><reason>Avaunt, you cullion!</reason></item></query></iq>`,
      );
      await world.settle();
      expect(heard(hag)).to.deep.equal(['-thirdwitch none/none by=secondwitch "Avaunt, you cullion!" 110 307']);
      expect(heard(wicca)).to.deep.equal([
        'iq result',
        '-thirdwitch none/none hag66@capulet.example/pda by=secondwitch "Avaunt, you cullion!" 307',
      ]);
      expect(heard(crone)).to.have.length(1);
    });

    it('XEP-0045 §8.2: who is kicked may come back', async () => {
      await world.admin(wicca, "<item nick='thirdwitch' role='none'/>");
      hag.take();
      await world.enter(hag, 'thirdwitch');
      expect(heard(hag)).to.have.length(4);
    });

    it('XEP-0045 §8.2: nobody is kicked by somebody of a lower affiliation', async () => {
      expect(await world.admin(wicca, "<item nick='firstwitch' role='none'/>")).to.equal('cancel/not-allowed');
      expect(await world.admin(hag, "<item nick='secondwitch' role='none'/>")).to.equal('auth/forbidden');
      await affiliate('hag66', 'admin');
      expect(await world.admin(hag, "<item nick='firstwitch' role='none'/>")).to.equal('cancel/not-allowed');
      expect(await world.admin(hag, "<item nick='secondwitch' role='none'/>")).to.equal('result');
    });

    it('XEP-0045 §8.2: nobody who is not there is kicked', async () => {
      expect(await world.admin(wicca, "<item nick='nobody' role='none'/>")).to.equal('cancel/item-not-found');
    });
  });

  describe('§8.3 §8.4 voice', () => {
    it('XEP-0045 §8.3 §8.4: is granted and revoked, and everybody hears', async () => {
      expect(
        await world.admin(wicca, "<item nick='thirdwitch' role='participant'><reason>A worthy witch</reason></item>"),
      ).to.equal('result');
      expect(heard(hag)).to.deep.equal(['+thirdwitch none/participant by=secondwitch "A worthy witch" 110']);
      await world.says(hag, 'Hail!');
      expect(heard(hag)).to.deep.equal(['thirdwitch: Hail!']);
      expect(await world.admin(wicca, "<item nick='thirdwitch' role='visitor'/>")).to.equal('result');
      expect(heard(crone).at(-1)).to.equal('+thirdwitch none/visitor hag66@capulet.example/pda by=secondwitch');
      await world.says(hag, 'Hail!');
      expect(heard(hag).at(-1)).to.equal('message auth/forbidden');
    });

    it('XEP-0045 §8.4: is not taken from admins and owners, nor by equals from those with an affiliation', async () => {
      expect(await world.admin(wicca, "<item nick='firstwitch' role='visitor'/>")).to.equal('cancel/not-allowed');
      await affiliate('hag66', 'member');
      expect(await world.admin(wicca, "<item nick='thirdwitch' role='visitor'/>")).to.equal('cancel/not-allowed');
      await affiliate('wiccarocks', 'member');
      expect(await world.admin(wicca, "<item nick='thirdwitch' role='visitor'/>")).to.equal('cancel/not-allowed');
      expect(await world.admin(crone, "<item nick='thirdwitch' role='visitor'/>")).to.equal('result');
    });

    it('XEP-0045 §8.5: the voice list is for moderators, and changes all or nothing', async () => {
      await world.admin(wicca, "<item nick='thirdwitch' role='participant'/>");
      expect(await world.listOf(wicca, "role='participant'")).to.deep.equal([
        'none/participant nick=thirdwitch hag66@capulet.example/pda',
      ]);
      expect(await world.listOf(hag, "role='participant'")).to.equal('auth/forbidden');
      const items = "<item nick='thirdwitch' role='visitor'/><item nick='firstwitch' role='visitor'/>";
      expect(await world.admin(wicca, items)).to.equal('cancel/not-allowed');
      expect(await world.listOf(wicca, "role='visitor'")).to.deep.equal([]);
    });
  });

  describe('§7.13 §8.6 requests for voice', () => {
    const ask = (role = 'participant'): string =>
      `<message to='${COVEN}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${MUC}#request</value></field>
        <field var='muc#role'><value>${role}</value></field></x></message>`;
    const answer = (allow: string, nick = 'thirdwitch'): string =>
      `<message to='${COVEN}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${MUC}#request</value></field>
        <field var='muc#role'><value>participant</value></field><field var='muc#roomnick'><value>${nick}</value></field>
        <field var='muc#request_allow'><value>${allow}</value></field></x></message>`;

    it('XEP-0045 §7.13 §8.6: moderators are asked, and one of them grants it', async () => {
      await world.does(hag, ask());
      const form = wicca.one().child('x', 'jabber:x:data');
      const values = Object.fromEntries(
        form
          ?.getChildElements()
          .filter(({ name }) => name === 'field')
          .map((field) => [field.attrs['var'] ?? '', field.getChildElements()[0]?.text]) ?? [],
      );
      expect(values).to.deep.equal({
        FORM_TYPE: `${MUC}#request`,
        'muc#role': 'participant',
        'muc#jid': 'hag66@capulet.example/pda',
        'muc#roomnick': 'thirdwitch',
        'muc#request_allow': 'false',
      });
      await world.does(crone, answer('false'));
      expect(heard(hag)).to.deep.equal([]);
      await world.does(crone, answer('true'));
      expect(heard(hag)).to.deep.equal(['+thirdwitch none/participant by=firstwitch 110']);
    });

    it('XEP-0045 §8.6: nobody grants it to themselves', async () => {
      await world.does(hag, answer('true'));
      expect(heard(hag)).to.deep.equal(['message auth/forbidden']);
    });

    it('XEP-0045 §7.13: is refused to who has voice, and for anything else', async () => {
      await world.does(hag, ask('moderator'));
      await world.does(wicca, ask());
      await world.does(crone, answer('true', 'nobody'));
      expect(heard(hag)).to.deep.equal(['message modify/bad-request']);
      expect(heard(wicca)).to.deep.equal(['message cancel/not-allowed']);
      expect(heard(crone)).to.deep.equal(['message cancel/item-not-found']);
    });
  });

  it('XEP-0045 §8: who becomes moderator sees the addresses, and keeps to see them', async () => {
    await world.admin(crone, "<item nick='thirdwitch' role='moderator'/>");
    expect(heard(hag)).to.deep.equal([
      '+thirdwitch none/moderator hag66@capulet.example/pda by=firstwitch 110',
      '+firstwitch owner/moderator crone1@capulet.example/desktop',
      '+secondwitch none/moderator wiccarocks@capulet.example/laptop',
    ]);
  });

  it('XEP-0045 §17.4: an item has a role or an affiliation, and a request is of one kind', async () => {
    for (const items of [
      '',
      "<item nick='thirdwitch'/>",
      "<item nick='thirdwitch' role='none' affiliation='none'/>",
      "<item nick='thirdwitch' role='king'/>",
      "<item jid='a@b' affiliation='king'/>",
      "<item nick='thirdwitch' role='none'/><item jid='a@b' affiliation='none'/>",
    ]) {
      expect(await world.admin(crone, items), items).to.equal('modify/bad-request');
    }
    expect(await world.admin(crone, "<item jid='@' affiliation='member'/>")).to.equal('modify/jid-malformed');
  });
});
