import { expect } from 'chai';
import type { HttpResponse } from '../../lib/conformance/http-response.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { HttpSession, xmlOf } from '../support/http-session.ts';
import { message } from '../support/playbook.ts';
import { startServer } from '../support/running-server.ts';

const AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
const BIND = "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
const PING = "<iq xmlns='jabber:client' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>";

/** The names of the payloads, and of what is in the features. */
function payloads(response: HttpResponse): string[] {
  return xmlOf(response)
    .getChildElements()
    .flatMap((child) => [child.name, ...(child.name === 'stream:features' ? child.getChildElements() : [])])
    .map((child) => (typeof child === 'string' ? child : child.getName()));
}

describe('XEP-0206 XMPP over BOSH', () => {
  let server: HoldfastServer;
  let session: HttpSession;

  before(async () => {
    server = await startServer(['alice'], { hosts: { localhost: {}, 'anon.localhost': { anonymous: true } } });
  });

  after(() => server.close({ drain: 0 }));

  beforeEach(() => {
    session = new HttpSession(server.boshUrl);
  });

  describe('§2 what a wrapper holds', () => {
    it('X-2-01 features, SASL elements and stanzas each have a wrapper of their own', async () => {
      const kinds = [
        payloads(await session.open()),
        payloads(await session.post(AUTH)),
        payloads(await session.post('', { 'xmpp:restart': 'true' })),
        payloads(await session.post(BIND)),
      ];
      expect(kinds.map(([first]) => first)).to.deep.equal(['stream:features', 'success', 'stream:features', 'iq']);
      expect(kinds[3]).to.deep.equal(['iq']);
    });

    it('X-2-02 `stream` is declared on the wrapper, and the features are literally prefixed', async () => {
      const text = (await session.open()).body.toString();
      expect(text).to.match(
        /^<body [^>]*xmlns:stream='http:\/\/etherx\.jabber\.org\/streams'[^>]*><stream:features[ >]/,
      );
      expect(xmlOf(await session.post(AUTH)).attrs['xmlns:stream']).to.equal(undefined);
    });

    it('X-2-03 a stanza without a namespace is in jabber:client, its children too; answers always say it', async () => {
      await session.login();
      const answer = (await session.post("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>")).body.toString();
      expect(answer).to.match(/<iq [^>]*xmlns="jabber:client"/);
    });

    it('X-2-04 X-4-07 X-4-08 offers neither TLS nor compression, and refuses TLS', async () => {
      const features = await session.open();
      expect(features.body.toString()).not.to.match(/starttls|compression/);
      const refused = await session.post("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      expect(payloads(refused)).to.include('failure');
      const after = xmlOf(await session.post());
      expect(after.attrs['type']).to.equal('terminate');
    });
  });

  describe('§3 creation', () => {
    for (const version of ['1.0', '2.0', undefined]) {
      it(`X-3-02 D-33 a client of version ${version ?? 'nothing'} is served as one of 1.0`, async () => {
        const created = await session.open({ 'xmpp:version': version });
        expect(xmlOf(created).attrs['xmpp:version']).to.equal('1.0');
        expect(payloads(created)).to.include('mechanisms');
      });
    }

    it('X-3-03 `to` and `from` stand for those of the stream header', async () => {
      expect(xmlOf(await session.open({ from: 'me@anon.localhost' })).attrs['from']).to.equal('anon.localhost');
    });

    it('X-3-03 D-58 a `from` that the login does not bear out ends the stream, after the login', async () => {
      await session.open({ from: 'somebody@anon.localhost' });
      expect(payloads(await session.post(AUTH))).to.deep.equal(['success']);
      const answer = await session.post('', { 'xmpp:restart': 'true' });
      expect(answer.body.toString()).to.contain("condition='remote-stream-error'").and.to.contain('<invalid-from');
    });

    it('X-3-04 the tag of the stream itself is no payload', async () => {
      await session.open();
      const tag = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' to='localhost'>";
      expect(xmlOf(await session.post(tag)).attrs['condition']).to.equal('bad-request');
    });
  });

  describe('§4 the answer to the creation', () => {
    it('X-4-01 X-4-02 X-4-03 version, features and restartlogic come at once', async () => {
      const created = await session.open();
      const { attrs } = xmlOf(created);
      expect(attrs).to.include({ 'xmpp:version': '1.0', 'xmpp:restartlogic': 'true', 'xmlns:xmpp': 'urn:xmpp:xbosh' });
      expect(payloads(created)[0]).to.equal('stream:features');
    });

    for (const [value, restarts] of [
      ['true', true],
      ['1', true],
      [' true ', true],
      ['false', false],
      ['0', false],
    ] as const) {
      it(`X-4-04 restart='${value}' is ${restarts ? 'a restart' : 'none'}`, async () => {
        await session.open({ wait: 1 });
        await session.post(AUTH);
        const answer = payloads(await session.post('', { 'xmpp:restart': value }));
        expect(answer[0]).to.equal(restarts ? 'stream:features' : undefined);
      });
    }

    it("X-4-04 restart='yes' is no boolean", async () => {
      await session.open();
      expect(xmlOf(await session.post('', { 'xmpp:restart': 'yes' })).attrs['condition']).to.equal('bad-request');
    });

    it('X-4-05 authid is random, and not the sid', async () => {
      const { attrs } = xmlOf(await session.open());
      expect(attrs['authid'])
        .to.match(/^\w{20,}$/)
        .and.not.to.equal(attrs['sid']);
    });
  });

  describe('§5 authentication and binding', () => {
    it('X-5-04 a restart may have any prefix, but not none', async () => {
      await session.open({ wait: 1 });
      await session.post(AUTH);
      expect(payloads(await session.post('', { restart: 'true' }))).to.deep.equal([]);
      const other = await session.post('', { 'xmlns:x': 'urn:xmpp:xbosh', 'x:restart': 'true' });
      expect(payloads(other)[0]).to.equal('stream:features');
    });

    it('X-5-05 D-32 a restart without `to` means the same domain; one to another is refused', async () => {
      await session.open();
      await session.post(AUTH);
      expect(xmlOf(await session.post('', { 'xmpp:restart': 'true', to: 'localhost' })).attrs['condition']).to.equal(
        'remote-stream-error',
      );
    });

    it('X-5-07 D-30 a stanza beside a restart is ignored', async () => {
      await session.open();
      await session.post(AUTH);
      const answer = await session.post(BIND, { 'xmpp:restart': 'true' });
      expect(payloads(answer)).to.not.include('iq');
      expect(payloads(await session.post(BIND))).to.deep.equal(['iq']);
    });

    it('D-28 a payload of the creation request is taken, and may be answered with the features', async () => {
      const answer = await session.request(session.creation().replace('</body>', `${AUTH}</body>`));
      const [features, ...rest] = payloads(answer);
      expect([features, rest.at(-1)]).to.deep.equal(['stream:features', 'success']);
    });

    it('D-29 a restart releases what is held, and gets the features itself', async () => {
      await session.open();
      await session.post(AUTH);
      const held = session.post();
      const restarted = session.post('', { 'xmpp:restart': 'true' });
      expect(payloads(await held)).to.deep.equal([]);
      expect(payloads(await restarted)[0]).to.equal('stream:features');
    });

    it('X-5-09 X-5-10 a restart opens a new stream: its features come with the answer, and are others', async () => {
      expect(payloads(await session.open()))
        .to.include('mechanisms')
        .and.not.to.include('bind');
      await session.post(AUTH);
      const restarted = payloads(await session.post('', { 'xmpp:restart': 'true' }));
      expect(restarted).to.include('bind').and.not.to.include('mechanisms');
    });

    it('X-5-02 a failed login ends nothing; another try may follow', async () => {
      session = new HttpSession(server.boshUrl, 'localhost');
      await session.open();
      const plain = (password: string): string =>
        `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from(`\0alice\0${password}`).toString('base64')}</auth>`;
      const failed = await session.post(plain('wrong'));
      expect(failed.body.toString()).to.contain('<not-authorized');
      expect(xmlOf(failed).attrs['type']).to.equal(undefined);
      expect(payloads(await session.post(plain('alice')))).to.deep.equal(['success']);
    });

    it('X-5-01 X-5-08 EXTERNAL is not on offer: there are no outer credentials to hold a `from` against', async () => {
      expect((await session.open()).body.toString()).not.to.contain('EXTERNAL');
      const auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>";
      expect((await session.post(auth)).body.toString()).to.contain('<invalid-mechanism');
    });

    it('X-5-11 binds a resource of its own making when none is asked for', async () => {
      expect(await session.login()).to.match(/^[^@/]+@anon\.localhost\/.+$/);
    });

    it('D-31 restarts before the login bring the same features, three at most', async () => {
      await session.open();
      for (let n = 1; n <= 3; n += 1) {
        expect(payloads(await session.post('', { 'xmpp:restart': 'true' }))).to.include('mechanisms');
      }
      const fourth = await session.post('', { 'xmpp:restart': 'true' });
      expect(fourth.body.toString()).to.contain('<policy-violation');
    });

    it('D-31 a restart after binding ends the stream', async () => {
      await session.login();
      const answer = await session.post('', { 'xmpp:restart': 'true' });
      expect(answer.body.toString()).to.contain('<policy-violation');
    });
  });

  it('X-8-01 PLAIN is offered on this machine and over TLS only', async () => {
    const behindProxy = { headers: { 'X-Forwarded-For': '203.0.113.9' } };
    session = new HttpSession(server.boshUrl, 'localhost');
    expect((await session.open()).body.toString()).to.contain('>PLAIN<');
    expect((await session.open({}, behindProxy)).body.toString()).not.to.contain('>PLAIN<');
  });

  it('X-6-01 D-54 a stream error: stanzas before it, the prefix on the wrapper, and the end', async () => {
    await session.login();
    const answer = await session.post(`${PING}<unknown xmlns='urn:x'/>`);
    expect(xmlOf(answer).attrs).to.include({ type: 'terminate', condition: 'remote-stream-error' });
    expect(answer.body.toString())
      .to.match(/^<body [^>]*xmlns:stream=/)
      .and.to.contain('<unsupported-stanza-type');
    expect(payloads(answer)).to.deep.equal(['iq', 'stream:error']);
    expect(xmlOf(await session.post()).attrs['condition']).to.equal('item-not-found');
  });

  describe('§7 stanzas that did not reach the client', () => {
    it('X-7-01 X-7-02 to a session that ended, and whose client is a guest, come back as errors', async () => {
      const jid = await session.login();
      const sender = new HttpSession(server.boshUrl);
      await sender.login();
      await sender.post(message('m').replace("id='m'", `id='m' type='chat' to='${jid}'`), { pause: 1 });
      await session.post('', { type: 'terminate' });
      const answer = (await sender.post()).body.toString();
      expect(answer)
        .to.match(/type="error"/)
        .and.to.contain('id="m"');
    });
  });
});
