import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import externalServices, { type ExternalService } from '../../lib/modules/external-services/index.ts';
import { errorOf, World, type FakeClient } from '../core/world.ts';
import '../support/chai-xml.ts';

const lifetime = seconds(3600);
const SERVICES: readonly ExternalService[] = [
  { type: 'stun', host: 'stun.shakespeare.lit', port: 9998, transport: 'udp', lifetime },
  { type: 'turn', host: 'relay.shakespeare.lit', port: 9999, transport: 'udp', secret: 'north', lifetime },
  { type: 'turn', host: 'relay.shakespeare.lit', port: 5349, transport: 'tcp', secret: 'north', lifetime },
  {
    type: 'ftp',
    host: 'ftp.shakespeare.lit',
    name: 'Shakespearean File Server',
    port: 20,
    transport: 'tcp',
    username: 'guest',
    password: 'guest',
    lifetime,
  },
];
const ALIAS = createHmac('sha256', 'north').update('bard@capulet.example').digest('base64url').slice(0, 16);
const USERNAME = `1767229200:${ALIAS}`;
const PASSWORD = createHmac('sha1', 'north').update(USERNAME).digest('base64');
const CREDENTIALS = `username='${USERNAME}' password='${PASSWORD}' expires='2026-01-01T01:00:00.000Z' restricted='true'`;
const STUN = "<service type='stun' host='stun.shakespeare.lit' port='9998' transport='udp'/>";
const UDP = `<service type='turn' host='relay.shakespeare.lit' port='9999' transport='udp' ${CREDENTIALS}/>`;
const TCP = `<service type='turn' host='relay.shakespeare.lit' port='5349' transport='tcp' ${CREDENTIALS}/>`;
const FTP = `<service type='ftp' host='ftp.shakespeare.lit' port='20' transport='tcp'
  name='Shakespearean File Server' username='guest' password='guest' restricted='true'/>`;

describe('XEP-0215 external services', () => {
  let world: World;
  let bard: FakeClient;

  beforeEach(() => {
    world = new World();
    world.host.use(externalServices, { services: SERVICES });
    world.start();
    bard = world.client('bard@capulet.example/globe');
  });

  /** The payload of the answer, or the error. */
  function ask(payload: string, client = bard): string {
    client.sends(`<iq type='get' id='1' to='capulet.example'>${payload}</iq>`);
    const answer = client.one();
    return errorOf(answer) ?? String(answer.getChildElements()[0]);
  }

  it('§3.1 Examples 1 and 2: all services', () => {
    expect(ask("<services xmlns='urn:xmpp:extdisco:2'/>")).equalXml(
      `<services xmlns='urn:xmpp:extdisco:2'>${STUN}${UDP}${TCP}${FTP}</services>`,
    );
  });

  it('§3.2 Examples 3 and 4: those of one type', () => {
    expect(ask("<services xmlns='urn:xmpp:extdisco:2' type='turn'/>")).equalXml(
      `<services xmlns='urn:xmpp:extdisco:2' type='turn'>${UDP}${TCP}</services>`,
    );
    expect(ask("<services xmlns='urn:xmpp:extdisco:2' type='x'/>")).equalXml(
      "<services xmlns='urn:xmpp:extdisco:2' type='x'/>",
    );
  });

  const credentials = (attributes: string): string =>
    ask(`<credentials xmlns='urn:xmpp:extdisco:2'><service ${attributes}/></credentials>`);

  it('§3.3 Examples 6 and 7: credentials at a service', () => {
    expect(credentials("host='relay.shakespeare.lit' type='turn'")).equalXml(
      `<credentials xmlns='urn:xmpp:extdisco:2'>${UDP}${TCP}</credentials>`,
    );
    expect(credentials("host='relay.shakespeare.lit' type='turn' port='5349'")).equalXml(
      `<credentials xmlns='urn:xmpp:extdisco:2'>${TCP}</credentials>`,
    );
  });

  it('§3.3 there are none at a service that needs none, or that is not known', () => {
    expect(credentials("host='stun.shakespeare.lit' type='stun'")).to.equal('cancel/item-not-found');
    expect(credentials("host='example.com' type='turn'")).to.equal('cancel/item-not-found');
    expect(credentials("host='example.com'")).to.equal('modify/bad-request');
  });

  it('credentials are those of the user, and end with their time', () => {
    world.clock.advance(seconds(60));
    const other = world.client('hamlet@capulet.example/castle');
    const answer = ask("<services xmlns='urn:xmpp:extdisco:2' type='turn'/>", other);
    expect(answer).to.contain('username="1767229260:').and.contain('2026-01-01T01:01:00.000Z');
    expect(answer).not.to.contain(PASSWORD).and.not.to.contain(ALIAS);
    expect(answer, 'names are sent in the clear').not.to.contain('hamlet');
  });

  it('§2 are forbidden to those of other domains', () => {
    world.addHost({ domain: 'montague.example' }).start();
    const romeo = world.client('romeo@montague.example/orchard');
    for (const name of ['services', 'credentials']) {
      expect(ask(`<${name} xmlns='urn:xmpp:extdisco:2'/>`, romeo)).to.equal('auth/forbidden');
    }
  });

  it('§5 is announced', () => {
    expect(world.host.discovery.server.features).to.deep.equal(['urn:xmpp:extdisco:2']);
  });

  it('§5 is not announced where there are none', () => {
    const bare = new World();
    bare.host.use(externalServices, { services: [] });
    bare.start();
    expect(bare.host.discovery.server.features).to.deep.equal([]);
    expect(ask("<services xmlns='urn:xmpp:extdisco:2'/>", bare.client('bard@capulet.example/globe'))).to.equal(
      'cancel/service-unavailable',
    );
  });
});
