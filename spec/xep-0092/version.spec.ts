import { expect } from 'chai';
import version, { type VersionOptions } from '../../lib/modules/version/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { World } from '../core/world.ts';

describe('XEP-0092 software version', () => {
  function answered(options: VersionOptions): { readonly world: World; readonly query: Element | undefined } {
    const world = new World();
    world.host.use(version, options);
    const client = world.start().client('romeo@capulet.example/orchard');
    client.sends("<iq to='capulet.example' type='get' id='1'><query xmlns='jabber:iq:version'/></iq>");
    return { world, query: client.one().getChildElements()[0] };
  }

  const children = (query: Element | undefined): string[][] =>
    (query?.getChildElements() ?? []).map((child) => [child.name, child.text]);

  it('§2 tells name and version', () => {
    const { query } = answered({ name: 'Holdfast', version: '1.2.3' });
    expect(query?.getNS()).to.equal('jabber:iq:version');
    expect(children(query)).to.deep.equal([
      ['name', 'Holdfast'],
      ['version', '1.2.3'],
    ]);
  });

  it('§5 tells the operating system only when the operator wants it', () => {
    const { query } = answered({ name: 'Holdfast', version: '1.2.3', os: 'CP/M <2.2>' });
    expect(children(query).at(-1)).to.deep.equal(['os', 'CP/M <2.2>']);
  });

  it('§4 is announced', () => {
    const { world } = answered({ name: 'Holdfast', version: '1' });
    expect(world.host.discovery.server.features).to.deep.equal(['jabber:iq:version']);
  });
});
