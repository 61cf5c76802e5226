import { join } from 'node:path';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { Cable } from '../support/cable.ts';
import { requires } from '../support/optional.ts';
import { Profanity } from '../support/profanity.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const CERTIFICATES = join('spec', 'support', 'certificates');
const TLS = { cert: join(CERTIFICATES, 'first.pem'), key: join(CERTIFICATES, 'first.key') };

describe('profanity over TCP with STARTTLS', function () {
  requires(this, 'profanity');
  let server: HoldfastServer;
  let cable: Cable;
  let alice: StropheClient;
  let bob: Profanity;

  beforeEach(async () => {
    server = await startServer(['alice', 'bob'], { tcp: { listen: ['127.0.0.1:0'], tls: TLS } });
    const [url = ''] = server.tcp.urls;
    cable = await Cable.to(url);
    bob = new Profanity('bob', new URL(cable.urlOf(url)).port);
    alice = new StropheClient(server.boshUrl, 'alice');
    await alice.login();
  });

  afterEach(async () => {
    await bob.close();
    await alice.logout();
    cable.close();
    await server.close({ drain: 0 });
  });

  it('logs in, chats with a user over BOSH in both directions, and resumes its session after a cut', async () => {
    await bob.logged(/RECV: <enabled .*resume="true"/);
    alice.chat('bob@localhost', 'one <&> 😀');
    await bob.logged(/RECV: <message .*one &lt;&amp;&gt; 😀/);
    bob.types('/msg alice@localhost two');
    await alice.until(() => alice.messages.some(({ body }) => body === 'two'));
    cable.cut();
    await bob.logged(/XMPP_CONN_DISCONNECT/);
    alice.chat('bob@localhost/prof', 'three');
    await bob.logged(/Session resumed successfully/);
    await bob.logged(/RECV: <message .*three/);
    bob.types('/msg alice@localhost four');
    await alice.until(() => alice.messages.some(({ body }) => body === 'four'));
    const said = alice.messages.filter(({ body }) => body !== '');
    expect(said.map(({ from, body }) => `${from} ${body}`)).to.deep.equal([
      'bob@localhost/prof two',
      'bob@localhost/prof four',
    ]);
  });
});
