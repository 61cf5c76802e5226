import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { NS_SASL2 } from '../../lib/xmpp/ns.ts';
import { HttpSession, xmlOf } from '../support/http-session.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';

const RIGHT = Buffer.from('\0alice\0alice').toString('base64');
const AUTHENTICATE =
  `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>${RIGHT}</initial-response>` +
  "<bind xmlns='urn:xmpp:bind:0'><tag>page</tag></bind></authenticate>";
const PING = "<iq xmlns='jabber:client' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";

describe('XEP-0388 over BOSH', () => {
  let server: HoldfastServer;
  let session: RawSession;

  beforeEach(async () => {
    server = await startServer(['alice']);
    session = new RawSession(server.boshUrl);
    await session.open();
  });

  afterEach(async () => {
    session.close();
    await server.close({ drain: 0 });
  });

  it('one request logs in and binds, without a restart', async () => {
    const [success, features] = (await session.post(AUTHENTICATE)).getChildElements();
    const address = success?.child('authorization-identifier', NS_SASL2)?.text ?? '';
    expect(address).to.match(/^alice@localhost\/page\/.+/);
    expect(features?.name).to.equal('stream:features');
    const [answer] = (await session.post(PING)).getChildElements();
    expect(answer?.attrs).to.include({ type: 'result', to: address });
  });

  it('a stanza in the same request is handled behind the login', async () => {
    const names = (await session.post(AUTHENTICATE + PING)).getChildElements().map(({ name }) => name);
    expect(names).to.deep.equal(['success', 'stream:features', 'iq']);
  });

  it('the request that creates the session may do so, too', async () => {
    const creation = new HttpSession(server.boshUrl, 'localhost');
    const text = creation.creation().replace('</body>', `${AUTHENTICATE}${PING}</body>`);
    const created = await creation.request(text);
    creation.sid = xmlOf(created).attrs['sid'] ?? '';
    const payloads = [created, await creation.post()].flatMap((answer) => xmlOf(answer).getChildElements());
    expect(payloads.map(({ name }) => name)).to.deep.equal(['stream:features', 'success', 'stream:features', 'iq']);
  });

  it('a guest leaves no account behind', async () => {
    const guests = new RawSession(server.boshUrl, 'anon.localhost');
    await guests.open();
    const answer = await guests.post(AUTHENTICATE.replace('PLAIN', 'ANONYMOUS'));
    expect(answer.getChildElements()[0]?.name).to.equal('success');
    await guests.post('', "type='terminate'");
    guests.close();
    const host = server.hosts.find('anon.localhost');
    while ((await host?.accounts.list('anon.localhost', 1))?.length) await new Promise(setImmediate);
    expect(host?.sessions.size).to.equal(0);
  });
});
