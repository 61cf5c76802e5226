import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import type { FakeClient } from '../core/world.ts';
import { COVEN, MUC, MucWorld, outcome, SERVICE } from '../support/muc-world.ts';

const DISCO = 'http://jabber.org/protocol/disco';
const INFO = `<query xmlns='${DISCO}#info'/>`;
const ITEMS = `<query xmlns='${DISCO}#items'/>`;

describe('XEP-0045 §6 discovering rooms', () => {
  let world: MucWorld;
  let hag: FakeClient;

  beforeEach(async () => {
    world = new MucWorld();
    hag = await world.person('thirdwitch');
  });

  async function ask(content: string, to = COVEN): Promise<Element | undefined> {
    return (await world.iq(hag, 'get', content, to)).getChildElements()[0];
  }

  async function features(to = COVEN): Promise<(string | undefined)[]> {
    const children = (await ask(INFO, to))?.getChildElements() ?? [];
    return children.filter(({ name }) => name === 'feature').map(({ attrs }) => attrs['var']);
  }

  async function items(to: string, content = ITEMS): Promise<(string | undefined)[]> {
    return (await ask(content, to))?.getChildElements().map(({ attrs }) => attrs['jid']) ?? [];
  }

  /** A field of the form that says more about a room. */
  async function field(name: string): Promise<string[] | undefined> {
    const form = (await ask(INFO))?.child('x', 'jabber:x:data');
    const found = form?.getChildElements().find(({ attrs }) => attrs['var'] === name);
    return found?.getChildElements().map(({ text }) => text);
  }

  it('XEP-0045 §6.1: the server lists the service', async () => {
    expect(await items('capulet.example')).to.include(SERVICE);
  });

  it('XEP-0045 §6.2: the service says what it is', async () => {
    const info = await ask(INFO, SERVICE);
    expect(info?.child('identity', `${DISCO}#info`)?.attrs).to.include({ category: 'conference', type: 'text' });
    expect(await features(SERVICE)).to.include.members([
      MUC,
      `${MUC}#stable_id`,
      'urn:xmpp:occupant-id:0',
      'vcard-temp',
    ]);
  });

  it('XEP-0045 §6.3: the service lists rooms that are public, and open for others', async () => {
    await world.room({ roomname: 'A Dark Cave' });
    const listed = (await ask(ITEMS, SERVICE))?.getChildElements().map(({ attrs }) => attrs);
    expect(listed).to.deep.equal([{ jid: COVEN, name: 'A Dark Cave' }]);
    await world.room({ publicroom: '0' }, `hidden@${SERVICE}`);
    await world.join('firstwitch', `new@${SERVICE}`);
    expect(await items(SERVICE)).to.deep.equal([COVEN]);
  });

  it('XEP-0045 §6.4: a room says of what kind it is', async () => {
    const crone = await world.room();
    expect(await features()).to.include.members([
      MUC,
      'muc_public',
      'muc_temporary',
      'muc_open',
      'muc_unmoderated',
      'muc_unsecured',
      'muc_semianonymous',
      `${MUC}#self-ping-optimization`,
      'urn:xmpp:occupant-id:0',
      'urn:xmpp:message-moderate:1',
      'urn:xmpp:mam:2',
    ]);
    await world.configure(crone, {
      publicroom: '0',
      persistentroom: '1',
      membersonly: '1',
      moderatedroom: '1',
      passwordprotectedroom: '1',
      roomsecret: 'x',
      whois: 'anyone',
      enablelogging: '0',
    });
    expect(await features()).to.include.members([
      'muc_hidden',
      'muc_persistent',
      'muc_membersonly',
      'muc_moderated',
      'muc_passwordprotected',
      'muc_nonanonymous',
    ]);
    expect(await features()).not.to.include('urn:xmpp:mam:2');
  });

  it('XEP-0045 §6.4: a room says more about itself', async () => {
    const crone = await world.room({ roomdesc: 'The place for all good witches!', lang: 'en' });
    await world.does(crone, `<message type='groupchat' to='${COVEN}'><subject>Spells</subject></message>`);
    expect(await field('muc#roominfo_description')).to.deep.equal(['The place for all good witches!']);
    expect(await field('muc#roominfo_subject')).to.deep.equal(['Spells']);
    expect(await field('muc#roominfo_occupants')).to.deep.equal(['1']);
    expect(await field('muc#roominfo_lang')).to.deep.equal(['en']);
  });

  it('XEP-0045 §14.4: what is said in a closed room is not told', async () => {
    const crone = await world.room({ membersonly: '1' });
    await world.does(crone, `<message type='groupchat' to='${COVEN}'><subject>Spells</subject></message>`);
    expect(await field('muc#roominfo_subject')).to.equal(undefined);
  });

  it('XEP-0045 §6.5: who is there is told to those who are there', async () => {
    await world.room();
    expect(await items(COVEN)).to.deep.equal([]);
    await world.enter(hag, 'thirdwitch');
    expect(await items(COVEN)).to.deep.equal([`${COVEN}/firstwitch`, `${COVEN}/thirdwitch`]);
  });

  it('XEP-0045 §6.6: occupants are nothing to those who are not there', async () => {
    await world.room();
    expect(outcome(await world.iq(hag, 'get', INFO, `${COVEN}/firstwitch`))).to.equal('modify/bad-request');
  });

  it('XEP-0045 §7.12: a reserved nickname is told to whom it is reserved for', async () => {
    const crone = await world.room();
    const node = `<query xmlns='${DISCO}#info' node='x-roomuser-item'/>`;
    expect((await ask(node))?.getChildElements()).to.deep.equal([]);
    await world.admin(crone, "<item affiliation='member' jid='hag66@capulet.example' nick='thirdwitch'/>");
    expect((await ask(node))?.getChildElements()[0]?.attrs).to.deep.equal({
      category: 'conference',
      type: 'text',
      name: 'thirdwitch',
    });
  });

  it('XEP-0045 §18.1.1: the room takes nothing out, and says so', async () => {
    await world.room();
    const answer = await world.iq(hag, 'get', `<query xmlns='${DISCO}#info' node='${MUC}#traffic'/>`);
    expect(outcome(answer)).to.equal('cancel/service-unavailable');
  });

  it('what nobody knows is refused', async () => {
    await world.room();
    for (const [to, content, expected] of [
      [SERVICE, "<nothing xmlns='urn:spec'/>", 'cancel/service-unavailable'],
      [COVEN, "<nothing xmlns='urn:spec'/>", 'cancel/service-unavailable'],
      [COVEN, `<query xmlns='${DISCO}#info' node='nothing'/>`, 'cancel/item-not-found'],
      [SERVICE, `<query xmlns='${DISCO}#info' node='nothing'/>`, 'cancel/item-not-found'],
      [`nowhere@${SERVICE}`, INFO, 'cancel/item-not-found'],
    ] as const) {
      expect(outcome(await world.iq(hag, 'get', content, to)), content).to.equal(expected);
    }
    await world.does(hag, `<message to='${SERVICE}'><body>hi</body></message>`);
    expect(hag.got()).to.deep.equal([`message error ${SERVICE}→${hag.jid} body cancel/service-unavailable`]);
  });
});
