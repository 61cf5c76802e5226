import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { Cable } from '../support/cable.ts';
import { requiresSlixmpp } from '../support/optional.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const SUPPORT = resolve('spec', 'support');
const CERTIFICATE = {
  cert: resolve(SUPPORT, 'certificates', 'first.pem'),
  key: resolve(SUPPORT, 'certificates', 'first.key'),
};

describe('slixmpp over TCP with STARTTLS', function () {
  requiresSlixmpp(this);
  let server: HoldfastServer;
  let cable: Cable;
  let alice: StropheClient;
  let bob: ChildProcessByStdio<null, Readable, null>;
  let lines: AsyncIterator<string>;

  beforeEach(async () => {
    server = await startServer(['alice', 'bob'], { tcp: { listen: ['127.0.0.1:0'], tls: CERTIFICATE } });
    cable = await Cable.to(server.tcp.urls[0] ?? '');
    const { hostname, port } = new URL(cable.urlOf(server.tcp.urls[0] ?? ''));
    const script = resolve(SUPPORT, 'slixmpp-echo.py');
    const options = [hostname, port, 'bob@localhost/bot', 'bob', CERTIFICATE.cert];
    bob = spawn('/usr/bin/python3', [script, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    lines = createInterface({ input: bob.stdout })[Symbol.asyncIterator]();
    alice = new StropheClient(server.boshUrl, 'alice');
    await alice.login();
  });

  afterEach(async () => {
    bob.kill();
    await once(bob, 'exit');
    await alice.logout();
    cable.close();
    await server.close({ drain: 0 });
  });

  /** Waits until the client has said all of these words. */
  async function told(...words: string[]): Promise<void> {
    const missing = new Set(words);
    while (missing.size > 0) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`never said: ${[...missing].join(', ')}`);
      missing.delete(value);
    }
  }

  it('logs in with channel binding, chats with a user over BOSH, and resumes its session after a cut', async () => {
    await told('SCRAM-SHA-512-PLUS', 'online', 'managed');
    alice.chat('bob@localhost', 'one <&> 😀');
    await alice.until(() => alice.messages.length === 1);
    cable.cut();
    alice.chat('bob@localhost/bot', 'two');
    await told('resumed');
    await alice.until(() => alice.messages.length === 2);
    expect(alice.messages.map(({ body }) => body)).to.deep.equal(['one <&> 😀', 'two']);
    expect(alice.messages.map(({ from }) => from)).to.deep.equal(['bob@localhost/bot', 'bob@localhost/bot']);
  });
});
