import { once } from 'node:events';
import { expect } from 'chai';
import { $iq, $pres } from 'strophe.js';
import { seconds } from '../../lib/base/time.ts';
import type { HoldfastServer, ServerDependencies } from '../../lib/server.ts';
import { connectComponent } from '../support/component-client.ts';
import { driven } from '../support/driven.ts';
import { createAccount, startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';
import type { TcpClient } from '../support/tcp-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const DOMAIN = 'plays.localhost';
const SECRET = 'a secret of the spec';

describe('XEP-0114: what components and users send each other', () => {
  let server: HoldfastServer;
  const components: TcpClient[] = [];
  const users: StropheClient[] = [];

  async function serve(dependencies: ServerDependencies = {}, more: object = {}): Promise<void> {
    const services = [{ domain: DOMAIN, secret: SECRET, name: 'Plays' }];
    const listen = ['127.0.0.1:0'];
    server = await startServer(['alice', 'bob'], { components: { listen, services, ...more } }, dependencies);
  }

  afterEach(async () => {
    for (const component of components.splice(0)) component.close();
    for (const user of users.splice(0)) user.close();
    await server.close({ drain: 0 });
  });

  async function component(): Promise<TcpClient> {
    const client = await connectComponent(server.tcp.componentUrls[0] ?? '', DOMAIN, SECRET);
    components.push(client);
    return client;
  }

  async function user(name: string): Promise<StropheClient> {
    const client = new StropheClient(server.boshUrl, name);
    users.push(client);
    await client.login('desk');
    return client;
  }

  /** Cuts the connection of a component, and waits until the server knows. */
  async function cut(client: TcpClient): Promise<void> {
    client.close();
    await once(client.socket, 'close');
    while (server.tcp.components.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('a stanza for any address of the domain comes in the namespace of components, what is inside as it was', async () => {
    await serve();
    const plays = await component();
    const alice = await user('alice');
    alice.chat(`hamlet@${DOMAIN}/stage`, 'Words, words');
    const message = await plays.until(/<\/message>/);
    expect(message).to.contain('xmlns="jabber:component:accept"').and.not.to.contain('jabber:client');
    expect(message).to.contain(`to="hamlet@${DOMAIN}/stage"`).and.to.contain('from="alice@localhost/desk"');
    expect(message).to.contain('<body>Words, words</body>');
  });

  it('a stanza from any address of the domain comes in the namespace of clients', async () => {
    await serve();
    const plays = await component();
    const alice = await user('alice');
    plays.say(
      `<message from='hamlet@${DOMAIN}/stage' to='alice@localhost' type='chat'>` +
        "<body xmlns='jabber:component:accept'>A dream</body></message>",
    );
    await alice.until(() => alice.messages.length === 1);
    expect(alice.messages[0]).to.include({ from: `hamlet@${DOMAIN}/stage`, body: 'A dream' });
  });

  it('requests are answered both ways', async () => {
    await serve();
    const plays = await component();
    const alice = await user('alice');
    plays.say(`<iq type='get' id='1' from='any@${DOMAIN}/x' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(await plays.until(/<iq [^>]*>/))
      .to.contain('type="result"')
      .and.to.contain(`to="any@${DOMAIN}/x"`);
    const asked = alice.ask($iq({ type: 'get', to: DOMAIN }).c('ping', { xmlns: 'urn:xmpp:ping' }));
    const id = / id="([^"]*)"/.exec(await plays.until(/<\/iq>/))?.[1] ?? '';
    plays.say(`<iq type='result' id='${id}' from='${DOMAIN}' to='alice@localhost/desk'/>`);
    expect((await asked).getAttribute('from')).to.equal(DOMAIN);
  });

  it('a contact of the domain is subscribed to, seen, and gone when the user is', async () => {
    await serve();
    const plays = await component();
    const alice = await user('alice');
    alice.presence(`hamlet@${DOMAIN}`, 'subscribe');
    expect(await plays.until(/<presence [^>]*>/))
      .to.contain('type="subscribe"')
      .and.to.contain('from="alice@localhost"');
    plays.say(`<presence from='hamlet@${DOMAIN}' to='alice@localhost' type='subscribed'/>`);
    plays.say(`<presence from='hamlet@${DOMAIN}/stage' to='alice@localhost'/>`);
    await alice.until(() => alice.presences.some(({ from }) => from === `hamlet@${DOMAIN}/stage`));
    expect(await alice.roster()).to.deep.equal([{ jid: `hamlet@${DOMAIN}`, subscription: 'to' }]);
    plays.say(`<presence from='hamlet@${DOMAIN}' to='alice@localhost' type='subscribe'/>`);
    await alice.until(() => alice.presences.some(({ type }) => type === 'subscribe'));
    alice.presence(`hamlet@${DOMAIN}`, 'subscribed');
    await plays.until(/<presence [^>]*type="subscribed"/);
    await plays.until(/<presence [^>]*from="alice@localhost\/desk"/);
    await alice.logout();
    expect(await plays.until(/<presence [^>]*type="unavailable"[^>]*>/)).to.contain('from="alice@localhost/desk"');
  });

  it('what one sender sends arrives in its order, whether the recipient is there or not', async () => {
    await serve();
    const plays = await component();
    const bodies = Array.from({ length: 20 }, (_, index) => String(index));
    const message = (body: string): string =>
      `<message from='${DOMAIN}' to='bob@localhost' type='chat'><body>${body}</body></message>`;
    plays.say(bodies.map(message).join(''));
    plays.say(`<iq type='get' id='1' from='${DOMAIN}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await plays.until(/<iq [^>]*type="result"/);
    const bob = await user('bob');
    await bob.until(() => bob.messages.length === bodies.length);
    expect(bob.messages.map(({ body }) => body)).to.deep.equal(bodies);
  });

  it('is listed by the domain above it, with its name', async () => {
    await serve();
    const alice = await user('alice');
    const items = { xmlns: 'http://jabber.org/protocol/disco#items' };
    const answer = await alice.ask($iq({ type: 'get', to: 'localhost' }).c('query', items));
    const found = Array.from(answer.getElementsByTagName('item'), (item) => item.getAttribute('jid'));
    expect(found).to.include(DOMAIN);
  });

  it('a domain below another host is served beside that one', async () => {
    const services = [{ domain: 'plays.two.localhost', secret: SECRET }];
    const hosts = { localhost: {}, 'two.localhost': {} };
    server = await startServer([], { hosts, components: { listen: ['127.0.0.1:0'], services } });
    await createAccount(server, 'carol', 'two.localhost');
    const items = (name: string): string[] => server.hosts.find(name)?.discovery.items.map(({ jid }) => jid) ?? [];
    expect(items('two.localhost')).to.include('plays.two.localhost');
    expect(items('localhost')).not.to.include('plays.two.localhost');
  });

  describe('while it is not connected', () => {
    it('stanzas wait for its return, in order', async () => {
      await serve();
      const plays = await component();
      const alice = await user('alice');
      await cut(plays);
      alice.chat(DOMAIN, 'one', 'two');
      await alice.ask($iq({ type: 'get', to: 'localhost' }).c('ping', { xmlns: 'urn:xmpp:ping' }));
      const again = await component();
      expect(await again.until(/two/)).to.match(/one[^]*two/);
    });

    it('after 10 s their senders get remote-server-timeout, and so do later ones at once', async () => {
      const clock = new VirtualClock();
      await serve({ clock });
      const alice = await driven(clock, user('alice'));
      await driven(clock, component().then(cut));
      alice.chat(DOMAIN, 'one');
      await driven(
        clock,
        alice.until(() => alice.messages.length === 1),
        100,
      );
      alice.chat(DOMAIN, 'two');
      await driven(
        clock,
        alice.until(() => alice.messages.length === 2),
      );
      expect(alice.messages.map(({ from }) => from)).to.deep.equal([DOMAIN, DOMAIN]);
      const asked = alice.ask($iq({ type: 'get', to: DOMAIN }).c('ping', { xmlns: 'urn:xmpp:ping' }));
      const error: unknown = await driven(
        clock,
        asked.catch((reason: unknown) => reason),
      );
      expect(String(error)).to.contain('not connected');
    });

    it('no more wait than may', async () => {
      await serve({}, { max_waiting: 2 });
      const alice = await user('alice');
      alice.chat(DOMAIN, 'one', 'two', 'three');
      await alice.until(() => alice.messages.length === 1);
      expect(alice.messages[0]?.body).to.equal('three');
      const plays = await component();
      expect(await plays.until(/two/)).to.match(/one[^]*two/);
    });

    it('none wait where there is no patience', async () => {
      await serve({}, { patience: 0 });
      const alice = await user('alice');
      alice.chat(DOMAIN, 'one');
      await alice.until(() => alice.messages.length === 1);
      expect(alice.messages[0]).to.include({ from: DOMAIN });
    });
  });

  it('before the server stops it hears that the users have gone', async () => {
    await serve();
    const plays = await component();
    const alice = await user('alice');
    alice.send($pres({ to: `hamlet@${DOMAIN}` }));
    await plays.until(/<presence /);
    await server.close({ drain: seconds(1) });
    expect(await plays.rest()).to.match(/<presence [^>]*type="unavailable"[^]*<system-shutdown /);
  });

  it('the log says who connects, is refused and goes, and never a secret', async () => {
    const lines: string[] = [];
    const write = (event: string, fields?: object): void => void lines.push(`${event} ${JSON.stringify(fields)}`);
    await serve({ log: { debug: write, info: write, warn: write, error: write } });
    await cut(await component());
    await connectComponent(server.tcp.componentUrls[0] ?? '', DOMAIN, 'another').catch(() => undefined);
    const said = lines.filter((line) => line.startsWith('component.'));
    expect(said.map((line) => line.split(' ')[0])).to.deep.equal([
      'component.connected',
      'component.disconnected',
      'component.refused',
    ]);
    expect(lines.join()).not.to.contain(SECRET);
  });
});
