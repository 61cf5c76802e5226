import { once } from 'node:events';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';

describe('events of a server', () => {
  let server: HoldfastServer;
  let session: RawSession;

  beforeEach(async () => {
    server = await startServer(['alice']);
    session = new RawSession(server.boshUrl);
  });

  afterEach(async () => {
    session.close();
    await server.close({ drain: 0 });
  });

  it('tell who comes and who goes', async () => {
    const seen: string[] = [];
    server.on('session:bound', (jid) => seen.push(`bound ${jid}`));
    server.on('session:ended', (jid) => seen.push(`ended ${jid}`));
    await session.open();
    expect(seen).to.deep.equal([]);
    await session.login('alice', 'alice');
    const [{ jid } = { jid: undefined }] = server.hosts.find('localhost')?.sessions.all() ?? [];
    expect(seen).to.deep.equal([`bound ${jid?.toString()}`]);
    const ended = once(server, 'session:ended');
    await session.post('', "type='terminate'");
    expect(await ended).to.deep.equal([jid?.toString()]);
    expect(seen).to.have.length(2);
  });

  it('tell the end of a session before that of the server', async () => {
    const seen: string[] = [];
    server.on('session:ended', () => seen.push('ended'));
    server.on('closed', () => seen.push('closed'));
    await session.open();
    await session.login('alice', 'alice');
    await server.close({ drain: 0 });
    expect(seen).to.deep.equal(['ended', 'closed']);
  });

  it('do no harm when a listener throws', async () => {
    server.on('session:bound', () => {
      throw new Error('listener');
    });
    await session.open();
    await session.login('alice', 'alice');
    const answer = await session.post("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect(answer.getChildElements().map(({ attrs }) => attrs['type'])).to.deep.equal(['result']);
  });

  it('have types', () => {
    server.on('session:bound', (jid) => jid.toUpperCase());
    // @ts-expect-error There is no such event.
    server.on('session:lost', () => {});
    // @ts-expect-error The JID is text.
    server.on('session:bound', (jid: number) => jid);
    expect(server.listenerCount('session:bound')).to.equal(2);
  });
});
