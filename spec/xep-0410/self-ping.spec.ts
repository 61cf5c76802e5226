import { expect } from 'chai';
import type { FakeClient } from '../core/world.ts';
import { COVEN, MucWorld, outcome, SERVICE } from '../support/muc-world.ts';

const PING = "<ping xmlns='urn:xmpp:ping'/>";

describe('XEP-0410 self-ping', () => {
  let world: MucWorld;
  let hag: FakeClient;

  beforeEach(async () => {
    world = new MucWorld();
    await world.room();
    hag = await world.join('thirdwitch');
  });

  it('XEP-0410 §3.3: who is there is told so at once, and no client is asked', async () => {
    expect(outcome(await world.iq(hag, 'get', PING, `${COVEN}/thirdwitch`))).to.equal('result');
    expect(hag.take()).to.deep.equal([]);
  });

  it('XEP-0410 §3.3: who is not there is told so', async () => {
    const wicca = await world.person('secondwitch');
    expect(outcome(await world.iq(wicca, 'get', PING, `${COVEN}/secondwitch`))).to.equal('modify/not-acceptable');
    expect(outcome(await world.iq(wicca, 'get', PING, `nowhere@${SERVICE}/secondwitch`))).to.equal(
      'modify/not-acceptable',
    );
  });

  it('XEP-0410 §3.2: a nickname that is not one’s own any more is not found', async () => {
    expect(outcome(await world.iq(hag, 'get', PING, `${COVEN}/oldhag`))).to.equal('cancel/item-not-found');
  });

  it('XEP-0045 §17.4: a request goes to another occupant and the answer comes back, without addresses', async () => {
    const wicca = await world.join('secondwitch');
    hag.take();
    await world.does(hag, `<iq type='get' id='v1' to='${COVEN}/secondwitch'><query xmlns='jabber:iq:version'/></iq>`);
    const request = wicca.one();
    expect(request.attrs).to.include({ from: `${COVEN}/thirdwitch`, to: wicca.jid, type: 'get' });
    await world.does(
      wicca,
      `<iq type='result' id='${request.attrs['id']}' to='${COVEN}/thirdwitch'><query xmlns='jabber:iq:version'><name>Broom</name></query></iq>`,
    );
    const answer = hag.one();
    expect(answer.attrs).to.include({ from: `${COVEN}/secondwitch`, to: hag.jid, type: 'result', id: 'v1' });
    expect(answer.toString()).to.contain('Broom').and.not.to.contain('wiccarocks');
    await world.does(wicca, `<iq type='result' id='${request.attrs['id']}' to='${COVEN}/thirdwitch'/>`);
    expect(hag.take(), 'an answer comes once').to.deep.equal([]);
  });

  it('XEP-0045 §17.4: nobody answers for another', async () => {
    const wicca = await world.join('secondwitch');
    const crone = await world.person('firstwitch');
    hag.take();
    await world.does(hag, `<iq type='get' id='v1' to='${COVEN}/secondwitch'><query xmlns='jabber:iq:version'/></iq>`);
    const { id } = wicca.one().attrs;
    await world.does(crone, `<iq type='result' id='${id}' to='${COVEN}/thirdwitch'/>`);
    expect(hag.take()).to.deep.equal([]);
  });
});
