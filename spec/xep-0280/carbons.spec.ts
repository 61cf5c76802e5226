import { expect } from 'chai';
import carbons from '../../lib/modules/carbons/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import stanzaIds from '../../lib/modules/stanza-ids/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import '../support/chai-xml.ts';
import { ImWorld } from '../support/im-world.ts';
import { brief, errorOf, type FakeClient } from '../core/world.ts';

const ROMEO = 'romeo@capulet.example';
const JULIET = 'juliet@montague.example/balcony';
const ENABLE = "<iq id='enable1' type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>";
const DISABLE = "<iq id='disable1' type='set'><disable xmlns='urn:xmpp:carbons:2'/></iq>";
const ACTIVE = "<active xmlns='http://jabber.org/protocol/chatstates'/>";

describe('XEP-0280 message carbons', () => {
  let world: ImWorld;
  let garden: FakeClient;
  let home: FakeClient;

  beforeEach(async () => {
    world = new ImWorld({
      modules: (host) => {
        host.use(disco);
        host.use(stanzaIds);
        host.use(carbons);
      },
    });
    await world.account('romeo');
    garden = await world.online(`${ROMEO}/garden`, '<presence><priority>1</priority></presence>');
    home = await enabled('home');
  });

  async function enabled(resource: string, presence = '<presence/>'): Promise<FakeClient> {
    const client = await world.online(`${ROMEO}/${resource}`, presence);
    client.sends(ENABLE);
    await world.settle();
    for (const each of [garden, home, client]) each?.take();
    return client;
  }

  /** A message from another server. */
  async function comes(attributes: string, inner: string, from = JULIET): Promise<void> {
    await world.comes(`<message from='${from}' ${attributes}>${inner}</message>`);
  }

  async function says(client: FakeClient, attributes: string, inner = '<body>hi</body>'): Promise<void> {
    client.sends(`<message ${attributes}>${inner}</message>`);
    await world.settle();
  }

  /** The wrapped message of a copy. */
  function inside(copy: Element, direction: 'sent' | 'received'): Element | undefined {
    return copy.child(direction, 'urn:xmpp:carbons:2')?.child('forwarded', 'urn:xmpp:forward:0')?.getChildElements()[0];
  }

  it('§3 Example 2: is announced, with its rules', async () => {
    garden.sends(
      "<iq id='info1' to='capulet.example' type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    );
    const features = garden.one().child('query', 'http://jabber.org/protocol/disco#info')?.getChildElements();
    const names = features?.map(({ attrs }) => attrs['var']);
    expect(names).to.include.members(['urn:xmpp:carbons:2', 'urn:xmpp:carbons:rules:0']);
  });

  describe('§4 enabling', () => {
    it('Examples 3 and 4: is acknowledged', () => {
      garden.sends(ENABLE);
      expect(garden.got()).to.deep.equal([`iq result #enable1 →${ROMEO}/garden`]);
    });

    it('§4.1 is not allowed to others, for themselves or for somebody here', async () => {
      for (const to of [ROMEO, 'capulet.example']) {
        await world.comes(
          `<iq from='${JULIET}' to='${to}' type='set' id='1'><enable xmlns='urn:xmpp:carbons:2'/></iq>`,
        );
        expect(world.far.splice(0).map(errorOf)).to.deep.equal(['cancel/not-allowed']);
      }
    });

    it('§5 Examples 6 and 7: disabling ends the copies', async () => {
      home.sends(DISABLE);
      expect(home.got()).to.deep.equal([`iq result #disable1 →${ROMEO}/home`]);
      await comes(`to='${ROMEO}/garden' type='chat'`, '<body>hi</body>');
      expect(home.got()).to.deep.equal([]);
    });

    it('§10.1 may be repeated, and changed, as often as the client likes', async () => {
      for (const request of [ENABLE, ENABLE, DISABLE, DISABLE, ENABLE]) home.sends(request);
      expect(home.take().map(({ attrs }) => attrs['type'])).to.deep.equal(Array.from({ length: 5 }, () => 'result'));
      await comes(`to='${ROMEO}/garden' type='chat'`, '<body>hi</body>');
      expect(home.take()).to.have.length(1);
    });
  });

  describe('§6.1 what is copied', () => {
    const MUC = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
    const OCCUPANT = 'room@muc.example/nick';
    const rows: readonly (readonly [
      title: string,
      attributes: string,
      inner: string,
      isCopied: boolean,
      from?: string,
    ])[] = [
      ['chat', "type='chat'", '<body/>', true],
      ['chat without a body', "type='chat'", '<x xmlns="y"/>', true],
      ['normal with a body', "type='normal'", '<body/>', true],
      ['no type, with a body', '', '<body/>', true],
      ['an unknown type, with a body', "type='gossip'", '<body/>', true],
      ['normal without a body', '', '<x xmlns="y"/>', false],
      ['a receipt', '', "<received xmlns='urn:xmpp:receipts' id='1'/>", true],
      ['a chat state', '', ACTIVE, true],
      ['a displayed marker', '', "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", true],
      ['headline', "type='headline'", '<body/>', false],
      ['groupchat', "type='groupchat'", '<body/>', false],
      ['a direct invitation', '', "<x xmlns='jabber:x:conference' jid='room@muc.example'/>", true],
      [
        'a mediated invitation',
        '',
        "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='a@b'/></x>",
        true,
        'room@muc.example',
      ],
      ['a private message of an occupant', "type='chat'", `<body/>${MUC}`, false, OCCUPANT],
      ['the same, of type normal', '', `<body/>${MUC}`, false, OCCUPANT],
      ['§9 private', "type='chat'", "<body/><private xmlns='urn:xmpp:carbons:2'/>", false],
      ['XEP-0334 §4.3 no-copy', "type='chat'", "<body/><no-copy xmlns='urn:xmpp:hints'/>", false],
      ['an error of something else', "type='error' id='1'", "<body/><error type='cancel'/>", false],
    ];
    for (const [title, attributes, inner, isCopied, from] of rows) {
      it(`${title}: ${isCopied ? 'yes' : 'no'}`, async () => {
        await comes(`to='${ROMEO}/garden' ${attributes}`, inner, from);
        expect(garden.take()).to.have.length(1);
        expect(home.take()).to.have.length(isCopied ? 1 : 0);
      });
    }

    it('a private message to an occupant is, when it is sent', async () => {
      await says(garden, `to='${OCCUPANT}' type='chat'`, `<body/>${MUC}`);
      expect(home.take()).to.have.length(1);
      await says(garden, `to='${OCCUPANT}'`, `<body/>${MUC}`);
      expect(home.take()).to.have.length(1);
    });

    it('an error is, when what caused it was', async () => {
      await says(garden, `to='${JULIET}' type='chat' id='m'`);
      home.take();
      await comes(`to='${ROMEO}/garden' type='error' id='m'`, "<error type='cancel'/>");
      expect(home.got()).to.deep.equal([`message error ${ROMEO}→${ROMEO}/home received`]);
    });

    it('an error is not, when what caused it was not, or was sent by another resource', async () => {
      await says(garden, `to='${JULIET}' type='chat' id='m'`, "<body/><private xmlns='urn:xmpp:carbons:2'/>");
      await says(home, `to='${JULIET}' type='chat' id='n'`);
      for (const id of ['m', 'n', 'o'])
        await comes(`to='${ROMEO}/garden' type='error' id='${id}'`, "<error type='cancel'/>");
      expect(home.take()).to.deep.equal([]);
    });

    it('an error of this server is, too', async () => {
      await says(garden, "to='capulet.example' type='chat' id='m'");
      expect(home.got()).to.deep.equal([
        `message chat ${ROMEO}→${ROMEO}/home sent`,
        `message error ${ROMEO}→${ROMEO}/home received`,
      ]);
    });

    it('the last 100 messages of a resource are remembered for that', async () => {
      for (let index = 0; index <= 100; index += 1) await says(garden, `to='${JULIET}' type='chat' id='m${index}'`);
      home.take();
      for (const id of ['m0', 'm1'])
        await comes(`to='${ROMEO}/garden' type='error' id='${id}'`, "<error type='cancel'/>");
      expect(home.take().map((copy) => inside(copy, 'received')?.attrs['id'])).to.deep.equal(['m1']);
    });
  });

  describe('§7 receiving', () => {
    const BODY = `<body>What man art thou that, thus bescreen'd in night, so stumblest on my counsel?</body>
      <thread>0e3141cd80894871a68e6fe6b1ec56fa</thread>`;

    it('Examples 9 and 10: a message to one resource comes to the others as a copy', async () => {
      await comes(`to='${ROMEO}/garden' type='chat'`, BODY);
      expect(brief(garden.one())).to.equal(`message chat ${JULIET}→${ROMEO}/garden body thread`);
      expect(home.one()).equalXml(
        `<message xmlns='jabber:client' from='${ROMEO}' to='${ROMEO}/home' type='chat'><received
          xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'
          from='${JULIET}' to='${ROMEO}/garden' type='chat'>${BODY}</message></forwarded></received></message>`,
      );
    });

    it('a message to the account comes once to each: as it is, or as a copy', async () => {
      const phone = await enabled('phone', '<presence><priority>1</priority></presence>');
      await comes(`to='${ROMEO}' type='chat'`, BODY);
      for (const client of [garden, phone])
        expect(client.got()).to.deep.equal([`message chat ${JULIET}→${ROMEO} body thread`]);
      expect(home.got()).to.deep.equal([`message chat ${ROMEO}→${ROMEO}/home received`]);
    });

    it('comes to resources of negative priority, and to those without presence', async () => {
      const phone = await enabled('phone', '<presence><priority>-1</priority></presence>');
      const silent = world.client(`${ROMEO}/silent`);
      silent.sends(ENABLE);
      silent.take();
      await comes(`to='${ROMEO}/garden' type='chat'`, BODY);
      for (const client of [home, phone, silent]) expect(client.take()).to.have.length(1);
    });

    it('comes of messages that are kept for later, and not of those that are refused', async () => {
      for (const client of [garden, home]) client.sends('<presence><priority>-1</priority></presence>');
      await world.settle();
      for (const client of [garden, home]) client.take();
      await comes(`to='${ROMEO}' type='chat'`, BODY);
      expect(home.got()).to.deep.equal([`message chat ${ROMEO}→${ROMEO}/home received`]);
      await comes(`to='${ROMEO}/nowhere' type='normal'`, BODY);
      expect(home.got()).to.deep.equal([]);
    });

    it('does not come to resources that did not ask for copies', async () => {
      await comes(`to='${ROMEO}/home' type='chat'`, BODY);
      expect(garden.take()).to.deep.equal([]);
    });

    it('Example 11: a forged copy is a message like any other', async () => {
      const forged =
        "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message/></forwarded></received>";
      await comes(`to='${ROMEO}' type='chat'`, forged, 'tybalt@capulet.example/home');
      expect(garden.one().attrs['from']).to.equal('tybalt@capulet.example/home');
    });
  });

  describe('§8 sending', () => {
    const BODY = '<body>Neither, fair saint, if either thee dislike.</body><thread>0e3141cd</thread>';

    it('Examples 12 and 13: the other resources get a copy', async () => {
      await says(garden, `to='${JULIET}' type='chat'`, BODY);
      expect(world.sent()).to.deep.equal([`message chat ${ROMEO}/garden→${JULIET} body thread`]);
      expect(home.one()).equalXml(
        `<message xmlns='jabber:client' from='${ROMEO}' to='${ROMEO}/home' type='chat'><sent
          xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'
          to='${JULIET}' from='${ROMEO}/garden' type='chat'>${BODY}</message></forwarded></sent></message>`,
      );
      expect(garden.take()).to.deep.equal([]);
    });

    it('the resource that sends gets none', async () => {
      await says(home, `to='${JULIET}' type='chat'`);
      expect(home.take()).to.deep.equal([]);
    });

    it('Examples 14 and 15: a private message goes out as it is, and is not copied', async () => {
      const hints = "<private xmlns='urn:xmpp:carbons:2'/><no-copy xmlns='urn:xmpp:hints'/>";
      await says(garden, `to='${JULIET}' type='chat'`, BODY + hints);
      expect(home.take()).to.deep.equal([]);
      expect(world.sent()).to.deep.equal([`message chat ${ROMEO}/garden→${JULIET} body thread private no-copy`]);
    });

    it('what a user sends to another resource of theirs comes to every resource once', async () => {
      const phone = await enabled('phone');
      await says(garden, `to='${ROMEO}/home' type='chat'`);
      expect(home.got()).to.deep.equal([`message chat ${ROMEO}/garden→${ROMEO}/home body`]);
      expect(phone.got()).to.deep.equal([`message chat ${ROMEO}→${ROMEO}/phone received`]);
      await says(home, `to='${ROMEO}/garden' type='chat'`);
      expect(home.take()).to.deep.equal([]);
    });

    it('a message that is refused before it goes out is not copied', async () => {
      world.host.hooks.add('stanza:from-client', 'filter', { module: 'spec', rank: 0 }, () => 'handled');
      await says(garden, `to='${JULIET}' type='chat'`);
      expect(home.take()).to.deep.equal([]);
    });
  });

  describe('what does not arrive', () => {
    /** The client is gone, without having got anything since it was last looked at. */
    async function vanishes(client: FakeClient): Promise<void> {
      client.session.closed('lost', client.transport.sent.splice(0));
      await world.settle();
    }

    const messages = (client: FakeClient): string[] => client.got().filter((line) => line.startsWith('message'));

    it('§10.3 a copy is gone with its resource: nobody is told, and nothing is kept', async () => {
      await comes(`to='${ROMEO}/garden' type='chat'`, '<body>hi</body>');
      await vanishes(home);
      expect(world.sent()).to.deep.equal([]);
      expect(messages(garden)).to.deep.equal([`message chat ${JULIET}→${ROMEO}/garden body`]);
      expect(await world.store.offline.count(ROMEO)).to.equal(0);
    });

    it('a message whose copy arrived elsewhere does not come again', async () => {
      await comes(`to='${ROMEO}/garden' type='chat'`, '<body>hi</body>');
      await vanishes(garden);
      expect(messages(home)).to.deep.equal([`message chat ${ROMEO}→${ROMEO}/home received`]);
      expect(await world.store.offline.count(ROMEO)).to.equal(0);
    });

    it('a message whose copies are gone, too, is kept', async () => {
      await comes(`to='${ROMEO}/garden' type='chat'`, '<body>hi</body>');
      await vanishes(home);
      await vanishes(garden);
      expect(await world.store.offline.count(ROMEO)).to.equal(1);
    });
  });
});
