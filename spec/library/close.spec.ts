import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { createServer, type HoldfastServer } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type Store } from '../../lib/storage/store.ts';
import { driven } from '../support/driven.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Longer than any spec may take: who waits for it fails. */
const FOR_EVER = 600_000;
const never = (): Promise<never> => new Promise(() => {});

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a server that closes', () => {
  const sessions: RawSession[] = [];

  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
  });

  async function open(server: HoldfastServer): Promise<RawSession> {
    const session = new RawSession(server.boshUrl);
    sessions.push(session);
    await session.open();
    return session;
  }

  /** Waits until the server holds a request. */
  async function held(server: HoldfastServer): Promise<void> {
    while (server.manager.held === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('says goodbye in the requests that it holds, and waits no longer than that takes', async () => {
    const server = await startServer();
    const waiting = (await open(server)).post();
    await held(server);
    await server.close({ drain: FOR_EVER });
    expect((await waiting).attrs).to.include({ type: 'terminate', condition: 'system-shutdown' });
  });

  it('says goodbye also when there is no time', async () => {
    const server = await startServer();
    const waiting = (await open(server)).post();
    await held(server);
    await server.close({ drain: 0 });
    expect((await waiting).attrs).to.include({ type: 'terminate', condition: 'system-shutdown' });
  });

  it('closes once, however often it is asked', async () => {
    const server = await startServer();
    let events = 0;
    server.on('closed', () => {
      events += 1;
    });
    await open(server);
    const phases: string[] = [];
    await Promise.all([
      server.close({ drain: FOR_EVER }).then(() => phases.push(server.unready.join())),
      server.close({ drain: 0 }).then(() => phases.push(server.unready.join())),
    ]);
    await server.close();
    expect(events).to.equal(1);
    expect(phases).to.deep.equal(['closed', 'closed']);
  });

  it('can be one that never listened', async () => {
    const server = await createServer({ hosts: { localhost: {} }, storage: { driver: 'memory' } });
    await server.close();
    expect(await failure(server.listen())).to.be.instanceOf(Error);
    expect(server.unready).to.deep.equal(['closed']);
  });

  it('does not come back to life when it is mounted', async () => {
    const server = await startServer();
    await server.close();
    server.callback();
    server.middleware();
    expect(server.unready).to.deep.equal(['closed']);
  });

  it('cuts clients that do not let go, when the time is over', async () => {
    const server = await startServer();
    const { hostname, port } = new URL(server.boshUrl);
    const socket = connect(Number(port), hostname);
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.write('POST /http-bind HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n');
    socket.on('error', () => {});
    const cut = new Promise((resolve) => socket.once('close', resolve));
    await server.close({ drain: 50 });
    await cut;
  });

  describe('whose store does not answer', () => {
    const clock = new VirtualClock();

    async function stuck(parts: Partial<Store>): Promise<HoldfastServer> {
      const store = createMemoryStore();
      return startServer(
        ['alice'],
        {},
        { clock, store: { ...store, secret: (name) => store.secret(name), close: () => store.close(), ...parts } },
      );
    }

    function closed(server: HoldfastServer): Promise<void> {
      return driven(clock, server.close({ drain: 100 }), 100);
    }

    it('does not wait for the work of its modules beyond the time it has', async () => {
      const { lastSeen } = createMemoryStore();
      const server = await stuck({ lastSeen: { get: (account) => lastSeen.get(account), set: never } });
      const session = await driven(clock, open(server));
      await driven(clock, session.login('alice', 'alice'));
      await driven(clock, session.post("<presence/><iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"));
      await closed(server);
      expect(server.unready).to.deep.equal(['closed']);
    });

    it('says that the store did not close', async () => {
      const server = await stuck({ close: never });
      const [first, second] = await Promise.all([failure(closed(server)), failure(closed(server))]);
      expect(first).to.be.instanceOf(StoreError);
      expect(second).to.equal(first);
    });

    it('says that the store failed to close', async () => {
      const server = await stuck({ close: () => Promise.reject(new StoreError('no')) });
      expect(String(await failure(closed(server)))).to.equal('StoreError: no');
      expect(server.unready).to.deep.equal(['closed']);
    });
  });
});
