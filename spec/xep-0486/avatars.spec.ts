import { expect } from 'chai';
import { createHash } from 'node:crypto';
import type { FakeClient } from '../core/world.ts';
import { COVEN, heard, MucWorld, outcome, SERVICE } from '../support/muc-world.ts';

const BYTES = Buffer.from('not much of a picture');
const OTHER = Buffer.from('the same in another format');
const photo = (bytes: Buffer): string =>
  `<PHOTO><TYPE>image/png</TYPE><BINVAL>${bytes.toString('base64')}</BINVAL></PHOTO>`;
const vcard = (inner: string): string => `<vCard xmlns='vcard-temp'>${inner}</vCard>`;
const hash = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

describe('XEP-0486 avatars of rooms', () => {
  let world: MucWorld;
  let crone: FakeClient;
  let hag: FakeClient;

  beforeEach(async () => {
    world = new MucWorld();
    crone = await world.room({ persistentroom: '1' });
    hag = await world.join('thirdwitch');
    crone.take();
  });

  async function hashes(): Promise<string[] | undefined> {
    const info = await world.iq(hag, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    const form = info.getChildElements()[0]?.child('x', 'jabber:x:data');
    const field = form?.getChildElements().find(({ attrs }) => attrs['var'] === 'muc#roominfo_avatarhash');
    return field?.getChildElements().map(({ text }) => text);
  }

  it('XEP-0486 §3.2 §3.3 §3.4 §5.1: an owner sets one, everybody hears, and may get it', async () => {
    expect(await hashes()).to.equal(undefined);
    expect(outcome(await world.iq(hag, 'get', vcard('')))).to.equal('cancel/item-not-found');
    expect(outcome(await world.iq(crone, 'set', vcard(photo(BYTES) + photo(OTHER))))).to.equal('result');
    expect(heard(hag)).to.deep.equal([`${COVEN} 104`]);
    expect(await hashes()).to.deep.equal([hash(BYTES), hash(OTHER)]);
    const answer = await world.iq(hag, 'get', vcard(''));
    expect(answer.toString()).to.contain(BYTES.toString('base64'));
  });

  it('XEP-0486 §3.2: nobody else sets one, and not what is none', async () => {
    expect(outcome(await world.iq(hag, 'set', vcard(photo(BYTES))))).to.equal('auth/forbidden');
    expect(outcome(await world.iq(crone, 'set', vcard('<PHOTO><BINVAL>?</BINVAL></PHOTO>')))).to.equal(
      'modify/not-acceptable',
    );
    expect(outcome(await world.iq(crone, 'set', vcard(photo(Buffer.alloc(10_000)))))).to.equal(
      'modify/policy-violation',
    );
    expect(await hashes()).to.equal(undefined);
  });

  it('XEP-0486 §3.2: an empty vCard takes it away; a restart does not', async () => {
    await world.iq(crone, 'set', vcard(photo(BYTES)));
    world = new MucWorld({}, world.store);
    crone = await world.join('firstwitch');
    hag = await world.join('thirdwitch');
    expect(await hashes()).to.deep.equal([hash(BYTES)]);
    expect((await world.iq(hag, 'get', vcard(''))).toString()).to.contain(BYTES.toString('base64'));
    await world.iq(crone, 'set', vcard(''));
    expect(await hashes()).to.equal(undefined);
    expect(outcome(await world.iq(hag, 'get', vcard('')))).to.equal('cancel/item-not-found');
    expect(await world.store.documents.list(COVEN, 'room-vcard')).to.deep.equal([]);
  });

  it('XEP-0486 §3.1: the service says that rooms have vCards', async () => {
    const info = await world.iq(hag, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", SERVICE);
    expect(info.toString()).to.contain('var="vcard-temp"');
  });
});
