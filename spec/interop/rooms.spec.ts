import { once } from 'node:events';
import { expect } from 'chai';
import { createClient, type Agent } from 'stanza';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const ROOM = 'coven@rooms.localhost';

/** A stanza.js client over BOSH, and what it heard in the room. */
interface Client {
  readonly agent: Agent;
  readonly heard: string[];
  until(line: string): Promise<void>;
}

describe('stanza over BOSH in a room', () => {
  let server: HoldfastServer;
  let clients: Client[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob', 'carol']);
    clients = [];
  });

  afterEach(async () => {
    for (const { agent } of clients) {
      await agent.ping('localhost');
      const gone = once(agent, 'disconnected');
      agent.disconnect();
      await gone;
    }
    await server.close({ drain: 0 });
  });

  async function login(name: string): Promise<Client> {
    const agent = createClient({
      jid: `${name}@localhost`,
      password: name,
      transports: { bosh: server.boshUrl, websocket: false },
      autoReconnect: false,
    });
    const heard: string[] = [];
    const nickOf = (from = ''): string => from.slice(from.indexOf('/') + 1);
    agent.on('groupchat', ({ from, body }) => void (body && heard.push(`${nickOf(from)}: ${body}`)));
    agent.on('muc:topic', ({ topic }) => void heard.push(`# ${topic}`));
    agent.on('muc:available', ({ from, muc }) => void heard.push(`+${nickOf(from)} ${muc.role}`));
    agent.on(
      'muc:unavailable',
      ({ from, muc }) => void heard.push(`-${nickOf(from)} ${muc.statusCodes?.join() ?? ''}`),
    );
    const client: Client = {
      agent,
      heard,
      async until(line) {
        while (!heard.includes(line)) await once(agent, '*');
      },
    };
    clients.push(client);
    const started = once(agent, 'session:started');
    agent.connect();
    await started;
    agent.sendPresence();
    return client;
  }

  it('three clients enter, chat, rename, see the history, and one is kicked', async () => {
    const [alice, bob, carol] = [await login('alice'), await login('bob'), await login('carol')];
    await alice.agent.joinRoom(ROOM, 'alice');
    await alice.agent.configureRoom(ROOM, { type: 'submit', fields: [] });
    await bob.agent.joinRoom(ROOM, 'bob');
    await alice.until('+bob participant');
    alice.agent.sendMessage({ to: ROOM, type: 'groupchat', body: 'When shall we three meet again?' });
    await bob.until('alice: When shall we three meet again?');

    await carol.agent.joinRoom(ROOM, 'carol');
    await carol.until('alice: When shall we three meet again?');
    carol.agent.sendMessage({ to: ROOM, type: 'groupchat', body: 'In thunder' });
    await Promise.all([alice, bob, carol].map((client) => client.until('carol: In thunder')));
    expect(carol.heard.slice(0, 4)).to.deep.equal([
      '+alice moderator',
      '+bob participant',
      '+carol participant',
      'alice: When shall we three meet again?',
    ]);

    alice.agent.setSubject(ROOM, 'Weather');
    await bob.until('# Weather');
    await bob.agent.changeNick(ROOM, 'robert');
    await carol.until('+robert participant');

    await alice.agent.kick(ROOM, 'robert', 'Avaunt');
    await carol.until('-robert 307');
    await bob.until('-robert 110,307');

    const info = await carol.agent.getDiscoInfo(ROOM);
    expect(info.features).to.include.members(['http://jabber.org/protocol/muc', 'urn:xmpp:mam:2']);
    const { results } = await carol.agent.searchHistory(ROOM, {});
    expect(results?.map(({ item }) => item.message?.body ?? item.message?.subject)).to.deep.equal([
      'When shall we three meet again?',
      'In thunder',
      'Weather',
    ]);
    await carol.agent.leaveRoom(ROOM, 'carol');
    await alice.until('-carol ');
  }).timeout(20_000);
});
