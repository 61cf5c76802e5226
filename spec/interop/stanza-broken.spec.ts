import { once } from 'node:events';
import { expect } from 'chai';
import { createClient, type Agent } from 'stanza';
import type { HoldfastServer } from '../../lib/server.ts';
import { Cable } from '../support/cable.ts';
import { startServer } from '../support/running-server.ts';

const MESSAGES = 30;
/** The cable is cut before each of these. */
const CUT_EVERY = 10;

describe('stanza over BOSH, when connections break', () => {
  let server: HoldfastServer;
  let cable: Cable;
  let agents: Agent[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    cable = await Cable.to(server.boshUrl);
    agents = [];
  });

  afterEach(async () => {
    for (const agent of agents) {
      await agent.ping('localhost');
      const gone = once(agent, 'disconnected');
      agent.disconnect();
      await gone;
    }
    cable.close();
    await server.close({ drain: 0 });
  });

  async function login(name: string): Promise<Agent> {
    const transports = { bosh: cable.urlOf(server.boshUrl), websocket: false };
    const agent = createClient({ jid: `${name}@localhost`, password: name, transports, autoReconnect: false });
    agents.push(agent);
    const started = once(agent, 'session:started');
    agent.connect();
    await started;
    agent.sendPresence();
    await agent.ping('localhost');
    return agent;
  }

  /** Waits until each client has a request held, so that a cut hits it. */
  async function held(): Promise<void> {
    while (server.manager.held < agents.length) await new Promise((resolve) => setImmediate(resolve));
  }

  it('loses nothing, repeats nothing, and keeps the order', async () => {
    const [alice, bob] = [await login('alice'), await login('bob')];
    const bodies: (string | undefined)[] = [];
    bob.on('message', ({ body }) => void bodies.push(body));
    for (let number = 0; number < MESSAGES; number += 1) {
      if (number % CUT_EVERY === 0) {
        await held();
        cable.cut();
      }
      alice.sendMessage({ to: 'bob@localhost', type: 'chat', body: String(number) });
    }
    while (bodies.length < MESSAGES) await once(bob, '*');
    await held();
    expect(bodies).to.deep.equal(Array.from({ length: MESSAGES }, (_, number) => String(number)));
    expect(server.manager.size).to.equal(2);
  });
});
