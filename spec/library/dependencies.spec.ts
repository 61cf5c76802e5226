import { expect } from 'chai';
import { opaqueId } from '../../lib/base/random.ts';
import type { LogFields, Logger } from '../../lib/base/log.ts';
import { createServer, type HoldfastServer } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { driven } from '../support/driven.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SID_BITS = 128;
const MINUTE = 60_000;

describe('what a server is given, it uses', () => {
  let server: HoldfastServer;
  let session: RawSession;

  afterEach(async () => {
    session?.close();
    await server.close({ drain: 0 });
  });

  it('the clock: nothing is late until it says so', async () => {
    const clock = new VirtualClock();
    server = await startServer([], {}, { clock });
    session = new RawSession(server.boshUrl);
    await driven(clock, session.open("hold='0' wait='0' inactivity='60'"));
    expect(server.startedAt).to.equal(clock.date());
    clock.advance(MINUTE / 2 - 1);
    expect(server.manager.size).to.equal(1);
    clock.advance(10 * MINUTE);
    expect(server.manager.size).to.equal(0);
    await driven(clock, server.close({ drain: 0 }));
  });

  it('the random source: ids come from it', async () => {
    server = await startServer([], {}, { random: new SeededRandom(7) });
    session = new RawSession(server.boshUrl);
    await session.open();
    expect(session.sid).to.equal(opaqueId(new SeededRandom(7), SID_BITS));
  });

  it('the store: accounts and messages are there', async () => {
    const store = createMemoryStore();
    server = await startServer(['alice', 'bob'], {}, { store });
    session = new RawSession(server.boshUrl);
    await session.open();
    await session.login('alice', 'alice');
    // The answer to an IQ comes after what was sent before it.
    await session.post(
      "<message to='bob@localhost' type='chat'><body>Later</body></message>" +
        "<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    expect(await store.accounts.list('localhost', 10)).to.deep.equal(['alice@localhost', 'bob@localhost']);
    expect((await store.offline.list('bob@localhost')).map(({ xml }) => xml.includes('Later'))).to.deep.equal([true]);
  });

  it('the store, which it closes with itself', async () => {
    let closed = 0;
    const store = createMemoryStore();
    const close = async (): Promise<void> => {
      closed += 1;
    };
    server = await startServer([], {}, { store: { ...store, secret: (name) => store.secret(name), close } });
    await server.close({ drain: 0 });
    expect(closed).to.equal(1);
  });

  it('the logger: all that is said goes there', async () => {
    const lines: { level: string; event: string; fields: LogFields }[] = [];
    const to =
      (level: string) =>
      (event: string, fields: LogFields = {}): void => {
        lines.push({ level, event, fields });
      };
    const log: Logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
    server = await startServer(['alice'], {}, { log });
    session = new RawSession(server.boshUrl);
    await session.open();
    await session.login('alice', 'alice').catch(String);
    await server.close({ drain: 0 });
    const events = lines.map(({ event }) => event);
    expect(events).to.include.members(['server.listening', 'session.bound', 'session.ended', 'server.closed']);
    expect(lines.find(({ event }) => event === 'server.listening')?.fields).to.deep.equal({
      urls: new URL(session.url).origin,
    });
  });

  it('nothing more than a configuration, when that is all', async () => {
    server = await createServer({
      hosts: { localhost: {} },
      storage: { driver: 'memory' },
      http: { listen: ['127.0.0.1:0'] },
    });
    await server.listen();
    session = new RawSession(server.boshUrl);
    expect((await session.open()).attrs).to.include({ from: 'localhost' });
  });
});
