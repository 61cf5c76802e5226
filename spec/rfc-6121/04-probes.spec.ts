import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { FakeClient } from '../core/world.ts';
import { ImWorld } from '../support/im-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@capulet.example';
const FAR = 'benvolio@far.example';
const STRANGER = 'tybalt@capulet.example';

describe('RFC 6121 §4.3 presence probes', () => {
  let world: ImWorld;

  /** Juliet lets Romeo and Benvolio see her presence. */
  beforeEach(async () => {
    world = new ImWorld();
    for (const name of ['juliet', 'romeo', 'tybalt']) await world.account(name);
    await world.item(JULIET, ROMEO, { subscription: 'from' });
    await world.item(ROMEO, JULIET, { subscription: 'to' });
    await world.item(JULIET, FAR, { subscription: 'both' });
  });

  async function says(client: FakeClient, text: string): Promise<void> {
    client.sends(text);
    await world.settle();
  }

  async function probe(from: string, to = JULIET): Promise<string[]> {
    world.sent();
    await world.comes(`<presence type='probe' from='${from}' to='${to}' id='probe'/>`);
    return world.sent();
  }

  it('§4.3.2 of a subscriber get the last presence of every available resource, with its id', async () => {
    await world.online(`${JULIET}/balcony`, "<presence id='pres1'><show>dnd</show></presence>");
    const chamber = await world.online(`${JULIET}/chamber`, "<presence id='old'/>");
    await says(chamber, "<presence id='pres2'><show>away</show></presence>");
    await world.interested(`${JULIET}/connected`);
    expect(await probe(FAR)).to.deep.equal([
      `presence #pres1 ${JULIET}/balcony→${FAR} show`,
      `presence #pres2 ${JULIET}/chamber→${FAR} show`,
    ]);
  });

  it('are not delivered', async () => {
    const juliet = await world.online(`${JULIET}/balcony`);
    await probe(FAR);
    await probe(FAR, `${JULIET}/balcony`);
    expect(juliet.got()).to.deep.equal([]);
  });

  it('§4.3.2 of a subscriber get unavailable with their id when nobody is there', async () => {
    expect(await probe(FAR)).to.deep.equal([`presence unavailable #probe ${JULIET}→${FAR}`]);
  });

  it('§4.3.2 and are told since when, if that is known', async () => {
    const juliet = await world.online(`${JULIET}/balcony`);
    juliet.transport.close();
    await world.settle();
    world.clock.advance(seconds(60));
    world.sent();
    await world.comes(`<presence type='probe' from='${FAR}' to='${JULIET}' id='probe'/>`);
    const [answer] = world.far.splice(0);
    expect(answer?.child('delay', 'urn:xmpp:delay')?.attrs['stamp']).to.equal('2026-01-01T00:00:00.000Z');
  });

  for (const account of [JULIET, 'nobody@capulet.example']) {
    for (const resource of ['', '/balcony']) {
      it(`§4.3.2 of a stranger get unsubscribed from the account with their id: ${account}${resource}`, async () => {
        await world.online(`${JULIET}/balcony`);
        const answers = await probe('stranger@far.example', `${account}${resource}`);
        expect(answers).to.deep.equal([`presence unsubscribed #probe ${account}→stranger@far.example`]);
      });
    }
  }

  it('§4.3.2 do not take back an approval in advance', async () => {
    await world.item(JULIET, 'stranger@far.example', { approved: true });
    await world.online(`${JULIET}/balcony`);
    await probe('stranger@far.example');
    expect((await world.itemIn(JULIET, 'stranger@far.example'))?.approved).to.equal(true);
  });

  it('§4.3.2 of a subscriber for one resource learn only that it is there', async () => {
    await world.online(`${JULIET}/balcony`, "<presence id='a'><show>dnd</show></presence>");
    await world.online(`${JULIET}/chamber`);
    expect(await probe(FAR, `${JULIET}/balcony`)).to.deep.equal([`presence ${JULIET}/balcony→${FAR}`]);
  });

  it('§4.3.2 of a subscriber for a resource that is not available learn only that', async () => {
    await world.online(`${JULIET}/chamber`);
    await world.interested(`${JULIET}/connected`);
    for (const resource of ['balcony', 'connected']) {
      const answers = await probe(FAR, `${JULIET}/${resource}`);
      expect(answers).to.deep.equal([`presence unavailable #probe ${JULIET}/${resource}→${FAR}`]);
    }
  });

  it('§4.3 that a client sends are answered to that client, and are no error', async () => {
    await world.online(`${JULIET}/balcony`);
    const romeo = await world.online(`${ROMEO}/orchard`);
    const tybalt = await world.online(`${STRANGER}/street`);
    await says(romeo, `<presence type='probe' to='${JULIET}'/>`);
    await says(tybalt, `<presence type='probe' to='${JULIET}'/>`);
    expect(romeo.got()).to.deep.equal([`presence ${JULIET}/balcony→${ROMEO}/orchard`]);
    expect(tybalt.got().filter((line) => line.includes('error'))).to.deep.equal([]);
  });

  it('§4.3.2 of the server itself are answered', async () => {
    await world.online(`${JULIET}/balcony`);
    const seen: string[] = [];
    const spec = { module: 'spec', rank: 99 };
    world.host.hooks.add('stanza:to-server', 'observe', spec, ({ stanza }) => void seen.push(`${stanza.from}`));
    await world.comes(`<presence type='probe' from='capulet.example' to='${JULIET}'/>`);
    expect(seen).to.deep.equal([`${JULIET}/balcony`]);
  });

  describe('§4.6.6 after directed presence', () => {
    const ROOM = 'room@chat.example/juliet';

    it('§4.6.6 lets the other probe that one resource, and learn only whether it is there', async () => {
      const juliet = await world.online(`${JULIET}/balcony`, '<presence><show>dnd</show></presence>');
      await world.online(`${JULIET}/chamber`);
      await says(juliet, `<presence to='${ROOM}'/>`);
      const probes = async (to: string): Promise<string[]> => {
        world.sent();
        await world.comes(`<presence type='probe' from='${ROOM}' to='${to}' id='probe'/>`);
        return world.sent();
      };
      expect(await probes(`${JULIET}/balcony`)).to.deep.equal([`presence ${JULIET}/balcony→${ROOM}`]);
      const refusal = [`presence unsubscribed #probe ${JULIET}→room@chat.example`];
      expect(await probes(`${JULIET}/chamber`)).to.deep.equal(refusal);
      expect(await probes(JULIET)).to.deep.equal(refusal);
      juliet.transport.close();
      await world.settle();
      expect(await probes(`${JULIET}/balcony`)).to.deep.equal(refusal);
    });

    it('§4.6.6 of a resource that never sent initial presence can be probed, too', async () => {
      const juliet = await world.interested(`${JULIET}/balcony`);
      await says(juliet, `<presence to='${ROOM}'/>`);
      world.sent();
      await world.comes(`<presence type='probe' from='${ROOM}' to='${JULIET}/balcony'/>`);
      expect(world.sent()).to.deep.equal([`presence ${JULIET}/balcony→${ROOM}`]);
    });
  });
});
