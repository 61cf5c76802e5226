import { expect } from 'chai';
import { forwarded } from '../../lib/xmpp/payloads/forwarded.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import '../support/chai-xml.ts';
import { element, jid } from '../core/world.ts';

const INNER = `<body>Yet I should kill thee with much cherishing.</body><mood xmlns='http://jabber.org/protocol/mood'><amorous/></mood>`;

function message(): Stanza {
  const original = element(`<message id='0202197' type='chat'>${INNER}</message>`);
  return new Stanza(original, jid('juliet@capulet.lit/orchard'), jid('romeo@montague.lit'));
}

describe('XEP-0297 stanza forwarding', () => {
  const inside = `<message from='juliet@capulet.lit/orchard' id='0202197' to='romeo@montague.lit' type='chat'
    xmlns='jabber:client'>${INNER}</message>`;

  it('§3.1 Example 2: the stanza, and when it was received', () => {
    expect(forwarded(message().element, Date.UTC(2010, 6, 10, 23, 8, 25))).equalXml(
      `<forwarded xmlns='urn:xmpp:forward:0'>
        <delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25.000Z'/>${inside}</forwarded>`.replace(/>\s+</g, '><'),
    );
  });

  it('§3.2 rule 2: the time may be left out where nothing was delayed', () => {
    expect(
      forwarded(message().element)
        .getChildElements()
        .map(({ name }) => name),
    ).to.deep.equal(['message']);
  });

  it('§3.2 rule 3: the stanza keeps its namespace, also when it is written', () => {
    expect(forwarded(message().element).toString()).to.match(
      /<forwarded xmlns="urn:xmpp:forward:0"><message [^>]*xmlns="jabber:client"/,
    );
  });

  it('leaves the stanza as it was', () => {
    const stanza = message();
    const before = stanza.xml;
    forwarded(stanza.element);
    expect(stanza.element.parent).to.equal(null);
    expect(stanza.element.toString()).to.equal(before);
  });
});
