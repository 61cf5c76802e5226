import { expect } from 'chai';
import { errorOf, type FakeClient } from '../core/world.ts';
import { ImWorld } from '../support/im-world.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@capulet.example';
const FAR = 'benvolio@far.example';
const STRANGER = 'tybalt@capulet.example';

describe('RFC 6121 §4 exchanging presence', () => {
  let world: ImWorld;

  /** Juliet lets Romeo and Benvolio see her presence; she sees the presence of Benvolio and the nurse. */
  beforeEach(async () => {
    world = new ImWorld();
    for (const name of ['juliet', 'romeo', 'tybalt', 'nurse']) await world.account(name);
    await world.item(JULIET, ROMEO, { subscription: 'from' });
    await world.item(ROMEO, JULIET, { subscription: 'to' });
    await world.item(JULIET, FAR, { subscription: 'both' });
    await world.item(JULIET, 'nurse@capulet.example', { subscription: 'to' });
    await world.item('nurse@capulet.example', JULIET, { subscription: 'from' });
    await world.item(JULIET, 'paris@far.example', { subscription: 'none', ask: true });
  });

  async function says(client: FakeClient, text: string): Promise<void> {
    client.sends(text);
    await world.settle();
  }

  describe('§4.2 initial presence', () => {
    it('§4.2.2 goes to all subscribers, with all it contains, and to no one else', async () => {
      const romeo = await world.online(`${ROMEO}/orchard`);
      const tybalt = await world.online(`${STRANGER}/street`);
      const nurse = await world.online('nurse@capulet.example/house');
      world.sent();
      const juliet = world.client(`${JULIET}/balcony`);
      await says(juliet, "<presence id='p'><show>away</show><x xmlns='urn:x'/></presence>");
      expect(romeo.got()).to.deep.equal([`presence #p ${JULIET}/balcony→${ROMEO} show x`]);
      expect(tybalt.got()).to.deep.equal([]);
      expect(nurse.got()).to.deep.equal([]);
      expect(world.sent()).to.deep.equal([
        `presence #p ${JULIET}/balcony→${FAR} show x`,
        `presence probe ${JULIET}→${FAR}`,
      ]);
    });

    it('§4.2.2 goes to all available resources of the user, the one that sent it included', async () => {
      const chamber = await world.online(`${JULIET}/chamber`);
      const connected = await world.interested(`${JULIET}/connected`);
      const juliet = world.client(`${JULIET}/balcony`);
      await says(juliet, '<presence/>');
      expect(juliet.got()).to.include(`presence ${JULIET}/balcony→${JULIET}`);
      expect(chamber.got()).to.deep.equal([`presence ${JULIET}/balcony→${JULIET}`]);
      expect(connected.got()).to.deep.equal([]);
    });

    it('is answered with the presence of the other resources', async () => {
      await world.online(`${JULIET}/chamber`, "<presence id='c'><show>dnd</show></presence>");
      const juliet = world.client(`${JULIET}/balcony`);
      await says(juliet, '<presence/>');
      expect(juliet.got()).to.deep.equal([
        `presence ${JULIET}/balcony→${JULIET}`,
        `presence #c ${JULIET}/chamber→${JULIET} show`,
      ]);
    });

    it('§4.3.1 is answered with the presence of local contacts, to that resource alone', async () => {
      const chamber = await world.online(`${JULIET}/chamber`);
      const nurse = await world.online('nurse@capulet.example/house', "<presence id='n'><show>xa</show></presence>");
      await world.online('nurse@capulet.example/garden', "<presence id='g'/>");
      nurse.take();
      chamber.take();
      const juliet = world.client(`${JULIET}/balcony`);
      await says(juliet, '<presence/>');
      const seen = juliet.got().filter((line) => line.includes('nurse'));
      expect(seen).to.deep.equal([
        `presence #n nurse@capulet.example/house→${JULIET} show`,
        `presence #g nurse@capulet.example/garden→${JULIET}`,
      ]);
      expect(chamber.got().filter((line) => line.includes('nurse'))).to.deep.equal([]);
      expect(nurse.got(), 'contacts do not notice').to.deep.equal([]);
    });

    it('§4.3.1 does not show a local contact whose own roster knows of no subscription', async () => {
      await world.item(JULIET, STRANGER, { subscription: 'to' });
      await world.online(`${STRANGER}/street`);
      const juliet = world.client(`${JULIET}/balcony`);
      await says(juliet, '<presence/>');
      expect(juliet.got()).to.deep.equal([`presence ${JULIET}/balcony→${JULIET}`]);
    });

    it('§4.2.3 of a contact reaches all available resources', async () => {
      const resources = [await world.online(`${JULIET}/balcony`), await world.online(`${JULIET}/chamber`)];
      const connected = await world.interested(`${JULIET}/connected`);
      for (const resource of resources) resource.take();
      await world.comes(`<presence from='${FAR}/square' to='${JULIET}'><show>chat</show></presence>`);
      for (const resource of resources) {
        expect(resource.got()).to.deep.equal([`presence ${FAR}/square→${JULIET} show`]);
      }
      expect(connected.got()).to.deep.equal([]);
    });
  });

  describe('§4.4 subsequent presence', () => {
    it('§4.4.2 goes to subscribers and own resources, and asks nobody anything', async () => {
      const romeo = await world.online(`${ROMEO}/orchard`);
      await world.online('nurse@capulet.example/house');
      const juliet = await world.online(`${JULIET}/balcony`);
      romeo.take();
      world.sent();
      await says(juliet, '<presence><show>away</show></presence>');
      expect(romeo.got()).to.deep.equal([`presence ${JULIET}/balcony→${ROMEO} show`]);
      expect(world.sent()).to.deep.equal([`presence ${JULIET}/balcony→${FAR} show`]);
      expect(juliet.got()).to.deep.equal([`presence ${JULIET}/balcony→${JULIET} show`]);
    });

    it('is what those see who come later', async () => {
      const juliet = await world.online(`${JULIET}/balcony`, "<presence id='first'/>");
      await says(juliet, "<presence id='second'/>");
      const romeo = world.client(`${ROMEO}/orchard`);
      await says(romeo, '<presence/>');
      expect(romeo.got()).to.include(`presence #second ${JULIET}/balcony→${ROMEO}`);
    });
  });

  describe('§4.5 unavailable presence', () => {
    it('§4.5.2 goes to subscribers and own resources, with all it contains', async () => {
      const romeo = await world.online(`${ROMEO}/orchard`);
      const chamber = await world.online(`${JULIET}/chamber`);
      const juliet = await world.online(`${JULIET}/balcony`);
      for (const client of [romeo, chamber]) client.take();
      world.sent();
      await says(juliet, "<presence type='unavailable' id='u'><status>going on vacation</status></presence>");
      expect(romeo.got()).to.deep.equal([`presence unavailable #u ${JULIET}/balcony→${ROMEO} status`]);
      expect(chamber.got()).to.deep.equal([`presence unavailable #u ${JULIET}/balcony→${JULIET} status`]);
      expect(world.sent()).to.deep.equal([`presence unavailable #u ${JULIET}/balcony→${FAR} status`]);
      expect(juliet.got(), 'the resource that sent it').to.deep.equal([
        `presence unavailable #u ${JULIET}/balcony→${JULIET} status`,
      ]);
    });

    for (const [how, end] of [
      ['the client says goodbye', (client: FakeClient) => client.session.closed('graceful', [])],
      ['the carrier breaks', (client: FakeClient) => client.session.closed('lost', [])],
      ['the server ends it', (client: FakeClient) => client.transport.close()],
    ] as const) {
      it(`§4.5.2 is said by the server when the client did not: ${how}`, async () => {
        const romeo = await world.online(`${ROMEO}/orchard`);
        const chamber = await world.online(`${JULIET}/chamber`);
        const juliet = await world.online(`${JULIET}/balcony`);
        for (const client of [romeo, chamber]) client.take();
        world.sent();
        end(juliet);
        await world.settle();
        expect(romeo.got()).to.deep.equal([`presence unavailable ${JULIET}/balcony→${ROMEO}`]);
        expect(chamber.got()).to.deep.equal([`presence unavailable ${JULIET}/balcony→${JULIET}`]);
        expect(world.sent()).to.deep.equal([`presence unavailable ${JULIET}/balcony→${FAR}`]);
      });
    }

    it('is said once: not again when the session ends', async () => {
      const romeo = await world.online(`${ROMEO}/orchard`);
      const juliet = await world.online(`${JULIET}/balcony`);
      romeo.take();
      await says(juliet, "<presence type='unavailable'/>");
      juliet.transport.close();
      await world.settle();
      expect(romeo.got()).to.have.length(1);
    });

    it('says nothing to anybody when the resource was not available', async () => {
      const romeo = await world.online(`${ROMEO}/orchard`);
      const juliet = await world.interested(`${JULIET}/balcony`);
      await says(juliet, "<presence type='unavailable'/>");
      juliet.transport.close();
      await world.settle();
      expect(romeo.got()).to.deep.equal([]);
      expect(world.sent()).to.deep.equal([]);
    });

    it('ends the delivery of presence to that resource', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, "<presence type='unavailable'/>");
      juliet.take();
      await world.comes(`<presence from='${FAR}/square' to='${JULIET}'/>`);
      expect(juliet.got()).to.deep.equal([]);
    });

    it('available presence after it is initial presence', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, "<presence type='unavailable'/>");
      world.sent();
      await says(juliet, '<presence/>');
      expect(world.sent()).to.deep.equal([`presence ${JULIET}/balcony→${FAR}`, `presence probe ${JULIET}→${FAR}`]);
    });
  });

  describe('§4.6 directed presence', () => {
    const ROOM = 'room@chat.example/juliet';

    it('§4.6.3 reaches whom it names, and later broadcasts do not', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      world.sent();
      await says(juliet, `<presence to='${ROOM}'><x xmlns='urn:muc'/></presence>`);
      expect(world.sent()).to.deep.equal([`presence ${JULIET}/balcony→${ROOM} x`]);
      await says(juliet, '<presence><show>away</show></presence>');
      expect(world.sent()).to.deep.equal([`presence ${JULIET}/balcony→${FAR} show`]);
    });

    for (const [how, end] of [
      ['says so', async (client: FakeClient) => says(client, "<presence type='unavailable' id='u'/>")],
      ['is gone', async (client: FakeClient) => client.session.closed('lost', [])],
    ] as const) {
      for (const isAvailable of [true, false]) {
        it(`§4.6.3 the end is told when the ${isAvailable ? 'available' : 'connected'} resource ${how}`, async () => {
          const tybalt = await world.online(`${STRANGER}/street`);
          const juliet = isAvailable
            ? await world.online(`${JULIET}/balcony`)
            : await world.interested(`${JULIET}/balcony`);
          await says(juliet, `<presence to='${ROOM}'/>`);
          await says(juliet, `<presence to='${STRANGER}'/>`);
          tybalt.take();
          world.sent();
          await end(juliet);
          await world.settle();
          const id = how === 'says so' ? '#u ' : '';
          expect(tybalt.got()).to.deep.equal([`presence unavailable ${id}${JULIET}/balcony→${STRANGER}`]);
          expect(world.sent()).to.include(`presence unavailable ${id}${JULIET}/balcony→${ROOM}`);
        });
      }
    }

    it('§4.6.1 the end is told once', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, `<presence to='${ROOM}'/>`);
      await says(juliet, "<presence type='unavailable'/>");
      world.sent();
      juliet.transport.close();
      await world.settle();
      expect(world.sent()).to.deep.equal([]);
    });

    it('§4.6.3 the end is not told to whom it was told already', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, `<presence to='${ROOM}'/>`);
      await says(juliet, `<presence to='${ROOM}' type='unavailable'/>`);
      world.sent();
      juliet.transport.close();
      await world.settle();
      expect(world.sent()).to.deep.equal([`presence unavailable ${JULIET}/balcony→${FAR}`]);
    });

    it('§4.6.1 the end is not told to whom has gone first', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, `<presence to='${ROOM}'/>`);
      await world.comes(`<presence type='unavailable' from='${ROOM}' to='${JULIET}/balcony'/>`);
      world.sent();
      juliet.transport.close();
      await world.settle();
      expect(world.sent()).to.deep.equal([`presence unavailable ${JULIET}/balcony→${FAR}`]);
    });

    it('§4.6.3 to a subscriber changes nothing about broadcasts', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, `<presence to='${FAR}/square'><show>dnd</show></presence>`);
      await says(juliet, `<presence to='${FAR}' type='unavailable'/>`);
      world.sent();
      await says(juliet, '<presence/>');
      await says(juliet, "<presence type='unavailable'/>");
      expect(world.sent()).to.deep.equal([
        `presence ${JULIET}/balcony→${FAR}`,
        `presence unavailable ${JULIET}/balcony→${FAR}`,
      ]);
    });

    it('§4.6.1 the end of a subscription counts more', async () => {
      const romeo = await world.online(`${ROMEO}/orchard`);
      const juliet = await world.online(`${JULIET}/balcony`);
      await says(juliet, `<presence to='${ROMEO}'/>`);
      romeo.take();
      await says(juliet, `<presence type='unsubscribed' to='${ROMEO}'/>`);
      expect(romeo.got()).to.include(`presence unavailable ${JULIET}/balcony→${ROMEO}`);
    });

    it('goes to so many and no more, but to those again and again', async () => {
      const juliet = await world.interested(`${JULIET}/balcony`);
      for (let number = 0; number < 1000; number += 1) juliet.sends(`<presence to='room${number}@chat.example/j'/>`);
      await says(juliet, `<presence to='${ROOM}'/>`);
      expect(juliet.take().map(errorOf)).to.deep.equal(['wait/resource-constraint']);
      await says(juliet, "<presence to='room0@chat.example/j'/>");
      expect(juliet.got()).to.deep.equal([]);
    });
  });

  describe('§4.7 syntax', () => {
    for (const priority of ['-128', '-1', '0', '5', '127', '+7', ' 5 ']) {
      it(`§4.7.2.3 takes the priority "${priority}"`, async () => {
        const juliet = await world.online(`${JULIET}/balcony`, `<presence><priority>${priority}</priority></presence>`);
        expect(juliet.session.priority).to.equal(Number(priority));
      });
    }

    for (const priority of ['-129', '128', 'high', '', '1.5', '0x10', '1e1']) {
      it(`§4.7.2.3 refuses the priority "${priority}", and nothing changes`, async () => {
        const juliet = world.client(`${JULIET}/balcony`);
        await says(juliet, `<presence><priority>${priority}</priority></presence>`);
        expect(juliet.take().map(errorOf)).to.deep.equal(['modify/bad-request']);
        expect(juliet.session.isAvailable).to.equal(false);
        expect(world.sent()).to.deep.equal([]);
      });
    }

    it('§4.7.2.3 the priority is 0 when there is none', async () => {
      const juliet = await world.online(`${JULIET}/balcony`, '<presence><priority>5</priority></presence>');
      await says(juliet, '<presence/>');
      expect(juliet.session.priority).to.equal(0);
    });

    it('presence of type error without an address is ignored', async () => {
      const juliet = await world.online(`${JULIET}/balcony`);
      world.sent();
      await says(juliet, "<presence type='error'/>");
      expect(juliet.got()).to.deep.equal([]);
      expect(world.sent()).to.deep.equal([]);
    });
  });

  it('an error in answer to presence reaches the client, and is not answered', async () => {
    const juliet = await world.online(`${JULIET}/balcony`);
    world.sent();
    await world.comes(
      `<presence type='error' from='${FAR}' to='${JULIET}/balcony'><error type='cancel'><gone/></error></presence>`,
    );
    expect(juliet.got()).to.deep.equal([`presence error ${FAR}→${JULIET}/balcony cancel/gone`]);
    expect(world.sent()).to.deep.equal([]);
  });
});
