import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { StoreError } from '../../lib/storage/store.ts';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MUC, MucWorld } from '../support/muc-world.ts';
import '../support/chai-xml.ts';

describe('XEP-0045 §7.4 messages', () => {
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

  it('XEP-0045 §7.4: everybody hears a message, with its id and the name of who said it', async () => {
    await world.does(
      hag,
      `<message type='groupchat' id='hysf1v37' to='${COVEN}' xml:lang='en'><body>Harpier cries: 'tis time, 'tis time.</body></message>`,
    );
    for (const client of [crone, hag]) {
      const message = client.one();
      expect(message.attrs).to.deep.equal({
        xmlns: 'jabber:client',
        from: `${COVEN}/thirdwitch`,
        to: client.jid,
        id: 'hysf1v37',
        type: 'groupchat',
        'xml:lang': 'en',
      });
      expect(message.child('body', 'jabber:client')?.text).to.equal("Harpier cries: 'tis time, 'tis time.");
    }
  });

  it('XEP-0045 §7.4: who is not there says nothing', async () => {
    const wicca = await world.person('secondwitch');
    await world.says(wicca, 'Hail!');
    expect(heard(wicca)).to.deep.equal(['message modify/not-acceptable']);
    expect(heard(hag)).to.deep.equal([]);
  });

  it('XEP-0045 §7.4: who has no voice says nothing', async () => {
    await setUp({ moderatedroom: '1' });
    await world.says(hag, 'Hail!');
    expect(heard(hag)).to.deep.equal(['message auth/forbidden']);
    expect(heard(crone)).to.deep.equal([]);
    await world.does(crone, `<message type='groupchat' to='${COVEN}'><body>Hail!</body></message>`);
    expect(heard(hag)).to.deep.equal(['firstwitch: Hail!']);
  });

  it('XEP-0045 §17.2: to a room that does not exist nothing is said', async () => {
    await world.says(hag, 'Hail!', 'nowhere@rooms.capulet.example');
    expect(heard(hag)).to.deep.equal(['message cancel/item-not-found']);
  });

  it('XEP-0045 §17.2: a message to all is of type groupchat', async () => {
    await world.does(hag, `<message type='chat' to='${COVEN}'><body>Hail!</body></message>`);
    expect(heard(hag)).to.deep.equal(['message modify/bad-request']);
  });

  it('XEP-0045 §17.2 §17.3: extensions go through, what only the room may say does not', async () => {
    await world.does(
      hag,
      `<message type='groupchat' to='${COVEN}' xmlns:a='urn:a'><body>Hail!</body><a:b/>
        <x xmlns='${MUC}#user'><item role='moderator'/></x>
        <occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>
        <hats xmlns='urn:xmpp:hats:0'><hat title='King' uri='urn:king'/></hats>
        <stanza-id xmlns='urn:xmpp:sid:0' by='${COVEN}' id='forged'/>
        <delay xmlns='urn:xmpp:delay' from='${COVEN}' stamp='2001-01-01T00:00:00Z'/>
        <delay xmlns='urn:xmpp:delay' from='hag66@capulet.example' stamp='2001-01-01T00:00:00Z'/></message>`,
    );
    const message = crone.one();
    expect(message.getChildElements().map(({ name }) => name)).to.deep.equal([
      'body',
      'a:b',
      'delay',
      'occupant-id',
      'stanza-id',
    ]);
    expect(message.toString()).not.to.contain('forged');
  });

  it('what only tells that somebody is typing is heard, and not remembered', async () => {
    await world.does(
      hag,
      `<message type='groupchat' to='${COVEN}'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    );
    expect(heard(crone)).to.deep.equal(['thirdwitch']);
    const wicca = await world.person('secondwitch');
    await world.enter(wicca, 'secondwitch');
    expect(heard(wicca).filter((line) => line.includes('(late)'))).to.deep.equal([]);
  });

  it('limits: the size of a message, and how many may come', async () => {
    await setUp({}, { stanzaBytes: 2000, messagesPerSecond: 1 });
    await world.says(hag, 'x'.repeat(2000));
    expect(heard(hag)).to.deep.equal(['message modify/policy-violation']);
    for (let count = 0; count < 5; count += 1) await world.says(hag, String(count));
    expect(heard(hag).filter((line) => line.includes('resource-constraint'))).to.have.length(1);
    world.clock.advance(seconds(1));
    await world.says(hag, 'again');
    expect(heard(hag)).to.deep.equal(['thirdwitch: again']);
  });

  describe('§8.1 the subject', () => {
    const SUBJECT = `<message type='groupchat' to='${COVEN}'><subject>Fire Burn and Cauldron Bubble!</subject></message>`;

    it('XEP-0045 §8.1: a moderator changes it, and everybody hears', async () => {
      await world.does(crone, SUBJECT);
      expect(heard(hag)).to.deep.equal(['firstwitch # Fire Burn and Cauldron Bubble!']);
      await world.does(crone, `<message type='groupchat' to='${COVEN}'><subject/></message>`);
      expect(heard(hag)).to.deep.equal(['firstwitch # ']);
    });

    it('is heard also where the store cannot keep it', async () => {
      await world.configure(crone, { persistentroom: '1' });
      hag.take();
      world.store.documents.put = () => Promise.reject(new StoreError('the disk is full'));
      await world.does(crone, SUBJECT);
      expect(heard(hag)).to.deep.equal(['firstwitch # Fire Burn and Cauldron Bubble!']);
      expect(world.log.of('core.failed')).to.have.length(1);
    });

    it('XEP-0045 §8.1: others may not, unless the room says so', async () => {
      await world.does(hag, SUBJECT);
      expect(heard(hag)).to.deep.equal(['message auth/forbidden']);
      await world.configure(crone, { changesubject: '1' });
      hag.take();
      await world.does(hag, SUBJECT);
      expect(heard(hag)).to.deep.equal(['thirdwitch # Fire Burn and Cauldron Bubble!']);
    });

    it('XEP-0045 §8.1: with a body or a thread it is a message, and changes nothing', async () => {
      for (const more of ['<body>text</body>', '<thread>t</thread>']) {
        await world.does(hag, `<message type='groupchat' to='${COVEN}'><subject>Fire</subject>${more}</message>`);
      }
      crone.take();
      const wicca = await world.person('secondwitch');
      await world.enter(wicca, 'secondwitch');
      expect(heard(wicca).at(-1)).to.equal(`${COVEN} # `);
    });
  });

  describe('§7.5 private messages', () => {
    it('XEP-0045 §7.5: go to all clients of the occupant, marked as such, and to nobody else', async () => {
      const tablet = await world.online('crone1@capulet.example/tablet');
      await world.enter(tablet, 'firstwitch');
      for (const client of [crone, hag, tablet]) client.take();
      await world.does(
        hag,
        `<message type='chat' id='p' to='${COVEN}/firstwitch'><body>I'll give thee a wind.</body></message>`,
      );
      for (const client of [crone, tablet]) {
        const message = client.one();
        expect(message.attrs).to.include({ from: `${COVEN}/thirdwitch`, type: 'chat', id: 'p' });
        expect(message.child('x', `${MUC}#user`)?.children).to.deep.equal([]);
        expect(message.child('occupant-id', 'urn:xmpp:occupant-id:0')).not.to.equal(undefined);
      }
      expect(heard(hag)).to.deep.equal([]);
    });

    it('XEP-0045 §7.5: are refused when of type groupchat, to nobody, or from nobody', async () => {
      await world.does(hag, `<message type='groupchat' to='${COVEN}/firstwitch'><body>a</body></message>`);
      await world.does(hag, `<message type='chat' to='${COVEN}/nobody'><body>a</body></message>`);
      const wicca = await world.person('secondwitch');
      await world.does(wicca, `<message type='chat' to='${COVEN}/firstwitch'><body>a</body></message>`);
      expect(heard(hag)).to.deep.equal(['message modify/bad-request', 'message cancel/item-not-found']);
      expect(heard(wicca)).to.deep.equal(['message modify/not-acceptable']);
    });

    for (const [allowed, hagMay, croneMay] of [
      ['anyone', true, true],
      ['participants', false, true],
      ['moderators', false, true],
      ['none', false, false],
    ] as const) {
      it(`XEP-0045 §7.5: may be sent by ${allowed}`, async () => {
        await setUp({ allowpm: allowed, moderatedroom: '1' });
        await world.does(hag, `<message type='chat' to='${COVEN}/firstwitch'><body>a</body></message>`);
        await world.does(crone, `<message type='chat' to='${COVEN}/thirdwitch'><body>b</body></message>`);
        expect(heard(crone).includes('thirdwitch: a [chat]')).to.equal(hagMay);
        expect(heard(hag).includes('firstwitch: b [chat]')).to.equal(croneMay);
      });
    }
  });
});
