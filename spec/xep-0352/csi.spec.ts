import { expect } from 'chai';
import csi from '../../lib/modules/csi/index.ts';
import ping from '../../lib/modules/ping/index.ts';
import { World, type FakeClient } from '../core/world.ts';

const JULIET = 'juliet@capulet.example/balcony';
const INACTIVE = "<inactive xmlns='urn:xmpp:csi:0'/>";
const ACTIVE = "<active xmlns='urn:xmpp:csi:0'/>";
const COMPOSING = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";

describe('XEP-0352 client state indication', () => {
  let world: World;
  let juliet: FakeClient;
  let romeo: FakeClient;

  beforeEach(() => {
    world = new World();
    world.host.use(ping);
    world.host.use(csi);
    world.start();
    juliet = world.client(JULIET);
    romeo = world.client('romeo@capulet.example/orchard');
  });

  function presence(attributes = ''): void {
    romeo.sends(`<presence to='${JULIET}' ${attributes}/>`);
  }

  it('§4.1 Example 1: is announced in the features', () => {
    const names = world.host.features().map((feature) => `${feature.name} ${feature.attrs['xmlns']}`);
    expect(names).to.deep.equal(['csi urn:xmpp:csi:0']);
  });

  it('§4.2 a stream begins active, and nothing is answered', () => {
    presence("id='a'");
    expect(juliet.take()).to.have.length(1);
    juliet.sends(INACTIVE);
    juliet.sends(ACTIVE);
    expect(juliet.take()).to.deep.equal([]);
  });

  it('§3.2 Examples 2 and 3: presence waits until the client is active, the newest of each', () => {
    juliet.sends(INACTIVE);
    presence("id='a'");
    presence("id='b' type='unavailable'");
    presence("id='c'");
    expect(juliet.take()).to.deep.equal([]);
    juliet.sends(ACTIVE);
    expect(juliet.take().map(({ attrs }) => attrs['id'])).to.deep.equal(['c']);
    presence("id='d'");
    expect(juliet.take()).to.have.length(1);
  });

  it('§3.2 who only types is not mentioned', () => {
    juliet.sends(INACTIVE);
    for (const inner of [COMPOSING, `${COMPOSING}<thread>t</thread><no-store xmlns='urn:xmpp:hints'/>`]) {
      romeo.sends(`<message to='${JULIET}' type='chat'>${inner}</message>`);
    }
    juliet.sends(ACTIVE);
    expect(juliet.take()).to.deep.equal([]);
  });

  it('what matters comes at once', () => {
    juliet.sends(INACTIVE);
    romeo.sends(`<message to='${JULIET}' type='chat'><body>hi</body>${COMPOSING}</message>`);
    romeo.sends(`<message to='${JULIET}' type='chat'><x xmlns='urn:x'/></message>`);
    romeo.sends(`<message to='${JULIET}' type='chat'/>`);
    presence("type='error'");
    juliet.sends("<iq to='capulet.example' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect(juliet.take()).to.have.length(5);
  });

  it('§5.1 Example 4: what waited comes before the answer to what is asked next', () => {
    juliet.sends(INACTIVE);
    presence();
    juliet.sends(ACTIVE);
    juliet.sends("<iq to='capulet.example' id='ping1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect(juliet.take().map(({ name }) => name)).to.deep.equal(['presence', 'iq']);
  });

  it('said twice is said once', () => {
    juliet.sends(INACTIVE);
    presence();
    juliet.sends(INACTIVE);
    juliet.sends(ACTIVE);
    juliet.sends(ACTIVE);
    expect(juliet.take()).to.have.length(1);
  });

  it('with more than 1,000 presences waiting the client gets them all', () => {
    juliet.sends(INACTIVE);
    for (let index = 0; index < 1000; index += 1)
      world.client(`u${index}@capulet.example/x`).sends(`<presence to='${JULIET}'/>`);
    expect(juliet.take()).to.deep.equal([]);
    presence();
    expect(juliet.take()).to.have.length(1001);
    presence();
    expect(juliet.take()).to.deep.equal([]);
  });

  it('another element of its namespace ends the stream, as anything else that is no stanza', () => {
    juliet.sends("<sleeping xmlns='urn:xmpp:csi:0'/>");
    expect(juliet.transport.error?.condition).to.equal('unsupported-stanza-type');
  });
});
