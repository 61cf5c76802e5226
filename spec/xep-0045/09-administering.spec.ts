import { expect } from 'chai';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MucWorld } from '../support/muc-world.ts';

const HAG = 'hag66@capulet.example';

describe('XEP-0045 §9 admins', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let wicca: FakeClient;
  let hag: FakeClient;

  /** An owner, an admin, and somebody else. */
  async function setUp(config: Readonly<Record<string, string>> = {}): Promise<void> {
    world = new MucWorld();
    crone = await world.room(config);
    await world.admin(crone, `<item affiliation='admin' jid='wiccarocks@capulet.example'/>`);
    if (config['membersonly']) await world.admin(crone, `<item affiliation='member' jid='${HAG}'/>`);
    wicca = await world.join('secondwitch');
    hag = await world.join('thirdwitch');
    for (const client of [crone, wicca]) client.take();
  }

  beforeEach(() => setUp());

  async function affiliate(actor: FakeClient, affiliation: string, jid = HAG, more = ''): Promise<string> {
    return world.admin(actor, `<item affiliation='${affiliation}' jid='${jid}' ${more}/>`);
  }

  describe('§9.1 bans', () => {
    it('XEP-0045 §9.1: who is banned is put out, and everybody hears why', async () => {
      const items = `<item affiliation='outcast' jid='${HAG}'><reason>Treason</reason></item>`;
      expect(await world.admin(wicca, items)).to.equal('result');
      expect(heard(hag)).to.deep.equal(['-thirdwitch outcast/none by=secondwitch "Treason" 110 301']);
      expect(heard(crone)).to.deep.equal([
        '-thirdwitch outcast/none hag66@capulet.example/pda by=secondwitch "Treason" 301',
      ]);
      await world.enter(hag, 'thirdwitch');
      expect(heard(hag)).to.deep.equal(['presence auth/forbidden']);
    });

    it('XEP-0045 §9.1: admins do not ban admins and owners, and nobody bans themselves', async () => {
      expect(await affiliate(wicca, 'outcast', 'crone1@capulet.example')).to.equal('cancel/not-allowed');
      expect(await affiliate(wicca, 'outcast', 'wiccarocks@capulet.example')).to.equal('cancel/conflict');
      expect(await affiliate(crone, 'outcast', 'crone1@capulet.example')).to.equal('cancel/conflict');
      expect(await affiliate(crone, 'outcast', 'wiccarocks@capulet.example')).to.equal('result');
      expect(await affiliate(hag, 'outcast', 'a@example.com')).to.equal('auth/forbidden');
    });

    it('XEP-0045 §9.1: a ban takes the reserved nickname away', async () => {
      await affiliate(wicca, 'member', HAG, "nick='thirdwitch'");
      await affiliate(wicca, 'outcast');
      const other = await world.person('other');
      await world.enter(other, 'thirdwitch');
      expect(heard(other).at(-2)).to.contain('+thirdwitch');
    });

    it('XEP-0045 §9.2: a ban may be of a whole domain, and the account itself counts for more', async () => {
      await affiliate(wicca, 'member');
      hag.take();
      expect(await affiliate(wicca, 'outcast', 'capulet.example')).to.equal('result');
      expect(heard(hag)).to.deep.equal([]);
      const other = await world.person('other');
      await world.enter(other, 'other');
      expect(heard(other)).to.deep.equal(['presence auth/forbidden']);
    });

    it('XEP-0045 §9.2: the ban list is for admins, and is changed all or nothing', async () => {
      await world.admin(wicca, `<item affiliation='outcast' jid='a@example.com'><reason>Treason</reason></item>`);
      expect(await world.listOf(wicca, "affiliation='outcast'")).to.deep.equal(['outcast a@example.com "Treason"']);
      expect(await world.listOf(hag, "affiliation='outcast'")).to.equal('auth/forbidden');
      const items =
        "<item affiliation='outcast' jid='b@example.com'/><item affiliation='outcast' jid='crone1@capulet.example'/>";
      expect(await world.admin(wicca, items)).to.equal('cancel/not-allowed');
      expect(await world.listOf(wicca, "affiliation='outcast'")).to.have.length(1);
      await affiliate(wicca, 'none', 'a@example.com');
      expect(await world.listOf(wicca, "affiliation='outcast'")).to.deep.equal([]);
    });
  });

  describe('§9.3 §9.4 members', () => {
    it('XEP-0045 §9.3 §9.4: are made and unmade, and everybody hears', async () => {
      expect(await affiliate(wicca, 'member')).to.equal('result');
      expect(heard(hag)).to.deep.equal(['+thirdwitch member/participant by=secondwitch 110']);
      expect(await affiliate(wicca, 'none')).to.equal('result');
      expect(heard(crone)).to.deep.equal([
        '+thirdwitch member/participant hag66@capulet.example/pda by=secondwitch',
        '+thirdwitch none/participant hag66@capulet.example/pda by=secondwitch',
      ]);
    });

    it('XEP-0045 §5.1.2: in a moderated room, with their voice', async () => {
      await setUp({ moderatedroom: '1' });
      await affiliate(wicca, 'member');
      await affiliate(wicca, 'none');
      expect(heard(hag)).to.deep.equal([
        '+thirdwitch member/participant by=secondwitch 110',
        '+thirdwitch none/visitor by=secondwitch 110',
      ]);
    });

    it('XEP-0045 §9.4: who is a member no longer leaves a room for members', async () => {
      await setUp({ membersonly: '1' });
      expect(await affiliate(wicca, 'none')).to.equal('result');
      expect(heard(hag)).to.deep.equal(['-thirdwitch none/none by=secondwitch 110 321']);
      expect(heard(crone)).to.deep.equal(['-thirdwitch none/none hag66@capulet.example/pda by=secondwitch 321']);
      await world.enter(hag, 'thirdwitch');
      expect(heard(hag)).to.deep.equal(['presence auth/registration-required']);
    });

    it('XEP-0045 §9.5: who becomes a member of a room for members, and is not there, is invited', async () => {
      await setUp({ membersonly: '1' });
      const other = await world.person('other');
      await affiliate(wicca, 'member', 'other@capulet.example');
      expect(heard(other)).to.deep.equal([`${COVEN} [normal] invite from=${COVEN}`]);
    });

    it('XEP-0045 §18.1: others who are not there are told what they are now', async () => {
      const other = await world.person('other');
      await affiliate(wicca, 'member', 'other@capulet.example');
      expect(heard(other)).to.deep.equal([`${COVEN} [normal] member/none other@capulet.example 101`]);
    });

    it('XEP-0045 §9.5: the list is for admins, or for all where addresses are no secret', async () => {
      await affiliate(wicca, 'member', HAG, "nick='hag'");
      expect(await world.listOf(wicca, "affiliation='member'")).to.deep.equal([`member nick=hag ${HAG}`]);
      expect(await world.listOf(hag, "affiliation='member'")).to.equal('auth/forbidden');
      await world.configure(crone, { whois: 'anyone' });
      expect(await world.listOf(hag, "affiliation='member'")).to.have.length(1);
      const stranger = await world.person('stranger');
      expect(await world.listOf(stranger, "affiliation='member'")).to.equal('auth/forbidden');
    });

    it('XEP-0045 §9.5: an empty nickname is none any more, and a taken one is refused', async () => {
      await affiliate(wicca, 'member', HAG, "nick='hag'");
      expect(await affiliate(wicca, 'member', 'a@example.com', "nick='Hag'")).to.equal('cancel/conflict');
      await affiliate(wicca, 'member', HAG, "nick=''");
      expect(await affiliate(wicca, 'member', 'a@example.com', "nick='hag'")).to.equal('result');
    });
  });

  describe('§9.6 §9.7 moderators', () => {
    it('XEP-0045 §9.6 §9.7: are made and unmade by admins', async () => {
      expect(await world.admin(hag, "<item nick='thirdwitch' role='moderator'/>")).to.equal('auth/forbidden');
      expect(await world.admin(wicca, "<item nick='thirdwitch' role='moderator'/>")).to.equal('result');
      expect(heard(crone)).to.deep.equal(['+thirdwitch none/moderator hag66@capulet.example/pda by=secondwitch']);
      expect(await world.admin(hag, "<item nick='firstwitch' role='participant'/>")).to.equal('cancel/not-allowed');
      expect(await world.admin(wicca, "<item nick='thirdwitch' role='participant'/>")).to.equal('result');
    });

    it('XEP-0045 §9.7: owners and admins stay moderators', async () => {
      for (const nick of ['firstwitch', 'secondwitch']) {
        expect(await world.admin(crone, `<item nick='${nick}' role='participant'/>`), nick).to.equal(
          'cancel/not-allowed',
        );
      }
    });

    it('XEP-0045 §9.8: the list is for admins', async () => {
      expect(await world.listOf(wicca, "role='moderator'")).to.have.length(2);
      await world.admin(wicca, "<item nick='thirdwitch' role='moderator'/>");
      expect(await world.listOf(hag, "role='moderator'")).to.equal('auth/forbidden');
    });
  });
});
