import { expect } from 'chai';
import type { HostOptions } from '../../lib/core/host-options.ts';
import type { Element } from '../../lib/xml/index.ts';
import { jid, World } from '../core/world.ts';
import { StreamClient } from '../support/stream-client.ts';

const BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const JULIET = 'juliet@capulet.example';

describe('RFC 6120 §7: resource binding', () => {
  let world: World;

  beforeEach(() => serve({}));

  async function serve(options: Partial<HostOptions>): Promise<void> {
    world = new World(options).start();
    await world.host.accounts.create(jid(JULIET), 'secret');
  }

  const login = (): Promise<StreamClient> => new StreamClient(world).login('juliet');

  /** The address, or the condition. */
  function outcome(answer: Element): string {
    const address = answer.child('bind', BIND)?.child('jid', BIND)?.text;
    return address ?? answer.getChildElements().at(-1)?.getChildElements()[0]?.name ?? '';
  }

  it('§7.4 is a feature after login, and the legacy session is not', async () => {
    const client = new StreamClient(world).opens();
    await client.next();
    client.auth('PLAIN', '\0juliet\0secret');
    await client.next();
    const features = (await client.opens().next())
      .getChildElements()
      .map(({ name, attrs }) => `${name} ${attrs['xmlns']}`);
    expect(features).to.include(`bind ${BIND}`);
    expect(features.join()).not.to.contain('session');
  });

  it('§7.6 the server makes a resource that nobody can guess', async () => {
    const made = new Set<string>();
    for (let count = 0; count < 3; count += 1) made.add(outcome(await (await login()).bind()));
    expect(made.size).to.equal(3);
    for (const address of made) expect(address).to.match(/^juliet@capulet\.example\/[a-z2-7]{20}$/);
  });

  it('§7.6 an empty resource is no wish', async () => {
    expect(outcome(await (await login()).bind(''))).to.match(/\/[a-z2-7]{20}$/);
  });

  it('§7.7 the client asks for a resource, which is prepared', async () => {
    expect(outcome(await (await login()).bind('balcony'))).to.equal(`${JULIET}/balcony`);
    expect(outcome(await (await login()).bind('A\u0301rbol'))).to.equal(`${JULIET}/Árbol`);
  });

  for (const [what, resource] of [
    ['a control character', 'a&#x7f;b'],
    ['more than 1023 bytes', 'é'.repeat(512)],
  ] as const) {
    it(`§7.7.2.1 bad-request: ${what}; the client may try again`, async () => {
      const client = await login();
      expect(outcome(await client.bind(resource))).to.equal('bad-request');
      expect(outcome(await client.bind('balcony'))).to.equal(`${JULIET}/balcony`);
    });
  }

  describe('§7.7.2.2 a resource that is taken', () => {
    async function twice(conflict: HostOptions['conflict']): Promise<{ second: string; isFirstThere: boolean }> {
      await serve({ conflict });
      const first = await login();
      await first.bind('balcony');
      const second = outcome(await (await login()).bind('balcony'));
      return { second, isFirstThere: first.end === undefined };
    }

    it('rename: the new client gets another', async () => {
      const { second, isFirstThere } = await twice('rename');
      expect(second).to.match(/\/[a-z2-7]{20}$/);
      expect(isFirstThere).to.equal(true);
    });

    it('refuse: the new client gets none', async () => {
      expect(await twice('refuse')).to.deep.equal({ second: 'conflict', isFirstThere: true });
    });

    it('replace: the old client is sent away', async () => {
      expect(await twice('replace')).to.deep.equal({ second: `${JULIET}/balcony`, isFirstThere: false });
    });
  });

  it('§7.6.2.1 resource-constraint: an account has as many as allowed, and room again when one goes', async () => {
    await serve({ maxResources: 2 });
    const first = await login();
    await first.bind();
    await (await login()).bind();
    const third = await login();
    expect(outcome(await third.bind())).to.equal('resource-constraint');
    first.stream.closed('graceful', []);
    expect(outcome(await third.bind('balcony'))).to.equal(`${JULIET}/balcony`);
  });

  it('§7.1 nothing but binding is possible before it', async () => {
    const client = await login();
    client.says("<presence xmlns='jabber:client'/>");
    expect(client.end?.condition).to.equal('not-authorized');
  });

  const SESSION =
    "<iq xmlns='jabber:client' type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>";

  it('RFC 3921 §3 the legacy session is granted, before and after binding', async () => {
    const client = await login();
    expect((await client.says(SESSION).next()).attrs).to.include({ type: 'result', id: 's' });
    await client.bind();
    expect((await client.says(SESSION).next()).attrs).to.include({ type: 'result', id: 's' });
  });
});
