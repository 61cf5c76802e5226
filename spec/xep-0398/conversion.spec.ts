import { createHash } from 'node:crypto';
import { expect } from 'chai';
import avatars from '../../lib/modules/avatars/index.ts';
import vcard from '../../lib/modules/vcard/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { events, itemIds, PepWorld, publish, PUBSUB } from '../support/pep-world.ts';

const DATA = 'urn:xmpp:avatar:data';
const METADATA = 'urn:xmpp:avatar:metadata';
const ROMEO = 'romeo@capulet.example';
const JULIET = 'juliet@capulet.example';
const PNG = picture('\x89PNG\r\n\x1a\none');
const GIF = picture('GIF89aother');

interface Picture {
  readonly base64: string;
  readonly id: string;
}

function picture(bytes: string): Picture {
  const buffer = Buffer.from(bytes, 'latin1');
  return { base64: buffer.toString('base64'), id: createHash('sha1').update(buffer).digest('hex') };
}

/** A client's vCard, with a picture if there is one. */
function card(photo = '', name = 'Romeo'): string {
  return `<vCard xmlns='vcard-temp'><FN>${name}</FN>${photo}</vCard>`;
}

function photo({ base64 }: Picture, type = 'image/png'): string {
  return `<PHOTO><TYPE>${type}</TYPE><BINVAL>\n ${base64}\n</BINVAL></PHOTO>`;
}

/** The hash in presence: empty for no avatar, undefined when presence says nothing of one. */
function hashIn(presence: Element | undefined): string | undefined {
  return presence?.child('x', 'vcard-temp:x:update')?.child('photo', 'vcard-temp:x:update')?.text;
}

describe('XEP-0398 avatars by PEP and by vCard', () => {
  let world: PepWorld;
  let garden: FakeClient;

  beforeEach(async () => {
    world = new PepWorld({
      modules: (host) => {
        host.use(avatars);
        host.use(vcard, { maxBytes: 1000 });
      },
    });
    for (const name of ['romeo', 'juliet', 'paris']) await world.account(name);
    await world.friends(ROMEO, JULIET);
    garden = await world.listening(`${ROMEO}/garden`);
  });

  /** As XEP-0084 §3 has it. */
  async function publishAvatar({ base64, id }: Picture, options?: Readonly<Record<string, string>>): Promise<void> {
    const data = `<item id='${id}'><data xmlns='${DATA}'>${base64}</data></item>`;
    const info = `<item id='${id}'><metadata xmlns='${METADATA}'><info bytes='1' id='${id}' type='image/png'/></metadata></item>`;
    await world.ask(garden, 'set', publish(DATA, data, options));
    await world.ask(garden, 'set', publish(METADATA, info, options));
    await world.settle();
  }

  const setCard = (text: string): Promise<Element> => world.ask(garden, 'set', text);
  const cardFor = (client: FakeClient): Promise<Element> =>
    world.ask(client, 'get', "<vCard xmlns='vcard-temp'/>", ROMEO);
  const photoIn = (answer: Element): string | undefined =>
    answer.child('vCard', 'vcard-temp')?.child('PHOTO', 'vcard-temp')?.child('BINVAL', 'vcard-temp')?.text;
  const itemsOf = (client: FakeClient, node: string): Promise<Element> =>
    world.ask(client, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${node}'/></pubsub>`, ROMEO);

  it('§2 is announced on the account', () => {
    expect(world.host.discovery.account.features).to.include('urn:xmpp:pep-vcard-conversion:0');
  });

  describe('§3.1 from PEP to vCard', () => {
    it('the photo is in the vCard', async () => {
      await setCard(card());
      await publishAvatar(PNG);
      const answer = await cardFor(garden);
      expect(photoIn(answer)).to.equal(PNG.base64);
      expect(answer.toString()).to.contain('<FN>Romeo</FN>').and.contain('<TYPE>image/png</TYPE>');
    });

    it('there is a vCard when there is nothing but the avatar', async () => {
      await publishAvatar(PNG, { access_model: 'open' });
      expect(photoIn(await cardFor(world.client('paris@capulet.example/x')))).to.equal(PNG.base64);
    });

    it('of several infos the one without URL counts', async () => {
      const data = `<item id='${PNG.id}'><data xmlns='${DATA}'>${PNG.base64}</data></item>`;
      const infos = `<info bytes='1' id='${GIF.id}' type='image/gif' url='http://avatars.example/happy.gif'/><info bytes='1' id='${PNG.id}' type='image/png'/>`;
      await world.ask(garden, 'set', publish(DATA, data));
      await world.ask(
        garden,
        'set',
        publish(METADATA, `<item id='${PNG.id}'><metadata xmlns='${METADATA}'>${infos}</metadata></item>`),
      );
      expect(photoIn(await cardFor(garden))).to.equal(PNG.base64);
    });

    it('data that is not what its id says is no avatar', async () => {
      await publishAvatar({ base64: GIF.base64, id: PNG.id });
      expect(photoIn(await cardFor(garden))).to.equal(undefined);
      garden.take();
      garden.sends('<presence/>');
      await world.settle();
      expect(hashIn(garden.one())).to.equal('');
    });

    it('XEP-0084 §3.5 no avatar is no photo', async () => {
      await publishAvatar(PNG);
      await world.ask(garden, 'set', publish(METADATA, `<item><metadata xmlns='${METADATA}'/></item>`));
      expect(photoIn(await cardFor(garden))).to.equal(undefined);
    });

    it('§7 the photo is for those who may see both nodes', async () => {
      await setCard(card());
      await publishAvatar(PNG);
      const [juliet, paris] = [world.client(`${JULIET}/balcony`), world.client('paris@capulet.example/x')];
      expect(photoIn(await cardFor(juliet))).to.equal(PNG.base64);
      const answer = await cardFor(paris);
      expect(photoIn(answer)).to.equal(undefined);
      expect(answer.toString()).to.contain('Romeo');
    });
  });

  describe('§3.2 from vCard to PEP', () => {
    it('data, then metadata are published, with the hash as id and the type of the picture', async () => {
      await setCard(card(photo(GIF, 'image/gif')));
      const paris = world.client('paris@capulet.example/x');
      expect(itemIds(await itemsOf(paris, DATA))).to.deep.equal([GIF.id]);
      const metadata = await itemsOf(paris, METADATA);
      expect(metadata.toString()).to.contain(`<info id="${GIF.id}" type="image/gif" bytes="11"/>`);
      expect(photoIn(await cardFor(paris))).to.equal(GIF.base64);
    });

    it('contacts are notified', async () => {
      const juliet = await world.listening(`${JULIET}/balcony`, `${METADATA}+notify`);
      await setCard(card(photo(GIF)));
      await world.settle();
      expect(events(juliet)).to.deep.equal([`${ROMEO} items ${METADATA} ${GIF.id}`]);
    });

    it('XEP-0153 §5 the type is that of the bytes, whatever is said of them', async () => {
      await setCard(card(photo(PNG, 'text/html')));
      expect((await itemsOf(garden, METADATA)).toString()).to.contain('type="image/png"');
    });

    it('nodes that are there keep their access model', async () => {
      await publishAvatar(PNG);
      await setCard(card(photo(GIF)));
      expect(errorOf(await itemsOf(world.client('paris@capulet.example/x'), DATA))).to.equal('auth/not-authorized');
    });

    it('the same picture again is nothing new', async () => {
      await setCard(card(photo(GIF)));
      const juliet = await world.listening(`${JULIET}/balcony`, `${METADATA}+notify`);
      await setCard(card(photo(GIF), 'Romeo Montague'));
      expect(events(juliet)).to.deep.equal([]);
    });

    it('a vCard without picture takes the avatar away', async () => {
      await setCard(card(photo(GIF)));
      await setCard(card('<PHOTO/>'));
      expect(photoIn(await cardFor(garden))).to.equal(undefined);
      expect((await itemsOf(garden, METADATA)).toString()).to.contain(`<metadata xmlns="${METADATA}"/>`);
    });

    it('what is no picture stays in the vCard, and nowhere else', async () => {
      for (const binval of ['***', Buffer.from('<html>').toString('base64')]) {
        await setCard(card(`<PHOTO><TYPE>text/html</TYPE><BINVAL>${binval}</BINVAL></PHOTO>`));
        expect(photoIn(await cardFor(garden))).to.equal(binval);
        expect(errorOf(await itemsOf(garden, DATA))).to.equal('cancel/item-not-found');
      }
    });
  });

  describe('§4 presence', () => {
    let juliet: FakeClient;

    beforeEach(async () => {
      juliet = await world.listening(`${JULIET}/balcony`);
      await publishAvatar(PNG);
      juliet.take();
      garden.take();
    });

    async function shown(presence: string): Promise<string | undefined> {
      garden.sends(presence);
      await world.settle();
      return hashIn(juliet.one());
    }

    it('example 4: has the hash when the client says nothing', async () => {
      expect(await shown('<presence/>')).to.equal(PNG.id);
    });

    it('has it in place of an empty element', async () => {
      expect(await shown("<presence><x xmlns='vcard-temp:x:update'/></presence>")).to.equal(PNG.id);
    });

    it('has it in place of another one', async () => {
      expect(await shown("<presence><x xmlns='vcard-temp:x:update'><photo>abc</photo></x></presence>")).to.equal(
        PNG.id,
      );
    });

    it('example 6: has none when the client wants none', async () => {
      expect(await shown("<presence><x xmlns='vcard-temp:x:update'><photo/></x></presence>")).to.equal('');
    });

    it('has it when it is directed', async () => {
      expect(await shown(`<presence to='${JULIET}/balcony'/>`)).to.equal(PNG.id);
    });

    it('has it only when it is available', async () => {
      expect(await shown("<presence type='unavailable'/>")).to.equal(undefined);
    });

    it('keeps everything else', async () => {
      garden.sends("<presence><show>away</show><x xmlns='urn:other'/></presence>");
      await world.settle();
      const children = juliet
        .one()
        .getChildElements()
        .map((child) => `${child.name} ${child.getNS()}`);
      expect(children).to.deep.equal(['show jabber:client', 'x urn:other', 'x vcard-temp:x:update']);
    });

    it('is sent again when the avatar changes, by either way, and once', async () => {
      await publishAvatar(GIF);
      expect(juliet.take().map(hashIn)).to.deep.equal([GIF.id]);
      await setCard(card(photo(PNG)));
      await world.settle();
      expect(juliet.take().map(hashIn)).to.deep.equal([PNG.id]);
      await setCard(card());
      await world.settle();
      expect(juliet.take().map(hashIn)).to.deep.equal(['']);
    });

    it('is not sent again for those who want none', async () => {
      await shown("<presence><x xmlns='vcard-temp:x:update'><photo/></x></presence>");
      await publishAvatar(GIF);
      expect(juliet.take()).to.deep.equal([]);
    });

    it('has the hash after everybody was away', async () => {
      garden.transport.close();
      await world.settle();
      juliet.take();
      garden = await world.listening(`${ROMEO}/orchard`);
      expect(juliet.take().map(hashIn)).to.deep.equal([PNG.id]);
    });

    it('XEP-0153 §4.1 says so when there is no avatar', async () => {
      const paris = world.client('paris@capulet.example/x');
      paris.sends('<presence/>');
      await world.settle();
      expect(hashIn(paris.one())).to.equal('');
    });
  });

  describe('XEP-0054 vCards', () => {
    it('§3.1 one that was never set is empty for oneself', async () => {
      const answer = await cardFor(garden);
      expect(answer.child('vCard', 'vcard-temp')?.children).to.deep.equal([]);
    });

    it('§3.3 one that is not there is refused like that of nobody', async () => {
      for (const to of [ROMEO, 'nobody@capulet.example']) {
        const paris = world.client('paris@capulet.example/x');
        const answer = await world.ask(paris, 'get', "<vCard xmlns='vcard-temp'/>", to);
        expect(errorOf(answer), to).to.equal('cancel/service-unavailable');
      }
    });

    it('§3.2 §3.3 is read by others as it was set, and replaced as a whole', async () => {
      await setCard("<vCard xmlns='vcard-temp'><FN>Romeo</FN><TEL><HOME/><NUMBER>1</NUMBER></TEL></vCard>");
      await setCard(card('', 'Romeo Montague'));
      const answer = await cardFor(world.client('paris@capulet.example/x'));
      expect(answer.child('vCard', 'vcard-temp')?.toString()).to.equal(
        '<vCard xmlns="vcard-temp"><FN>Romeo Montague</FN></vCard>',
      );
    });

    it('§5 is set by its owner alone', async () => {
      const paris = world.client('paris@capulet.example/x');
      expect(errorOf(await world.ask(paris, 'set', card(), ROMEO))).to.equal('auth/forbidden');
    });

    it('has an end: the picture does not count', async () => {
      expect(errorOf(await setCard(card('', 'x'.repeat(1000))))).to.equal('modify/not-acceptable');
      expect(errorOf(await setCard(card(photo(picture(`\x89PNG\r\n\x1a\n${'x'.repeat(2000)}`)))))).to.equal(undefined);
    });

    it('§4 is announced', () => {
      expect(world.host.discovery.server.features).to.include('vcard-temp');
      expect(world.host.discovery.account.features).to.include('vcard-temp');
    });
  });
});
