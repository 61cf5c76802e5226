import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { ARCHIVE } from '../../lib/modules/archive/archive.ts';
import { retracted } from '../../lib/modules/archive/tombstone.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { brief, element, jid, type FakeClient } from '../core/world.ts';
import { archivedIn, ArchiveWorld, mamQuery, overStores } from '../support/archive-world.ts';
import '../support/chai-xml.ts';

const ROMEO = 'romeo@capulet.example';
const LORD = 'lord@montague.example';

function retraction(id: string): string {
  return `<retract id="${id}" xmlns='urn:xmpp:message-retract:1'/>
    <fallback xmlns="urn:xmpp:fallback:0" for='urn:xmpp:message-retract:1'/>
    <body>/me retracted a previous message, but it's unsupported by your client.</body>
    <store xmlns="urn:xmpp:hints"/>`;
}

overStores((store: () => Store) => {
  let world: ArchiveWorld;
  let romeo: FakeClient;

  beforeEach(async () => {
    world = new ArchiveWorld(store());
    await world.account('romeo');
    romeo = await world.online(`${ROMEO}/orchard`);
  });

  async function says(
    id: string,
    inner = '<body>Have not saints lips, and holy palmers too?</body>',
    to = LORD,
  ): Promise<void> {
    romeo.sends(`<message type='chat' to='${to}' id='${id}'>${inner}</message>`);
    await world.settle();
  }

  async function comes(from: string, id: string, inner = '<body>secret</body>'): Promise<void> {
    await world.comes(`<message type='chat' from='${from}' to='${ROMEO}' id='${id}'>${inner}</message>`);
  }

  async function archived(): Promise<(Element | undefined)[]> {
    return (await world.ask(romeo, mamQuery())).slice(0, -1).map(archivedIn);
  }

  /** Each archived message by its id, with the names of what is in it. */
  async function contents(): Promise<string[]> {
    const names = (message: Element | undefined): string =>
      message
        ?.getChildElements()
        .map(({ name }) => name)
        .filter((name) => name !== 'stanza-id')
        .join(' ') ?? '';
    return (await archived()).map((message) => `${message?.attrs['id']}: ${names(message)}`);
  }

  const RETRACTION = 'retract fallback body store';

  describe('XEP-0424 message retraction', () => {
    it('§2 §4 Example 6: is announced', () => {
      expect(world.host.discovery.server.features).to.include('urn:xmpp:message-retract:1');
      expect(world.host.discovery.account.features).to.include.members([
        'urn:xmpp:message-retract:1',
        'urn:xmpp:message-retract:1#tombstone',
      ]);
    });

    it('§3 Examples 3 and 4: goes to the recipient as it is', async () => {
      await says('wrong-recipient-1');
      await says('retract-message-1', retraction('wrong-recipient-1'));
      expect(world.sent()[1]).to.equal(`message chat #retract-message-1 ${ROMEO}/orchard→${LORD} ${RETRACTION}`);
    });

    it('§4 Example 7: a tombstone takes the place of the message, and the retraction is kept', async () => {
      await says('wrong-recipient-1');
      world.clock.advance(seconds(67));
      await says('retract-message-1', retraction('wrong-recipient-1'));
      const [tombstone, kept] = await archived();
      expect(tombstone).equalXml(
        `<message xmlns='jabber:client' type='chat' from='${ROMEO}/orchard' to='${LORD}' id='wrong-recipient-1'><retracted
          stamp='2026-01-01T00:01:07.000Z' xmlns='urn:xmpp:message-retract:1' id='retract-message-1'/></message>`,
      );
      expect(kept && brief(kept)).to.equal(`message chat #retract-message-1 ${ROMEO}/orchard→${LORD} ${RETRACTION}`);
    });

    it('of what came is done in the archive of who got it', async () => {
      await comes(`${LORD}/hall`, 'm1');
      await comes(`${LORD}/phone`, 'r1', retraction('m1'));
      expect(await contents()).to.deep.equal(['m1: retracted', `r1: ${RETRACTION}`]);
    });

    it('of what is still waiting to be written, too', async () => {
      romeo.sends(`<message type='chat' to='${LORD}' id='m1'><body/></message>`);
      romeo.sends(`<message type='chat' to='${LORD}' id='r1'>${retraction('m1')}</message>`);
      await world.settle();
      expect(await contents()).to.deep.equal(['m1: retracted', `r1: ${RETRACTION}`]);
    });

    it('of what came while the account was away', async () => {
      romeo.session.closed('graceful', []);
      await world.settle();
      await comes(`${LORD}/hall`, 'm1');
      await comes(`${LORD}/hall`, 'r1', retraction('m1'));
      romeo = world.client(`${ROMEO}/orchard`);
      expect(await contents()).to.deep.equal(['m1: retracted', `r1: ${RETRACTION}`]);
    });

    it('§5 only who sent a message retracts it', async () => {
      await comes(`${LORD}/hall`, 'm1');
      await comes('tybalt@montague.example/hall', 'r1', retraction('m1'));
      await says('r2', retraction('m1'));
      expect((await contents())[0]).to.equal('m1: body');
    });

    it('§5 occupants of a room do not retract the private messages of each other', async () => {
      const muc = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
      await comes('room@muc.example/hecate', 'm1', `<body/>${muc}`);
      await comes('room@muc.example/witch', 'r1', retraction('m1') + muc);
      expect((await contents())[0]).to.equal('m1: body x');
      await comes('room@muc.example/hecate', 'r2', retraction('m1') + muc);
      expect((await contents())[0]).to.equal('m1: retracted');
    });

    it('§6.1 of an id that was used twice means the newer message', async () => {
      await says('m1');
      await says('m1');
      await says('r1', retraction('m1'));
      expect(await contents()).to.deep.equal(['m1: body', 'm1: retracted', `r1: ${RETRACTION}`]);
    });

    it('of what is not there, and one without ids, changes nothing', async () => {
      await says('m1');
      await says('r1', retraction('m0'));
      romeo.sends(`<message type='chat' to='${LORD}'>${retraction('m1')}</message>`);
      await world.settle();
      expect((await contents())[0]).to.equal('m1: body');
    });
  });

  it('XEP-0425 §4 Example 8: a room puts its own mark in the place of a message', async () => {
    const service = world.host.services.find(ARCHIVE) ?? expect.fail('no archive');
    const room = jid('room@muc.example.com');
    const occupant = "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='ef73b09d'/>";
    const message = element(`<message type='groupchat' id='message-id-1'><body>DM me</body>${occupant}</message>`);
    const stanza = new Stanza(message, jid('room@muc.example.com/oldhag'), room);
    service.add(room, { stanza, peer: jid('hag@shakespeare.lit/pda'), isSent: false }, 'stanza-id-1');
    const mark = retracted('retraction-id-1', Date.UTC(2019, 8, 20, 23, 19, 12)).append(
      element("<moderated by='witch@shakespeare.example' xmlns='urn:xmpp:message-moderate:1'/>"),
    );
    expect(await service.bury(room, 'stanza-id-1', mark)).to.equal(true);
    expect(await service.bury(room, 'stanza-id-2', mark)).to.equal(false);
    expect((await world.store.archive.get(room.toString(), 'stanza-id-1'))?.xml).equalXml(
      `<message xmlns='jabber:client' type='groupchat' from='room@muc.example.com/oldhag' to='room@muc.example.com'
        id='message-id-1'>${occupant}<retracted stamp='2019-09-20T23:19:12.000Z' xmlns='urn:xmpp:message-retract:1'
        id='retraction-id-1'><moderated by='witch@shakespeare.example'
        xmlns='urn:xmpp:message-moderate:1'/></retracted></message>`,
    );
  });
});
