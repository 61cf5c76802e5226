import { expect } from 'chai';
import type { HostOptions } from '../../lib/core/host-options.ts';
import { Hosts } from '../../lib/core/hosts.ts';
import type { HostContext } from '../../lib/core/module.ts';
import { xml } from '../../lib/xml/index.ts';
import { StanzaError, type StanzaCondition } from '../../lib/xmpp/stanza-error.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { element, FakeTransport, jid, settled, World } from './world.ts';

const ACCOUNT = 'romeo@capulet.example';

describe('host', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  function withOptions(options: Partial<HostOptions>): void {
    world = new World(options);
  }

  function bind(resource?: string): string {
    return world.host.bind(jid(ACCOUNT), resource, new FakeTransport()).jid.toString();
  }

  function refusal(work: () => unknown): StanzaCondition {
    try {
      work();
    } catch (error) {
      if (error instanceof StanzaError) return error.condition;
      throw error;
    }
    throw new Error('nothing was refused');
  }

  describe('RFC 6120 §7.6 a resource that the server makes', () => {
    for (const asked of [undefined, '']) {
      it(`cannot be guessed: ${asked === undefined ? 'none asked for' : 'an empty one asked for'}`, () => {
        const [first, second] = [bind(asked), bind(asked)];
        expect(first).to.match(/^romeo@capulet\.example\/[a-z2-7]{20}$/);
        expect(second).not.to.equal(first);
      });
    }
  });

  describe('RFC 6120 §7.7 a resource that the client asks for', () => {
    it('is granted as it is', () => {
      expect(bind('balcony')).to.equal(`${ACCOUNT}/balcony`);
    });

    it('is prepared', () => {
      expect(bind('Ａ')).to.equal(`${ACCOUNT}/Ａ`);
      expect(bind('e\u0301')).to.equal(`${ACCOUNT}/é`);
    });

    it('§7.7.2.1 that is none is refused', () => {
      expect(refusal(() => bind('\u0001'))).to.equal('bad-request');
      expect(refusal(() => bind('x'.repeat(1024)))).to.equal('bad-request');
      expect(world.host.sessions.size).to.equal(0);
    });

    it('§7.7.2.2 that is taken becomes another one, by default', () => {
      const first = world.client(`${ACCOUNT}/balcony`);
      const second = bind('balcony');
      expect(second).to.match(/^romeo@capulet\.example\/[a-z2-7]{20}$/);
      expect(first.transport.isClosed).to.equal(false);
    });

    it('§7.7.2.2 that is taken is refused, if the policy says so', () => {
      withOptions({ conflict: 'refuse' });
      const first = world.client(`${ACCOUNT}/balcony`);
      expect(refusal(() => bind('balcony'))).to.equal('conflict');
      expect(first.transport.isClosed).to.equal(false);
    });

    it('§7.7.2.2 that is taken is taken over, if the policy says so', () => {
      withOptions({ conflict: 'replace' });
      const order: string[] = [];
      world
        .with((host) => {
          host.hook('session:ended', 'observe', () => void order.push('ended'));
          host.hook('session:bound', 'observe', () => void order.push('bound'));
        })
        .start();
      const first = world.client(`${ACCOUNT}/balcony`);
      const second = world.client(`${ACCOUNT}/balcony`);
      expect(first.transport.error?.condition).to.equal('conflict');
      expect(second.jid).to.equal(`${ACCOUNT}/balcony`);
      expect(world.host.sessions.find(second.session.jid)).to.equal(second.session);
      expect(order).to.deep.equal(['bound', 'ended', 'bound']);
    });
  });

  describe('RFC 6120 §7.6.2.1 the limit of resources', () => {
    it('is refused with resource-constraint, and holds for one account', () => {
      withOptions({ maxResources: 2 });
      bind('a');
      bind('b');
      expect(refusal(() => bind('c'))).to.equal('resource-constraint');
      expect(refusal(() => bind())).to.equal('resource-constraint');
      expect(world.client('juliet@capulet.example/x').jid).to.equal('juliet@capulet.example/x');
    });

    it('is 10 by default', () => {
      for (let count = 0; count < 10; count += 1) bind();
      expect(refusal(() => bind())).to.equal('resource-constraint');
    });

    it('does not count the session that is taken over, nor those that are gone', () => {
      withOptions({ maxResources: 1, conflict: 'replace' });
      bind('a');
      const again = world.client(`${ACCOUNT}/a`);
      again.session.closed('lost', []);
      expect(bind('b')).to.equal(`${ACCOUNT}/b`);
    });
  });

  it('prepares its domain, and refuses what is none', () => {
    expect(world.addHost({ domain: 'MONTAGUE.example' }).domain).to.equal('montague.example');
    expect(() => world.addHost({ domain: 'a b' })).to.throw('is not a domain');
  });

  it('is served once', () => {
    expect(() => world.addHost({ domain: 'capulet.example' })).to.throw('served twice');
    expect(new Hosts().find('capulet.example')).to.equal(undefined);
  });

  it('collects the stream features of its modules, in their order', () => {
    world
      .with((host) => host.hook('stream:features', 'act', ({ features }) => void features.push(xml('a'))))
      .with((host) => host.hook('stream:features', 'act', ({ features }) => void features.push(xml('b'))))
      .start();
    expect(world.host.features().map((feature) => feature.name)).to.deep.equal(['a', 'b']);
    expect(world.host.features(), 'afresh for each client').to.have.length(2);
  });

  it('goes on when a handler of session:bound fails', () => {
    world
      .with((host) =>
        host.hook('session:bound', 'act', () => {
          throw new TypeError('a bug');
        }),
      )
      .start();
    expect(bind('a')).to.equal(`${ACCOUNT}/a`);
    expect(world.log.of('core.failed')).to.have.length(1);
  });

  it('removes an account with its sessions, and tells so', async () => {
    const removed: string[] = [];
    world
      .with((host) => host.hook('account:removed', 'observe', ({ account }) => void removed.push(account.toString())))
      .start();
    await world.account('romeo');
    const orchard = world.client(`${ACCOUNT}/orchard`);
    const removal = world.host.removeAccount(jid(ACCOUNT));
    expect(orchard.transport.error?.condition, 'before the data is gone').to.equal('not-authorized');
    const late = world.client(`${ACCOUNT}/late`);
    expect(await removal).to.equal(true);
    expect(late.transport.error?.condition, 'came meanwhile').to.equal('not-authorized');
    expect(removed).to.deep.equal([ACCOUNT]);
    expect(await world.host.removeAccount(jid(ACCOUNT))).to.equal(false);
    expect(removed).to.have.length(1);
  });

  describe('stop', () => {
    it('ends the sessions', async () => {
      const client = world.start().client(`${ACCOUNT}/orchard`);
      await world.host.stop();
      expect(client.transport.error?.condition).to.equal('system-shutdown');
      expect(world.host.sessions.size).to.equal(0);
    });

    it('waits for what is under way, and for what comes of it, before the modules are gone', async () => {
      const order: string[] = [];
      let go: () => void = () => {};
      world
        .with((host) => {
          host.hook('stanza:from-client', 'act', async ({ session, stanza }) => {
            await new Promise<void>((resolve) => (go = resolve));
            session.send(stanza);
            return 'handled' as const;
          });
          host.hook('message:undeliverable', 'act', async () => {
            await settled();
            order.push('kept');
            return 'handled' as const;
          });
        })
        .start();
      await world.account('juliet');
      world.client(`${ACCOUNT}/orchard`).sends("<message to='juliet@capulet.example' type='chat'/>");
      const stopped = world.host.stop().then(() => order.push('stopped'));
      await settled();
      expect(order).to.deep.equal([]);
      go();
      await stopped;
      expect(order).to.deep.equal(['kept', 'stopped']);
    });
  });

  it('keeps no messages for anonymous accounts, which are gone with their session', async () => {
    withOptions({ anonymous: true });
    world.with((host) => host.hook('message:undeliverable', 'act', () => 'handled')).start();
    expect(world.host.anonymous).to.equal(true);
    await world.account('guest');
    const client = world.client(`${ACCOUNT}/orchard`);
    client.sends("<message to='guest@capulet.example' type='chat' id='1'/>");
    expect(client.got()).to.deep.equal([
      `message error #1 guest@capulet.example→${ACCOUNT}/orchard cancel/service-unavailable`,
    ]);
  });

  it('tells its observer what passes', () => {
    const [orchard, street] = [world.client(`${ACCOUNT}/orchard`), world.client('tybalt@capulet.example/street')];
    orchard.sends(`<message to='${street.jid}'/>`);
    orchard.sends("<iq to='capulet.example' type='get' id='1'><x xmlns='x'/></iq>");
    expect(world.passed).to.deep.equal(['message in', 'message out', 'iq in', 'iq out']);
  });

  describe('mayObserve', () => {
    beforeEach(() => {
      world.subscribers({ 'juliet@capulet.example': [ACCOUNT] }).start();
    });

    for (const [observer, answer] of [
      ['juliet@capulet.example/chamber', true],
      ['capulet.example', true],
      [`${ACCOUNT}/orchard`, true],
      ['tybalt@capulet.example', false],
      ['capulet.example/resource', false],
      ['far.example', false],
    ] as const) {
      it(`${observer}: ${answer}`, async () => {
        expect(await world.host.mayObserve(jid(observer), jid('juliet@capulet.example'))).to.equal(answer);
      });
    }

    it('is false for strangers while no module keeps rosters', async () => {
      const bare = new World();
      expect(await bare.host.mayObserve(jid(ACCOUNT), jid('juliet@capulet.example'))).to.equal(false);
    });
  });

  describe('a module', () => {
    let context: HostContext;
    let toServer: (string | undefined)[];

    beforeEach(() => {
      toServer = [];
      world
        .with((host) => {
          context = host;
          host.hook('stanza:to-server', 'act', ({ stanza }) => {
            toServer.push(stanza.type);
            return 'handled';
          });
        })
        .start();
    });

    it('handles messages to the server, which then are not bounced', () => {
      const client = world.client(`${ACCOUNT}/orchard`);
      client.sends("<message to='capulet.example' id='1'/>");
      expect(toServer).to.deep.equal([undefined]);
      expect(client.got()).to.deep.equal([]);
    });

    it('sends in the name of the server, and gets the answer or the error there', async () => {
      const client = world.client(`${ACCOUNT}/orchard`);
      const ping = (to: string): Stanza =>
        new Stanza(element("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"), context.jid, jid(to));
      await context.send(ping(client.jid));
      expect(client.got()).to.deep.equal([`iq get #p capulet.example→${ACCOUNT}/orchard ping`]);
      client.sends("<iq type='result' id='p' to='capulet.example'/>");
      await context.send(ping(`${ACCOUNT}/nowhere`));
      expect(toServer).to.deep.equal(['result', 'error']);
    });

    it('that sends to nobody has a bug, which is logged', async () => {
      await context.send(new Stanza(element('<message/>'), context.jid, undefined));
      expect(world.log.of('core.failed')).to.have.length(1);
    });
  });
});
