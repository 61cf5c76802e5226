import { once } from 'node:events';
import { client, xml } from '@xmpp/client';
import { expect } from 'chai';
import { createClient } from 'stanza';
import { $iq } from 'strophe.js';
import WebSocket from 'ws';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { Sandbox } from '../support/sandbox.ts';
import { StropheClient } from '../support/strophe-client.ts';

// xmpp.js takes the WebSocket of the environment, which Node 20 does not have.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const UPLOAD = 'urn:xmpp:http:upload:0';
const PICTURE = Buffer.from('\x89PNG\r\n\x1a\na small picture', 'latin1');
const ASKED = { filename: 'très cool.png', size: PICTURE.length, 'content-type': 'image/png' };

interface Slot {
  readonly put: string;
  readonly get: string;
}

/** How each client gets a slot; the service is the one that disco names. */
const CLIENTS: Readonly<Record<string, (server: HoldfastServer) => Promise<Slot>>> = {
  async 'Strophe.js'(server) {
    const alice = new StropheClient(server.boshUrl, 'alice');
    await alice.login();
    const answer = await alice.ask($iq({ type: 'get', to: 'localhost' }).c('request', { xmlns: UPLOAD, ...ASKED }));
    await alice.logout();
    const urlOf = (name: string): string => answer.getElementsByTagName(name)[0]?.getAttribute('url') ?? '';
    return { put: urlOf('put'), get: urlOf('get') };
  },

  async stanza(server) {
    const transports = { bosh: server.boshUrl, websocket: false };
    const agent = createClient({ jid: 'alice@localhost', password: 'alice', transports, autoReconnect: false });
    const started = once(agent, 'session:started');
    agent.connect();
    await started;
    const { jid, maxSize } = await agent.getUploadService();
    expect(maxSize).to.equal(32 * 1024 * 1024);
    const request = { name: ASKED.filename, size: ASKED.size, mediaType: ASKED['content-type'] };
    const { upload, download } = await agent.getUploadSlot(jid, request);
    const gone = once(agent, 'disconnected');
    agent.disconnect();
    await gone;
    return { put: upload.url ?? '', get: String(download) };
  },

  async 'xmpp.js'(server) {
    const agent = client({ service: server.webSocketUrl, domain: 'localhost', username: 'alice', password: 'alice' });
    agent.reconnect.stop();
    await agent.start();
    const iq = xml('iq', { type: 'get', to: 'localhost' }, xml('request', { xmlns: UPLOAD, ...ASKED }));
    const slot = (await agent.iqCaller.request(iq)).getChild('slot', UPLOAD);
    await agent.stop();
    return { put: slot?.getChild('put')?.attrs['url'] ?? '', get: slot?.getChild('get')?.attrs['url'] ?? '' };
  },
};

describe('file upload', () => {
  const sandbox = new Sandbox();
  let server: HoldfastServer;

  before(async () => {
    server = await startServer(['alice'], { upload: { folder: sandbox.path('uploads') } });
  });
  after(async () => {
    await server.close({ drain: 0 });
    await sandbox.close();
  });

  for (const [name, slotFor] of Object.entries(CLIENTS)) {
    it(`${name} gets a slot, and what it puts there is there for all`, async () => {
      const { put, get } = await slotFor(server);
      const headers = { 'Content-Type': 'image/png' };
      expect((await fetch(put, { method: 'PUT', headers, body: PICTURE })).status).to.equal(201);
      const answer = await fetch(get);
      expect(answer.headers.get('content-type')).to.equal('image/png');
      expect(Buffer.from(await answer.arrayBuffer()).equals(PICTURE)).to.equal(true);
    });
  }
});
