import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const COUNT = 5;

describe('many servers in one process', () => {
  let servers: HoldfastServer[];

  beforeEach(async () => {
    servers = await Promise.all(Array.from({ length: COUNT }, (_, index) => startServer(['alice', `user${index}`])));
  });

  afterEach(() => Promise.all(servers.map((server) => server.close({ drain: 0 }))));

  function server(index: number): HoldfastServer {
    const found = servers[index];
    if (!found) throw new RangeError(`there is no server ${index}`);
    return found;
  }

  it('listen each for itself', () => {
    expect(new Set(servers.map(({ boshUrl }) => boshUrl)).size).to.equal(COUNT);
  });

  it('do not know each other’s accounts', async () => {
    for (const [index, { boshUrl }] of servers.entries()) {
      const own = new StropheClient(boshUrl, `user${index}`);
      await own.login();
      await own.logout();
      const other = new StropheClient(boshUrl, `user${(index + 1) % COUNT}`);
      expect(await other.connect().catch(String)).to.be.a('string');
      await other.logout();
    }
  });

  it('do not know each other’s sessions', async () => {
    const here = new RawSession(server(0).boshUrl);
    await here.open();
    const there = new RawSession(server(1).boshUrl);
    there.sid = here.sid;
    expect((await there.post()).attrs).to.include({ type: 'terminate', condition: 'item-not-found' });
    expect(servers.map(({ manager }) => manager.size)).to.deep.equal([1, 0, 0, 0, 0]);
    for (const session of [here, there]) session.close();
  });

  it('do not hear each other’s messages', async () => {
    const clients = servers.map(({ boshUrl }) => new StropheClient(boshUrl, 'alice'));
    for (const client of clients) await client.login();
    clients[0]?.chat('alice@localhost', 'to myself');
    await clients[0]?.until(() => clients[0]?.messages.length === 1);
    expect(clients.map(({ messages }) => messages.length)).to.deep.equal([1, 0, 0, 0, 0]);
    for (const client of clients) await client.logout();
  });

  it('count each for itself', async () => {
    const session = new RawSession(server(2).boshUrl);
    await session.open();
    session.close();
    const created = await Promise.all(
      servers.map(async ({ metrics }) =>
        Number(/^holdfast_bosh_sessions_created_total (\d+)$/m.exec((await metrics.read()).text)?.[1]),
      ),
    );
    expect(created).to.deep.equal([0, 0, 1, 0, 0]);
  });

  it('close each for itself', async () => {
    await server(0).close({ drain: 0 });
    const client = new StropheClient(server(1).boshUrl, 'alice');
    await client.login();
    await client.logout();
    expect(server(1).unready).to.deep.equal([]);
  });
});
