import { expect } from 'chai';
import type { FakeClient } from '../core/world.ts';
import { archivedIn, mamQuery } from '../support/archive-world.ts';
import type { Element } from '../../lib/xml/index.ts';
import { COVEN, heard, MucWorld, outcome } from '../support/muc-world.ts';

const RETRACT = 'urn:xmpp:message-retract:1';
const MODERATE = 'urn:xmpp:message-moderate:1';

describe('XEP-0425 moderation', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;
  let id: string;

  beforeEach(async () => {
    world = new MucWorld();
    crone = await world.room();
    hag = await world.join('thirdwitch');
    crone.take();
    await world.says(hag, 'DM me for free magic potions!');
    id = crone.one().child('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] ?? '';
    hag.take();
  });

  async function moderate(client: FakeClient, which = id): Promise<string> {
    const content = `<moderate id='${which}' xmlns='${MODERATE}'><retract xmlns='${RETRACT}'/><reason>Spam</reason></moderate>`;
    return outcome(await world.iq(client, 'set', content));
  }

  async function archived(): Promise<(Element | undefined)[]> {
    const query = mamQuery().replace("id='juliet1'", `id='q' to='${COVEN}'`);
    return (await world.ask(hag, query)).slice(0, -1).map(archivedIn);
  }

  async function newcomer(): Promise<string[]> {
    const wicca = await world.person('secondwitch');
    await world.enter(wicca, 'secondwitch');
    return heard(wicca).filter((line) => line.includes('(late)'));
  }

  it('XEP-0425 §3.1: everybody hears that a message is taken back, by whom and why', async () => {
    expect(await moderate(crone)).to.equal('result');
    const message = hag.one();
    expect(message.attrs).to.include({ from: COVEN, type: 'groupchat' });
    const retraction = message.child('retract', RETRACT);
    expect(retraction?.attrs['id']).to.equal(id);
    const moderated = retraction?.child('moderated', MODERATE);
    expect(moderated?.attrs['by']).to.equal(`${COVEN}/firstwitch`);
    expect(moderated?.child('occupant-id', 'urn:xmpp:occupant-id:0')).not.to.equal(undefined);
    expect(retraction?.child('reason', RETRACT)?.text).to.equal('Spam');
  });

  it('XEP-0425 §4 §5: those who come later do not see it, and the archive has a tombstone', async () => {
    await moderate(crone);
    expect(await newcomer()).to.deep.equal([]);
    const [tombstone, retraction] = await archived();
    expect(tombstone?.attrs['from']).to.equal(`${COVEN}/thirdwitch`);
    expect(tombstone?.toString()).not.to.contain('potions');
    expect(tombstone?.child('retracted', RETRACT)?.child('moderated', MODERATE)).not.to.equal(undefined);
    expect(retraction?.child('retract', RETRACT)?.attrs['id']).to.equal(id);
  });

  it('XEP-0425 §3.2: only moderators do it, and only to what was said', async () => {
    expect(await moderate(hag)).to.equal('auth/forbidden');
    expect(await moderate(crone, 'nothing')).to.equal('cancel/item-not-found');
    const nothing = await world.iq(crone, 'set', `<moderate id='${id}' xmlns='${MODERATE}'/>`);
    expect(outcome(nothing)).to.equal('modify/bad-request');
    expect(await newcomer()).to.have.length(1);
  });

  it('XEP-0424 §4 §5: who said it takes it back; nobody else does', async () => {
    const retract = `<message type='groupchat' id='r1' to='${COVEN}'><retract id='${id}' xmlns='${RETRACT}'/></message>`;
    await world.does(crone, retract);
    expect((await archived())[0]?.toString()).to.contain('potions');
    await world.does(hag, retract);
    await world.settle();
    expect((await archived())[0]?.toString()).not.to.contain('potions');
    expect(await newcomer()).to.deep.equal([]);
  });
});
