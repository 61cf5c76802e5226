import { expect } from 'chai';
import stanzaIds from '../../lib/modules/stanza-ids/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { stanzaIdBy, withStanzaId, withoutStanzaId } from '../../lib/xmpp/payloads/stanza-id.ts';
import '../support/chai-xml.ts';
import { element, jid, World, type FakeClient } from '../core/world.ts';

const ROMEO = 'romeo@capulet.example';
const JULIET = 'juliet@capulet.example';
const ROOM = 'room@muc.example.com';

function idBy(by: string, id: string): string {
  return `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>`;
}

/** `by` and id of every stanza-id. */
function idsOf(message: Element): string[] {
  const found = message.getChildElements().filter((child) => child.getNS() === 'urn:xmpp:sid:0');
  return found.map(({ name, attrs }) => `${name} ${attrs['by'] ?? ''} ${attrs['id'] ?? ''}`);
}

describe('XEP-0359 stanza ids', () => {
  let romeo: FakeClient;
  let juliet: FakeClient;
  let world: World;

  beforeEach(() => {
    world = new World();
    world.host.use(stanzaIds);
    world.start();
    romeo = world.client(`${ROMEO}/orchard`);
    juliet = world.client(`${JULIET}/balcony`).isAvailable();
  });

  function send(inner: string): string[] {
    romeo.sends(`<message to='${JULIET}' type='chat'><body>hi</body>${inner}</message>`);
    return idsOf(juliet.one());
  }

  it('§3 rule 2: one that pretends to be of the recipient is deleted', () => {
    expect(send(idBy(JULIET, 'forged'))).to.deep.equal([]);
    expect(send(idBy(JULIET, 'one') + idBy(JULIET, 'two'))).to.deep.equal([]);
  });

  it('§3 rule 2: one that pretends to be of the sender, too', () => {
    expect(send(idBy(ROMEO, 'forged'))).to.deep.equal([]);
  });

  it('§3 rule 7: addresses are compared as they are normalised', () => {
    expect(send(idBy('JULIET@Capulet.Example', 'forged'))).to.deep.equal([]);
  });

  it('§3 rule 3: those of others pass, and so does the origin id', () => {
    const origin = "<origin-id xmlns='urn:xmpp:sid:0' id='de305d54'/>";
    expect(send(`${idBy(ROOM, '5f3dbc5e')}${origin}`)).to.deep.equal([
      `stanza-id ${ROOM} 5f3dbc5e`,
      'origin-id  de305d54',
    ]);
  });

  it('leaves alone what is no message, and what is no address', () => {
    juliet.sends(`<presence to='${ROMEO}/orchard'>${idBy(JULIET, 'x')}</presence>`);
    expect(idsOf(romeo.one())).to.deep.equal([`stanza-id ${JULIET} x`]);
    expect(send(idBy('@', 'x'))).to.deep.equal(['stanza-id @ x']);
    expect(send("<stanza-id xmlns='urn:xmpp:sid:0' id='x'/>")).to.deep.equal(['stanza-id  x']);
  });

  it('§5 is announced by the server and its accounts', () => {
    expect(world.host.discovery.server.features).to.deep.equal(['urn:xmpp:sid:0']);
    expect(world.host.discovery.account.features).to.deep.equal(['urn:xmpp:sid:0']);
  });

  describe('the element', () => {
    const message = (inner = ''): Stanza =>
      new Stanza(element(`<message><body>Typical body text</body>${inner}</message>`), undefined, jid(ROOM));

    it('§2.1 Example 1: has the id and the address of who gives it, and nothing in it', () => {
      const stamped = withStanzaId(message(), jid(ROOM), 'de305d54-75b4-431b-adb2-eb6b9e546013');
      expect(stamped.child('urn:xmpp:sid:0')).equalXml(idBy(ROOM, 'de305d54-75b4-431b-adb2-eb6b9e546013'));
      expect(stamped.element.child('body', 'jabber:client')?.text).to.equal('Typical body text');
    });

    it('is added to a copy: the original is as it was', () => {
      const original = message();
      withStanzaId(original, jid(ROOM), 'x');
      expect(stanzaIdBy(original, jid(ROOM))).to.equal(undefined);
    });

    it('is found by who gave it', () => {
      const stamped = message(idBy(ROOM, 'a') + idBy(JULIET, 'b'));
      expect(stanzaIdBy(stamped, jid(JULIET))).to.equal('b');
      expect(stanzaIdBy(stamped, jid(ROMEO))).to.equal(undefined);
    });

    it('costs nothing where there is none to take out', () => {
      const original = message(idBy(ROOM, 'a'));
      expect(withoutStanzaId(original, jid(JULIET))).to.equal(original);
    });
  });
});
