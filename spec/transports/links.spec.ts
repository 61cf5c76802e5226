import { expect } from 'chai';
import type { ConfigInput } from '../../lib/config/schema.ts';
import { FrameClient } from '../support/frame-client.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { TcpClient } from '../support/tcp-client.ts';

const NS = 'urn:holdfast:handover:0';
const TCP = { listen: ['127.0.0.1:0'] };

describe('the transports that the stream features name', () => {
  async function links(config: Partial<ConfigInput>): Promise<string[]> {
    const server = await startServer(['alice'], config);
    const client = await FrameClient.connect(server.webSocketUrl);
    const { features } = await featuresOf(client);
    await client.leave();
    await server.close({ drain: 0 });
    return Array.from(
      features.matchAll(/<transport name="([^"]*)" href="([^"]*)"/g),
      ([, name, href]) => `${name} ${href}`,
    );
  }

  async function featuresOf(client: FrameClient): Promise<{ readonly before: string; readonly features: string }> {
    client.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>`);
    const before = (await client.named('stream:features')).toString();
    const credentials = Buffer.from('\0alice\0alice').toString('base64');
    client.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
    await client.named('success');
    client.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>`);
    return { before, features: (await client.named('stream:features')).toString() };
  }

  it('are all of them, the best first, as paths on the server that the client talks to', async () => {
    expect(await links({ http_poll: { enabled: true } })).to.deep.equal([
      'websocket /xmpp-websocket',
      'sse /xmpp/v1/sessions',
      'stream /xmpp/v1/sessions',
      'bosh /http-bind',
      'long-poll /xmpp/v1/sessions',
      'poll /xmpp/v1/sessions',
      'xep-0025 /http-poll',
    ]);
  });

  it('have URLs where the configuration says how others reach this server', async () => {
    const config = { http: { public_url: 'https://chat.example/' }, frame_sessions: { enabled: false }, http_poll: {} };
    expect(await links(config)).to.deep.equal([
      'websocket wss://chat.example/xmpp-websocket',
      'bosh https://chat.example/http-bind',
    ]);
  });

  it('are told after login only', async () => {
    const server = await startServer(['alice']);
    const client = await FrameClient.connect(server.webSocketUrl);
    const { before, features } = await featuresOf(client);
    expect(before).not.to.contain(NS);
    expect(features).to.contain(`<handover xmlns="${NS}">`);
    await client.leave();
    await server.close({ drain: 0 });
  });

  it('are told over BOSH, and over TCP when there is more than a path to tell', async () => {
    for (const [publicUrl, isTold] of [
      ['https://chat.example', true],
      ['', false],
    ] as const) {
      const server = await startServer(['alice'], { tcp: TCP, http: { public_url: publicUrl } });
      const session = new RawSession(server.boshUrl);
      await session.open();
      const credentials = Buffer.from('\0alice\0alice').toString('base64');
      const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`;
      await session.post(auth);
      expect((await session.post('', "xmpp:restart='true'")).toString()).to.contain(NS);
      session.close();
      const client = await TcpClient.connect(server.tcp.urls[0] ?? '');
      await client.opens();
      client.say(auth);
      await client.until(/<success [^>]*\/>/);
      expect((await client.opens()).includes(NS)).to.equal(isTold);
      client.close();
      await server.close({ drain: 0 });
    }
  });
});
