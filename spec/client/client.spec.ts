import { expect } from 'chai';
import { once } from 'node:events';
import WebSocket from 'ws';
import { Client, Refused, TRANSPORTS, xml, type ClientOptions, type Element } from '../../lib/client/index.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const PING = (): Element => xml('iq', { type: 'get', to: 'localhost' }, xml('ping', { xmlns: 'urn:xmpp:ping' }));

/** A client that may be waited for. */
class Waiting extends Client {
  readonly bodies: string[] = [];
  #wake: () => void = () => undefined;

  constructor(options: ClientOptions) {
    super({ WebSocket, pollInterval: 5, ...options });
    this.on('stanza', (stanza) => {
      const body = stanza.child('body', 'jabber:client')?.text;
      if (body !== undefined) this.bodies.push(body);
      this.#wake();
    });
    for (const name of ['state', 'reset', 'ended'] as const) this.on(name, () => this.#wake());
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

function chat(to: string, body: string): string {
  return `<message type='chat' to='${to}'><body>${body}</body></message>`;
}

describe('the client library', () => {
  let server: HoldfastServer;
  let clients: Client[];

  beforeEach(async () => {
    clients = [];
    server = await startServer(['alice', 'bob']);
  });

  afterEach(async () => {
    for (const client of clients) client.stop();
    await server.close({ drain: 0 });
  });

  function clientOf(username: string | undefined, options: Partial<ClientOptions> = {}): Waiting {
    const service = server.urls[0] ?? '';
    const who =
      username === undefined ? { domain: 'anon.localhost' } : { domain: 'localhost', username, password: username };
    const client = new Waiting({ service, resource: 'spec', ...who, ...options });
    clients.push(client);
    return client;
  }

  for (const transport of TRANSPORTS) {
    it(`logs in over ${transport}, sends and receives`, async () => {
      const [alice, bob] = [clientOf('alice'), clientOf('bob')];
      await alice.start(transport);
      await bob.start();
      expect([alice.jid, alice.transport, bob.transport]).to.deep.equal([
        'alice@localhost/spec',
        transport,
        'websocket',
      ]);
      alice.send(chat('bob@localhost/spec', 'two\nlines'));
      await bob.until(() => bob.bodies.length === 1);
      bob.send(chat('alice@localhost/spec', 'back'));
      await alice.until(() => alice.bodies.length === 1);
      expect([alice.bodies, bob.bodies]).to.deep.equal([['back'], ['two\nlines']]);
      expect((await alice.request(PING())).attrs['type']).to.equal('result');
    });

    it(`goes from ${transport} to every other and back, and loses nothing on the way`, async () => {
      const [alice, bob] = [clientOf('alice'), clientOf('bob')];
      await alice.start(transport);
      await bob.start();
      const sent: string[] = [];
      for (const to of TRANSPORTS.flatMap((other) => [other, transport])) {
        const moving = alice.moveTo(to);
        sent.push(to);
        alice.send(chat('bob@localhost/spec', to));
        bob.send(chat('alice@localhost/spec', to));
        expect((await moving).to).to.equal(to);
        expect(alice.transport).to.equal(to);
      }
      await bob.until(() => bob.bodies.length >= sent.length);
      await alice.until(() => alice.bodies.length >= sent.length);
      expect([alice.bodies, bob.bodies]).to.deep.equal([sent, sent]);
    });
  }

  it('a guest needs no name, moves, comes back, and is forgotten when all is over', async () => {
    const guest = clientOf(undefined);
    await guest.start('sse');
    const { jid = '' } = guest;
    expect(jid).to.match(/@anon\.localhost\//);
    for (const to of TRANSPORTS) await guest.moveTo(to);
    guest.cut();
    await guest.until(() => guest.state === 'online');
    expect(guest.jid).to.equal(jid);
    const host = server.hosts.find('anon.localhost');
    const isThere = async (): Promise<boolean | undefined> =>
      (await host?.accounts.list('anon.localhost', 9))?.length === 1;
    expect(await isThere()).to.equal(true);
    const over = once(server, 'session:ended');
    guest.stop();
    await over;
    while (await isThere()) await new Promise(setImmediate);
  });

  it('says when the password is wrong', async () => {
    const error = await clientOf('alice', { password: 'wrong' })
      .start()
      .catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Refused).with.property('message', 'not-authorized');
  });

  it('begins with the first transport that works', async () => {
    const alice = clientOf('alice', { endpoints: { websocket: 'ws://127.0.0.1:1/' } });
    await alice.start();
    expect(alice.transport).to.equal('sse');
  });

  for (const transport of TRANSPORTS) {
    it(`comes back by itself when ${transport} breaks, with everything that was sent meanwhile`, async () => {
      const [alice, bob] = [clientOf('alice'), clientOf('bob')];
      await alice.start(transport);
      await bob.start();
      alice.cut();
      expect([alice.state, alice.transport]).to.deep.equal(['moving', undefined]);
      alice.send(chat('bob@localhost/spec', '1'));
      bob.send(chat('alice@localhost/spec', '2'));
      await bob.until(() => bob.bodies.length === 1);
      await alice.until(() => alice.bodies.length === 1 && alice.state === 'online');
      expect(alice.transport).to.equal(transport);
    });
  }

  it('falls back when a transport breaks and does not come back', async () => {
    let isBroken = false;
    const flaky: typeof fetch = (input, init) => {
      if (isBroken && String(input).includes('/sessions/')) return Promise.reject(new TypeError('no network'));
      return fetch(input, init);
    };
    const alice = clientOf('alice', { fetch: flaky, transports: ['sse', 'bosh'] });
    await alice.start();
    isBroken = true;
    alice.cut();
    await alice.until(() => alice.state === 'online');
    expect(alice.transport).to.equal('bosh');
  });

  it('goes nowhere when a move fails, and on where it was', async () => {
    const alice = clientOf('alice', { endpoints: { websocket: 'ws://127.0.0.1:1/', bosh: 'http://127.0.0.1:1/' } });
    await alice.start('long-poll');
    for (const to of ['websocket', 'bosh'] as const) {
      expect(await alice.moveTo(to).catch(() => 'failed')).to.equal('failed');
      expect([alice.state, alice.transport]).to.deep.equal(['online', 'long-poll']);
    }
    expect((await alice.request(PING())).attrs['type']).to.equal('result');
  });

  it('moves in the standard form where the server gives no token', async () => {
    await server.close({ drain: 0 });
    server = await startServer(['alice', 'bob'], { stream_management: { handover: false } });
    const [alice, bob] = [clientOf('alice'), clientOf('bob')];
    await alice.start('bosh');
    await bob.start();
    for (const to of TRANSPORTS) {
      const moving = alice.moveTo(to);
      bob.send(chat('alice@localhost/spec', to));
      await moving;
    }
    await alice.until(() => alice.bodies.length === TRANSPORTS.length);
    expect(alice.bodies).to.deep.equal(TRANSPORTS);
  });

  it('begins anew when the session is gone, and says what may not have arrived', async () => {
    const alice = clientOf('alice');
    await alice.start('websocket');
    let left: readonly Element[] | undefined;
    alice.on('reset', (unacknowledged) => (left = unacknowledged));
    const session = [...(server.hosts.find('localhost')?.sessions.all() ?? [])][0];
    alice.cut();
    session?.finish('lost');
    alice.send(chat('bob@localhost', 'lost?'));
    await alice.until(() => left !== undefined);
    expect(left?.map((stanza) => stanza.child('body', 'jabber:client')?.text)).to.deep.equal(['lost?']);
    expect([alice.state, alice.unacknowledged]).to.deep.equal(['online', 0]);
  });

  it('a listener that throws keeps nobody from hearing', async () => {
    const [alice, bob] = [clientOf('alice'), clientOf('bob')];
    await alice.start('sse');
    await bob.start();
    const errors: unknown[] = [];
    const handlers = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      errors.push(error.message);
      for (const handler of handlers) process.on('uncaughtException', handler);
    });
    const off = alice.on('stanza', () => {
      off();
      throw new Error('mine');
    });
    bob.send(chat('alice@localhost/spec', '1'));
    await alice.until(() => alice.bodies.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(errors).to.deep.equal(['mine']);
  });

  it('tries a path out beside the session', async () => {
    const alice = clientOf('alice', { endpoints: { websocket: 'ws://127.0.0.1:1/' } });
    await alice.start('bosh');
    expect(await alice.probe('sse')).to.be.a('number');
    expect(await alice.probe('websocket').catch(() => 'failed')).to.equal('failed');
    expect(alice.transport).to.equal('bosh');
  });

  for (const transport of TRANSPORTS) {
    it(`ends its session over ${transport} in peace`, async () => {
      const alice = clientOf('alice');
      await alice.start(transport);
      const over = once(server, 'session:ended');
      alice.stop();
      await over;
    });
  }

  it('says nothing any more when it has been stopped', async () => {
    const alice = clientOf('alice');
    await alice.start('websocket');
    alice.stop();
    expect(alice.state).to.equal('offline');
    expect(() => alice.send(chat('bob@localhost', 'x'))).to.throw('there is no session');
  });
});
