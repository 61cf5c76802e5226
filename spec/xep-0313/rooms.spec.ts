import { expect } from 'chai';
import type { FakeClient } from '../core/world.ts';
import type { Element } from '../../lib/xml/index.ts';
import { archivedIn, finOf, mamQuery, resultOf } from '../support/archive-world.ts';
import { COVEN, MUC, MucWorld, outcome } from '../support/muc-world.ts';

describe('XEP-0313 §6.1.2 archives of rooms', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;

  async function setUp(config: Readonly<Record<string, string>> = {}): Promise<void> {
    world = new MucWorld();
    crone = await world.room(config);
    hag = await world.person('thirdwitch');
    await world.says(crone, 'Hail!');
    await world.does(crone, `<message type='groupchat' to='${COVEN}'><subject>Fire</subject></message>`);
    await world.does(
      crone,
      `<message type='groupchat' to='${COVEN}'><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    );
    await world.does(
      crone,
      `<message type='groupchat' to='${COVEN}'><body>secret</body><no-store xmlns='urn:xmpp:hints'/></message>`,
    );
    await world.does(crone, `<message type='chat' to='${COVEN}/firstwitch'><body>private</body></message>`);
  }

  async function query(client: FakeClient, fields = {}, set = ''): Promise<Element[]> {
    return world.ask(client, mamQuery(fields, set).replace("id='juliet1'", `id='q' to='${COVEN}'`));
  }

  it('XEP-0313 §6.1.2: has what was said to all and subjects, as those in the room got it, without a recipient', async () => {
    await setUp();
    const answer = await query(hag);
    const messages = answer.slice(0, -1).map(archivedIn);
    expect(messages.map((message) => message?.getChildElements()[0]?.text)).to.deep.equal(['Hail!', 'Fire']);
    expect(messages[0]?.attrs).to.include({ from: `${COVEN}/firstwitch`, type: 'groupchat', id: 'm' });
    expect(messages[0]?.attrs['to']).to.equal(undefined);
    expect(messages[0]?.child('x', `${MUC}#user`)).to.equal(undefined);
    expect(answer[0]?.attrs['from']).to.equal(COVEN);
    expect(finOf(answer.at(-1))?.attrs['complete']).to.equal('true');
  });

  it('XEP-0313 §3.5: the id in the archive is the one that everybody got', async () => {
    await setUp();
    const message = crone.take().find((stanza) => stanza.toString().includes('Hail!'));
    const [first] = await query(hag);
    const id = first && resultOf(first)?.attrs['id'];
    expect(message?.child('stanza-id', 'urn:xmpp:sid:0')?.attrs).to.include({ by: COVEN, id });
  });

  it('XEP-0313 §6.1.2: those who may know it see who said it', async () => {
    await setUp();
    const items = async (client: FakeClient): Promise<(string | undefined)[]> =>
      (await query(client))
        .slice(0, -1)
        .map((each) => archivedIn(each)?.child('x', `${MUC}#user`)?.getChildElements()[0]?.attrs['jid']);
    expect(await items(crone)).to.deep.equal([crone.jid, crone.jid]);
    expect(await items(hag)).to.deep.equal([undefined, undefined]);
    await world.configure(crone, { whois: 'anyone' });
    expect(await items(hag)).to.deep.equal([crone.jid, crone.jid]);
  });

  it('XEP-0313 §4.1.1: who said what may be asked by those only', async () => {
    await setUp();
    expect(outcome((await query(hag, { with: 'crone1@capulet.example' }))[0] as Element)).to.equal('auth/forbidden');
    expect(await query(crone, { with: 'crone1@capulet.example' })).to.have.length(3);
    expect(await query(crone, { with: 'hag66@capulet.example' })).to.have.length(1);
  });

  it('XEP-0313 §6.1.2: only who may enter may read', async () => {
    await setUp({ membersonly: '1' });
    expect(outcome((await query(hag))[0] as Element)).to.equal('auth/forbidden');
    await world.admin(crone, "<item affiliation='member' jid='hag66@capulet.example'/>");
    expect(await query(hag)).to.have.length(3);
    await world.admin(crone, "<item affiliation='outcast' jid='hag66@capulet.example'/>");
    expect(outcome((await query(hag))[0] as Element)).to.equal('auth/forbidden');
  });

  it('XEP-0313 §4: pages, the form, and both ends', async () => {
    await setUp();
    const page = await query(hag, {}, '<max>1</max><before/>');
    expect(page.slice(0, -1).map((each) => archivedIn(each)?.getChildElements()[0]?.text)).to.deep.equal(['Fire']);
    const form = await world.iq(hag, 'get', "<query xmlns='urn:xmpp:mam:2'/>");
    expect(form.toString()).to.contain('after-id');
    const ends = await world.iq(hag, 'get', "<metadata xmlns='urn:xmpp:mam:2'/>");
    expect(
      ends
        .getChildElements()[0]
        ?.getChildElements()
        .map(({ name }) => name),
    ).to.deep.equal(['start', 'end']);
  });

  it('a room that keeps nothing has no archive', async () => {
    await setUp({ enablelogging: '0' });
    expect(outcome((await query(hag))[0] as Element)).to.equal('cancel/service-unavailable');
    expect(await world.store.archive.owners(10)).not.to.include(COVEN);
  });

  it('the archive goes with the room', async () => {
    await setUp();
    await world.settle();
    expect(await world.store.archive.owners(10)).to.include(COVEN);
    await world.does(crone, `<presence type='unavailable' to='${COVEN}/firstwitch'/>`);
    expect(await world.store.archive.owners(10)).not.to.include(COVEN);
  });
});
