import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import { COVEN, MucWorld, SERVICE } from '../support/muc-world.ts';

function idIn(stanza: Element | undefined): string | undefined {
  const ids = stanza?.getChildElements().filter((child) => child.getNS() === 'urn:xmpp:occupant-id:0') ?? [];
  expect(ids, 'exactly one').to.have.length(1);
  return ids[0]?.attrs['id'];
}

describe('XEP-0421 occupant ids', () => {
  it('XEP-0421 §3 §4: are in every presence and message, also in those of the past', async () => {
    const world = new MucWorld();
    const crone = await world.room();
    await world.says(crone, 'Hail!');
    crone.take();
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    const [first, , late] = hag.take();
    expect(idIn(late)).to.equal(idIn(first));
    await world.says(hag, 'Hail!');
    const [presence, message] = crone.take();
    expect(idIn(message)).to.equal(idIn(presence));
    await world.does(hag, `<message type='chat' to='${COVEN}/firstwitch'><body>a</body></message>`);
    expect(idIn(crone.one())).to.equal(idIn(presence));
  });

  it('XEP-0421 §4.1: are the same after a new nickname and after a restart, for all clients of an account', async () => {
    const world = new MucWorld();
    const crone = await world.room();
    const seen = new Set<string | undefined>();
    for (const [address, nick] of [
      ['hag66@capulet.example/pda', 'thirdwitch'],
      ['hag66@capulet.example/tab', 'other'],
    ] as const) {
      const client = await world.online(address);
      crone.take();
      await world.enter(client, nick);
      seen.add(idIn(crone.one()));
    }
    const again = new MucWorld({}, world.store);
    const owner = await again.room();
    const hag = await again.person('thirdwitch');
    await again.enter(hag, 'anything');
    seen.add(idIn(owner.one()));
    expect(seen.size).to.equal(1);
  });

  it('XEP-0421 §4.1: differ between rooms and accounts, and say nothing of the account', async () => {
    const world = new MucWorld();
    const crone = await world.room();
    await world.room({}, `heath@${SERVICE}`);
    const hag = await world.person('thirdwitch');
    await world.enter(hag, 'thirdwitch');
    await world.enter(hag, 'thirdwitch', '', `heath@${SERVICE}`);
    const ids = hag
      .take()
      .filter(({ name }) => name === 'presence')
      .map(idIn);
    expect(new Set(ids).size).to.equal(4);
    for (const id of ids) expect(id).to.match(/^[\w-]{43}$/);
    expect(crone.jid).not.to.equal('');
  });
});
