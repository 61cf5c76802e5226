import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { ejabberdVersion, startEjabberd } from '../../scripts/peers/ejabberd.ts';
import type { Peer } from '../../scripts/peers/peer.ts';
import { prosodyVersion, startProsody } from '../../scripts/peers/prosody.ts';
import { requires } from '../support/optional.ts';
import { RawSession } from '../support/raw-session.ts';
import { TcpClient } from '../support/tcp-client.ts';

const PEERS = {
  prosody: { start: startProsody, version: prosodyVersion },
  ejabberd: { start: startEjabberd, version: ejabberdVersion },
};

for (const [program, { start, version }] of Object.entries(PEERS)) {
  describe(`${program} as a peer`, function () {
    requires(this, program as keyof typeof PEERS);
    let peer: Peer;

    before(async () => {
      peer = await start({ accounts: ['alice', 'bob'] });
    });

    after(() => peer.stop());

    it('says which version it is', () => {
      expect(version()).to.match(/^\d+\.\d/);
      expect(peer.name).to.contain(version());
    });

    it('has the accounts', async () => {
      const session = new RawSession(peer.boshUrl, peer.domain);
      await session.open();
      await session.login('bob', 'bob');
      session.close();
    });

    it('takes guests', async () => {
      const session = new RawSession(peer.boshUrl, peer.guestDomain);
      await session.open();
      const answer = await session.post("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>");
      expect(answer.toString()).to.contain('success');
      session.close();
    });

    it('has WebSocket', async () => {
      expect(await subprotocolOf(peer.webSocketUrl)).to.equal('xmpp');
    });

    it('has TCP', async () => {
      const client = await TcpClient.connect(peer.tcpUrl);
      expect(await client.opens()).to.contain('<mechanism');
      client.close();
    });

    it('is one process, and it can be measured', () => {
      expect(existsSync(`/proc/${peer.pid}/stat`)).to.equal(true);
    });
  });
}

/** What the server agrees on when somebody opens a WebSocket. */
async function subprotocolOf(url: string): Promise<string | undefined> {
  const opening = request(url.replace('ws:', 'http:'), {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Protocol': 'xmpp',
    },
  }).end();
  const [response, socket] = (await once(opening, 'upgrade')) as [IncomingMessage, Socket];
  socket.destroy();
  return String(response.headers['sec-websocket-protocol']);
}
