import { expect } from 'chai';
import type { StreamHeader } from '../../lib/xmpp/transport.ts';
import { jid, World } from '../core/world.ts';
import { StreamClient } from '../support/stream-client.ts';

const IQ = "<iq xmlns='jabber:client' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";

describe('RFC 6120 §4: streams', () => {
  let world: World;
  let client: StreamClient;

  beforeEach(async () => {
    world = new World();
    world.addHost({ domain: 'montague.example' });
    world.start();
    await world.host.accounts.create(jid('juliet@capulet.example'), 'secret');
    client = new StreamClient(world);
  });

  function ended(): string | undefined {
    return client.end?.condition;
  }

  it('§4.7 the answering header has the domain, an id of its own, version and language', () => {
    client.opens({ from: 'juliet@capulet.example', to: 'CAPULET.example' });
    const [{ id, ...others } = {}] = client.headers;
    expect(others).to.deep.equal({ from: 'capulet.example', to: undefined, version: '1.0', lang: 'en' });
    expect(id).to.have.length.at.least(16);
  });

  it('§4.3.2 features follow the header, before and after authentication', async () => {
    client.opens();
    expect(client.unread).to.deep.equal(['stream:features']);
    await new StreamClient(world).login('juliet');
    const other = new StreamClient(world).opens();
    const features = await other.next();
    expect(features.getChildElements().map(({ name }) => name)).to.deep.equal(['mechanisms', 'authentication']);
  });

  it('§4.3.3 a restart has a new header with a new id, which names the account', async () => {
    await client.login('juliet');
    const [first, second] = client.headers;
    expect(second?.id).not.to.equal(first?.id);
    expect(second).to.include({ from: 'capulet.example', to: 'juliet@capulet.example' });
  });

  it('§4.3.5 what is sent before the answer about an earlier element waits for it', async () => {
    client.opens();
    await client.next();
    client.auth('PLAIN', '\0juliet\0secret');
    client.opens();
    client.says(
      "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>balcony</resource></bind></iq>",
    );
    expect((await client.next()).name).to.equal('success');
    expect((await client.next()).name).to.equal('stream:features');
    expect((await client.next()).attrs['type']).to.equal('result');
    expect(client.stream.session?.jid.toString()).to.equal('juliet@capulet.example/balcony');
  });

  it('§4.4 nothing is sent after the end, and nothing is taken', async () => {
    client.opens();
    await client.next();
    client.says(IQ);
    expect(ended()).to.equal('not-authorized');
    client.opens().auth('PLAIN', '\0juliet\0secret');
    expect(client.unread).to.deep.equal([]);
    expect(client.headers).to.have.length(1);
  });

  it('§4.9.1.2 the header is answered before an error about it', () => {
    client.opens({ to: 'verona.example' });
    expect(client.headers).to.have.length(1);
    expect(client.unread).to.deep.equal([]);
  });

  describe('§4.9.3 conditions', () => {
    const STANZA = "<message xmlns='jabber:client'/>";
    const HEADERS: readonly [string, string, StreamHeader][] = [
      ['§4.9.3.6 host-unknown', 'a domain that is not served', { to: 'verona.example' }],
      ['§4.9.3.6 host-unknown', 'a domain that is none', { to: 'a b' }],
      ['§4.9.3.7 improper-addressing', 'no domain', { to: undefined }],
    ];
    for (const [title, what, header] of HEADERS) {
      it(`${title}: the stream is for ${what}`, () => {
        client.opens(header);
        expect(title).to.contain(ended());
      });
    }

    const BEFORE_LOGIN: readonly [string, string, string][] = [
      ['§4.9.3.1 bad-format', 'features from a client', "<features xmlns='http://etherx.jabber.org/streams'/>"],
      ['§4.9.3.10 invalid-namespace', 'a stanza for servers', "<message xmlns='jabber:server'/>"],
      ['§4.9.3.12 not-authorized', 'a stanza', STANZA],
      ['§4.9.3.12 not-authorized', 'anything unknown', "<x xmlns='urn:example'/>"],
    ];
    for (const [title, what, text] of BEFORE_LOGIN) {
      it(`${title}: ${what}, before login`, async () => {
        client.opens();
        await client.next();
        client.says(text);
        expect(title).to.contain(ended());
      });
    }

    const BEFORE_BINDING: readonly [string, string, string][] = [
      ['§4.9.3.12 not-authorized', 'a stanza', STANZA],
      ['§4.9.3.12 not-authorized', 'an IQ for something else', IQ],
      ['§4.9.3.24 unsupported-stanza-type', 'anything unknown', "<x xmlns='urn:example'/>"],
      ['§4.9.3.24 unsupported-stanza-type', 'SASL once more', "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
    ];
    for (const [title, what, text] of BEFORE_BINDING) {
      it(`${title}: ${what}, before binding`, async () => {
        await client.login('juliet');
        client.says(text);
        expect(title).to.contain(ended());
      });
    }

    const AFTER_BINDING: readonly [string, string, string][] = [
      ['§4.9.3.1 bad-format', 'features from a client', "<features xmlns='http://etherx.jabber.org/streams'/>"],
      ['§4.9.3.9 invalid-from', 'a stanza of somebody else', "<message xmlns='jabber:client' from='romeo@x.example'/>"],
      ['§4.9.3.10 invalid-namespace', 'a stanza for servers', "<message xmlns='jabber:server'/>"],
      ['§4.9.3.10 invalid-namespace', 'a stanza of a namespace of its own', "<message xmlns='urn:example'/>"],
      ['§4.9.3.24 unsupported-stanza-type', 'no stanza', "<x xmlns='jabber:client'/>"],
      ['§4.9.3.24 unsupported-stanza-type', 'anything unknown', "<x xmlns='urn:example'/>"],
    ];
    for (const [title, what, text] of AFTER_BINDING) {
      it(`${title}: ${what}, after binding`, async () => {
        await client.login('juliet');
        await client.bind();
        client.says(text);
        expect(title).to.contain(ended());
      });
    }

    it('§4.9.3.3 conflict: another client takes the resource', async () => {
      world = new World({ conflict: 'replace' }).start();
      await world.host.accounts.create(jid('juliet@capulet.example'), 'secret');
      client = new StreamClient(world);
      await client.login('juliet');
      await client.bind('balcony');
      await (await new StreamClient(world).login('juliet')).bind('balcony');
      expect(ended()).to.equal('conflict');
    });

    it('§4.9.3.4 connection-timeout: the client does not log in', () => {
      client = new StreamClient(world, { authenticationTimeout: 1000 }).opens();
      world.clock.advance(999);
      expect(ended()).to.equal(undefined);
      world.clock.advance(1);
      expect(ended()).to.equal('connection-timeout');
    });

    it('§4.9.3.8 internal-server-error: a fault of the server ends this stream alone, and is logged', async () => {
      const other = await new StreamClient(world).login('juliet');
      const open = client.open.bind(client);
      client.open = () => {
        throw new TypeError('a bug');
      };
      client.opens();
      client.open = open;
      expect(ended()).to.equal('internal-server-error');
      expect(world.log.of('stream.failed')).to.have.length(1);
      expect((await other.bind()).attrs['type']).to.equal('result');
    });

    it('§4.9.3.9 invalid-from: a stream of another account', async () => {
      client.opens({ from: 'romeo@capulet.example' });
      await client.next();
      client.auth('PLAIN', '\0juliet\0secret');
      await client.next();
      client.opens({ from: 'romeo@capulet.example' });
      expect(ended()).to.equal('invalid-from');
    });

    it('§4.9.3.12 not-authorized: a restart to another domain', async () => {
      client.opens();
      await client.next();
      client.auth('PLAIN', '\0juliet\0secret');
      await client.next();
      client.opens({ to: 'montague.example' });
      expect(ended()).to.equal('not-authorized');
    });

    it('§4.9.3.12 not-authorized: the account is removed', async () => {
      await client.login('juliet');
      await client.bind();
      await world.host.removeAccount(jid('juliet@capulet.example'));
      expect(ended()).to.equal('not-authorized');
    });

    it('§4.9.3.14 policy-violation: headers over and over', () => {
      for (let count = 0; count < 4; count += 1) client.opens();
      expect(ended()).to.equal(undefined);
      client.opens();
      expect(ended()).to.equal('policy-violation');
    });

    it('§4.9.3.14 policy-violation: a restart after binding', async () => {
      await client.login('juliet');
      await client.bind();
      client.opens();
      expect(ended()).to.equal('policy-violation');
    });

    it('§4.9.3.14 policy-violation: too much while a login is being checked', () => {
      client.opens().auth('PLAIN', '\0juliet\0secret');
      for (let count = 0; count < 256; count += 1) client.says(STANZA);
      expect(ended()).to.equal(undefined);
      client.says(STANZA);
      expect(ended()).to.equal('policy-violation');
    });

    it('§4.9.3.20 system-shutdown: the host stops', async () => {
      await client.login('juliet');
      await client.bind();
      await world.host.stop();
      expect(ended()).to.equal('system-shutdown');
    });

    it('§4.9.1.1 a stream error of the client ends the stream without an error', async () => {
      await client.login('juliet');
      client.says("<error xmlns='http://etherx.jabber.org/streams'/>");
      expect(client.end).to.equal(null);
    });

    it('§5.4.2.2 STARTTLS, which is not on offer, is a failure and the end', async () => {
      client.opens();
      await client.next();
      client.says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      expect((await client.next()).name).to.equal('failure');
      expect(client.end).to.equal(null);
    });
  });
});
