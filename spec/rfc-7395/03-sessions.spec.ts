import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { CLOSE, FrameClient, OPEN, SERVER_CLOSE } from '../support/frame-client.ts';
import { startServer } from '../support/running-server.ts';

describe('RFC 7395 §3.6: the end of a session', () => {
  let server: HoldfastServer;

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
  });

  afterEach(() => server.close({ drain: 0 }));

  async function login(name: string, resource?: string): Promise<FrameClient> {
    const client = await FrameClient.connect(server.webSocketUrl);
    await client.login(name, resource);
    return client.available();
  }

  function message(to: string, body: string): string {
    return `<message xmlns='jabber:client' type='chat' to='${to}'><body>${body}</body></message>`;
  }

  it('W-3.6-01 <close/> is answered, and others see the client go', async () => {
    const [laptop, phone] = [await login('alice', 'laptop'), await login('alice', 'phone')];
    phone.send(CLOSE);
    expect((await laptop.named('presence')).attrs['from']).to.equal('alice@localhost/phone');
    const gone = await laptop.named('presence');
    expect(gone.attrs).to.include({ from: 'alice@localhost/phone', type: 'unavailable' });
    while ((await phone.next()) !== SERVER_CLOSE) continue;
    phone.socket.close(1000);
    expect(await phone.closed).to.equal(1000);
  });

  it('W-3.6-03 a connection that breaks is the end of the session', async () => {
    const [laptop, phone] = [await login('alice', 'laptop'), await login('alice', 'phone')];
    await laptop.named('presence');
    phone.cut();
    expect((await laptop.named('presence')).attrs['type']).to.equal('unavailable');
  });

  it('W-3.6-03 what a client that vanished may not have got waits for its next login', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    bob.socket.pause();
    alice.send(message('bob@localhost', 'are you there?'));
    alice.send(`<iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await alice.named('iq');
    bob.cut();
    await bob.closed;
    const again = await login('bob');
    expect((await again.named('message')).getChildElements()[0]?.text).to.equal('are you there?');
  });

  it('the client of another resource that takes the place gets a conflict', async () => {
    const replacing = await startServer(['alice'], { hosts: { localhost: { conflict: 'replace' } } });
    const first = await FrameClient.connect(replacing.webSocketUrl);
    await first.login('alice', 'tab');
    const second = await FrameClient.connect(replacing.webSocketUrl);
    await second.login('alice', 'tab');
    const messages = await first.rest();
    expect(messages.at(-2)).to.contain('<conflict ');
    expect(messages.at(-1)).to.equal(SERVER_CLOSE);
    await replacing.close({ drain: 0 });
  });

  it('a server that stops says so, closes with 1001, and takes no more', async () => {
    const alice = await login('alice');
    const closing = server.close();
    const messages = await alice.rest();
    expect(messages.at(-2)).to.contain('<system-shutdown ');
    expect(await alice.closed).to.equal(1001);
    await closing;
  });

  it('W-3.6.1-01 or where to go instead', async () => {
    const moving = await startServer(['alice'], { websocket: { see_other_uri: 'wss://other.example/ws' } });
    const client = await FrameClient.connect(moving.webSocketUrl);
    await client.login('alice');
    const closing = moving.close({ drain: 1000 });
    expect((await client.named('close')).attrs['see-other-uri']).to.equal('wss://other.example/ws');
    client.send(CLOSE);
    expect(await client.closed).to.equal(1000);
    await closing;
  });

  it('W-3.9-01 PLAIN is not on offer where others could listen', async () => {
    const client = await FrameClient.connect(server.webSocketUrl, { headers: { 'X-Forwarded-For': '192.0.2.1' } });
    client.send(OPEN);
    await client.next();
    const features = await client.next();
    expect(features).to.contain('SCRAM-SHA-1').and.not.contain('PLAIN');
    client.cut();
  });
});
