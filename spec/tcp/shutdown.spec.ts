import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { TcpClient } from '../support/tcp-client.ts';

describe('a server that stops, over TCP', () => {
  let server: HoldfastServer;
  const clients: TcpClient[] = [];

  async function serve(seeOtherHost: string): Promise<void> {
    const tcp = { listen: ['127.0.0.1:0'], see_other_host: seeOtherHost };
    server = await startServer(['alice'], { tcp });
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close({ drain: 0 });
  });

  async function connect(): Promise<TcpClient> {
    const client = await TcpClient.connect(server.tcp.urls[0] ?? '');
    clients.push(client);
    return client;
  }

  it('RFC 6120 §4.9.3.19 sends its clients where the configuration says, logged in or not', async () => {
    await serve('[2001:db8::1]:5222');
    const [alice, other] = [await connect(), await connect()];
    await alice.login('alice');
    await other.opens();
    const closed = server.close();
    for (const client of [alice, other]) {
      expect(await client.rest()).to.match(
        /<see-other-host [^>]*>\[2001:db8::1\]:5222<\/see-other-host><\/stream:error><\/stream:stream>$/,
      );
    }
    await closed;
  });

  it('RFC 6120 §4.9.3.20 says that it shuts down when there is nowhere to go', async () => {
    await serve('');
    const alice = await connect();
    await alice.login('alice');
    const closed = server.close();
    expect(await alice.rest()).to.match(/<system-shutdown [^>]*\/><\/stream:error><\/stream:stream>$/);
    await closed;
  });

  it('takes nobody any more', async () => {
    await serve('');
    const [url = ''] = server.tcp.urls;
    await server.close();
    const error: unknown = await TcpClient.connect(url).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'ECONNREFUSED' });
  });
});
