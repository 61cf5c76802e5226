import { component, type Component } from '@xmpp/component';
import xml, { type Element } from '@xmpp/xml';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const DOMAIN = 'echo.localhost';
const SECRET = 'a secret of the spec';

describe('a component made with @xmpp/component', () => {
  let server: HoldfastServer;
  let echo: Component;

  beforeEach(async () => {
    const services = [{ domain: DOMAIN, secret: SECRET }];
    server = await startServer(['alice'], { components: { listen: ['127.0.0.1:0'], services } });
  });

  afterEach(async () => {
    await echo.stop();
    await server.close({ drain: 0 });
  });

  function connect(password: string): Component {
    echo = component({ service: server.tcp.componentUrls[0] ?? '', domain: DOMAIN, password });
    echo.reconnect.stop();
    echo.on('error', () => undefined);
    return echo;
  }

  it('answers a user over BOSH', async () => {
    connect(SECRET).on('stanza', (stanza: Element) => {
      const { from, to } = stanza.attrs as Record<string, string>;
      void echo.send(xml('message', { to: from, from: to, type: 'chat' }, ...stanza.getChildren('body')));
    });
    await echo.start();
    const alice = new StropheClient(server.boshUrl, 'alice');
    await alice.login();
    alice.chat(`anybody@${DOMAIN}`, 'one', 'two');
    await alice.until(() => alice.messages.length === 2);
    expect(alice.messages.map(({ from, body }) => `${from} ${body}`)).to.deep.equal([
      `anybody@${DOMAIN} one`,
      `anybody@${DOMAIN} two`,
    ]);
    await alice.logout();
  });

  it('is told that its secret is wrong', async () => {
    const error: unknown = await connect('another')
      .start()
      .catch((reason: unknown) => reason);
    expect(String(error)).to.contain('not-authorized');
  });
});
