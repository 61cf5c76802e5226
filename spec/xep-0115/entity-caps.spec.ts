import { expect } from 'chai';
import caps from '../../lib/modules/caps/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import type { DiscoInfo } from '../../lib/xmpp/payloads/disco.ts';
import { capsElement, verificationString } from '../../lib/xmpp/payloads/entity-caps.ts';
import { element, errorOf, World } from '../core/world.ts';

const FEATURES = [
  'http://jabber.org/protocol/muc',
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/caps',
  'http://jabber.org/protocol/disco#items',
];

const SIMPLE: DiscoInfo = {
  identities: [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }],
  features: FEATURES,
  forms: [],
};

const FORM = element(
  "<x xmlns='jabber:x:data' type='result'>" +
    "<field var='software_version'><value>0.11</value></field>" +
    "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>" +
    "<field var='ip_version' type='text-multi'><value>ipv6</value><value>ipv4</value></field>" +
    "<field var='software'><value>Psi</value></field>" +
    "<field var='os_version'><value>10.5.1</value></field>" +
    "<field var='os'><value>Mac</value></field></x>",
);

const COMPLEX: DiscoInfo = {
  identities: [
    { category: 'client', type: 'pc', lang: 'en', name: 'Psi 0.11' },
    { category: 'client', type: 'pc', lang: 'el', name: 'Ψ 0.11' },
  ],
  features: FEATURES,
  forms: [FORM],
};

describe('XEP-0115 entity capabilities', () => {
  describe('§5.1 verification string', () => {
    it('§5.2 of the simple example', () => {
      expect(verificationString(SIMPLE)).to.equal('QgayPKawpkPSDYmwT/WM94uAlu0=');
    });

    it('§5.3 of the complex example', () => {
      expect(verificationString(COMPLEX)).to.equal('q07IKJEyjvHSyhy//CH0CxmKi8w=');
    });

    it('does not depend on the order of anything', () => {
      const shuffled: DiscoInfo = {
        identities: [...COMPLEX.identities].reverse(),
        features: [...FEATURES].reverse(),
        forms: [
          element(
            FORM.toString().replace('<value>ipv6</value><value>ipv4</value>', '<value>ipv4</value><value>ipv6</value>'),
          ),
        ],
      };
      expect(verificationString(shuffled)).to.equal(verificationString(COMPLEX));
    });

    it('sorts by octets, not by UTF-16 units', () => {
      const features = ['\u{10000}', '\uffff'];
      const swapped = verificationString({ ...SIMPLE, features });
      expect(swapped).to.equal(verificationString({ ...SIMPLE, features: [...features].reverse() }));
      // The SHA-1 of "client/pc//Exodus 0.9.1<U+FFFF<U+10000<", taken elsewhere.
      expect(swapped).to.equal('sA5DcRrtpjgJB+HCXOGw7OmXJwI=');
    });

    it('§5.4 leaves out forms without FORM_TYPE', () => {
      const anonymous = element("<x xmlns='jabber:x:data' type='result'><field var='a'><value>b</value></field></x>");
      expect(verificationString({ ...COMPLEX, forms: [anonymous, FORM] })).to.equal(verificationString(COMPLEX));
    });

    it('changes with a form', () => {
      expect(verificationString({ ...COMPLEX, forms: [] })).not.to.equal(verificationString(COMPLEX));
    });
  });

  it('§4 names the hash, the node and the string', () => {
    expect(capsElement('urn:node', 'abc=').attrs).to.deep.equal({
      xmlns: 'http://jabber.org/protocol/caps',
      hash: 'sha-1',
      node: 'urn:node',
      ver: 'abc=',
    });
  });

  describe('of the server', () => {
    let world: World;

    beforeEach(() => {
      world = new World();
      world.host.use(disco);
      world.host.use(caps, { node: 'https://software.example' });
      world.with((host) => host.feature('urn:of-a-module-behind-caps'));
      world.start();
    });

    function ver(): string {
      const [feature] = world.host.features();
      return feature?.attrs['ver'] ?? '';
    }

    function info(node?: string): Element {
      const client = world.client('romeo@capulet.example/orchard');
      const attribute = node === undefined ? '' : `node='${node}'`;
      client.sends(
        `<iq to='capulet.example' type='get' id='1'><query xmlns='http://jabber.org/protocol/disco#info' ${attribute}/></iq>`,
      );
      return client.one();
    }

    /** The answer as one who checks the string reads it. */
    function read(answer: Element): DiscoInfo {
      const children = answer.getChildElements()[0]?.getChildElements() ?? [];
      const named = (name: string): Element[] => children.filter((child) => child.name === name);
      return {
        identities: named('identity').map(({ attrs }) => ({
          category: attrs['category'] ?? '',
          type: attrs['type'] ?? '',
          name: attrs['name'],
        })),
        features: named('feature').map(({ attrs }) => attrs['var'] ?? ''),
        forms: named('x'),
      };
    }

    it('§6.3 are a stream feature, with the string of what disco#info really says', () => {
      const [feature] = world.host.features();
      expect(feature?.attrs).to.include({ hash: 'sha-1', node: 'https://software.example' });
      expect(verificationString(read(info()))).to.equal(feature?.attrs['ver']);
    });

    it('§6.2 are what disco#info says of the node', () => {
      const node = `https://software.example#${ver()}`;
      const answer = info(node);
      expect(answer.getChildElements()[0]?.attrs['node']).to.equal(node);
      expect(verificationString(read(answer))).to.equal(ver());
    });

    it('§6.2 are not found under another string', () => {
      expect(errorOf(info('https://software.example#stale='))).to.equal('cancel/item-not-found');
    });

    it('§6.1 are made anew when they change', () => {
      const before = ver();
      const takeBack = world.host.discovery.addFeature('urn:new');
      expect(ver()).not.to.equal(before);
      takeBack();
      expect(ver()).to.equal(before);
    });

    it('§7 are a feature of the server', () => {
      expect(read(info()).features).to.include('http://jabber.org/protocol/caps');
    });

    it('have a node of our own when none is configured', () => {
      const other = new World();
      other.host.use(disco);
      other.host.use(caps);
      expect(other.start().host.features()[0]?.attrs['node']).to.equal('urn:holdfast');
    });
  });
});
