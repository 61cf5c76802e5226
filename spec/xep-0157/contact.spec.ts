import { expect } from 'chai';
import type { HostOptions } from '../../lib/core/host-options.ts';
import contact from '../../lib/modules/contact/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_DATA } from '../../lib/xmpp/ns.ts';
import { World } from '../core/world.ts';

describe('XEP-0157 contact addresses', () => {
  function form(contacts: HostOptions['contacts'], times = 1): Element | undefined {
    const world = new World({ contacts });
    world.host.use(disco);
    world.host.use(contact);
    const client = world.start().client('romeo@capulet.example/orchard');
    for (let time = 0; time < times; time += 1) {
      client.sends(
        "<iq to='capulet.example' type='get' id='1'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
      );
    }
    return client.take().at(-1)?.getChildElements()[0]?.child('x', NS_DATA);
  }

  const fields = (element: Element | undefined): (string | undefined)[][] =>
    (element?.getChildElements() ?? []).map((field) => [
      field.attrs['var'],
      ...field.getChildElements().map((value) => value.text),
    ]);

  const CONTACTS = {
    support: ['https://example.org/help'],
    abuse: ['mailto:abuse@example.org', 'xmpp:abuse@example.org'],
    sales: [],
  };

  it('§3 are a form in disco#info of the server, by role', () => {
    const x = form(CONTACTS);
    expect(x?.attrs['type']).to.equal('result');
    expect(x?.getChildElements()[0]?.attrs).to.deep.equal({ var: 'FORM_TYPE', type: 'hidden' });
    expect(fields(x)).to.deep.equal([
      ['FORM_TYPE', 'http://jabber.org/network/serverinfo'],
      ['abuse-addresses', 'mailto:abuse@example.org', 'xmpp:abuse@example.org'],
      ['support-addresses', 'https://example.org/help'],
    ]);
  });

  it('are there each time', () => {
    expect(fields(form(CONTACTS, 3))).to.have.length(3);
  });

  it('are no form when there are none', () => {
    expect(form({})).to.equal(undefined);
    expect(form({ admin: [] })).to.equal(undefined);
  });
});
