import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { ServiceKey } from '../../lib/core/keys.ts';
import { defineModule, type HostContext } from '../../lib/core/module.ts';
import { element, errorOf, jid, settled, World } from './world.ts';

describe('modules', () => {
  let world: World;
  let order: string[];

  beforeEach(() => {
    world = new World();
    order = [];
  });

  function use(name: string, needs: readonly string[] = [], setup: (host: HostContext) => void = () => {}): void {
    world.host.use(
      defineModule({
        name,
        implements: [{ spec: `XEP-${name}`, status: 'complete' }],
        needs,
        setup(host) {
          order.push(name);
          setup(host);
        },
      }),
    );
  }

  it('are set up behind what they need, and by name where that leaves a choice', () => {
    use('caps', ['disco']);
    use('archive');
    use('ping');
    use('disco');
    use('blocking', ['roster', 'disco']);
    use('roster');
    world.host.start();
    expect(order).to.deep.equal(['archive', 'disco', 'roster', 'blocking', 'caps', 'ping']);
  });

  it('have their handlers run in that order', () => {
    const seen: string[] = [];
    const note = (name: string) => (host: HostContext) =>
      host.hook('stanza:to-server', 'act', () => void seen.push(name));
    use('a', ['b'], note('a'));
    use('b', [], note('b'));
    world.host.start();
    world.client('romeo@capulet.example/x').sends("<presence to='capulet.example'/>");
    expect(seen).to.deep.equal(['b', 'a']);
  });

  it('get the options that were given for them', () => {
    let given: unknown;
    const module = defineModule<{ readonly limit: number }>({
      name: 'm',
      implements: [],
      setup: (_, options) => {
        given = options;
      },
    });
    world.host.use(module, { limit: 3 });
    world.host.start();
    expect(given).to.deep.equal({ limit: 3 });
  });

  it('that are missing are named, with who needs them', () => {
    use('caps', ['disco']);
    expect(() => world.host.start()).to.throw('module "caps" needs "disco"');
  });

  it('that need each other are named', () => {
    use('a', ['b']);
    use('b', ['c']);
    use('c', ['a']);
    expect(() => world.host.start()).to.throw('a → b → c → a');
    expect(order).to.deep.equal([]);
  });

  it('cannot be used twice', () => {
    use('a');
    expect(() => use('a')).to.throw('module "a" is used twice');
  });

  it('claim what they implement', () => {
    use('b');
    use('a');
    expect(world.host.claims.map(({ module }) => module)).to.deep.equal(['a', 'b']);
    expect(world.host.claims[0]?.claims[0]).to.include({ spec: 'XEP-a' });
  });

  it('that fail say so, and those before them are stopped', () => {
    use('a', [], (host) => host.feature('urn:a'));
    use('b', ['a'], () => {
      throw new RangeError('no such port');
    });
    expect(() => world.host.start())
      .to.throw('module "b" could not be set up')
      .with.property('cause')
      .that.is.instanceOf(RangeError);
    expect(world.host.discovery.server.features).to.deep.equal([]);
  });

  it('leave nothing behind when they stop', async () => {
    const KEY = new ServiceKey<string>('greeting');
    let ticks = 0;
    const { host, clock } = world;
    use('m', [], (context) => {
      context.feature('urn:f');
      context.accountFeature('urn:a');
      context.identity({ category: 'server', type: 'im' });
      context.form(element('<x/>'));
      context.item({ jid: 'rooms.capulet.example' });
      context.node(() => ({ identities: [], features: [], forms: [] }));
      context.iq('get', 'urn:q', 'query', () => undefined, 'both');
      context.hook('stanza:to-server', 'act', () => 'handled');
      context.provide(KEY, 'hello');
      context.every(seconds(1), () => void (ticks += 1));
    });
    host.start();
    clock.advance(seconds(2));
    expect(host.services.find(KEY)).to.equal('hello');
    await host.stop();
    clock.advance(seconds(5));
    expect(ticks).to.equal(2);
    expect(clock.pending).to.equal(0);
    expect(host.services.find(KEY)).to.equal(undefined);
    expect(host.hooks.isHandled('stanza:to-server')).to.equal(false);
    expect(host.discovery.server).to.deep.equal({ identities: [], features: [], forms: [] });
    expect(host.discovery.account.features).to.deep.equal([]);
    expect(host.discovery.items).to.deep.equal([]);
    expect(await host.discovery.node('any', host.jid)).to.equal(undefined);
    const romeo = world.client('romeo@capulet.example/x');
    for (const to of ["to='capulet.example'", '']) {
      romeo.sends(`<iq type='get' id='1' ${to}><query xmlns='urn:q'/></iq>`);
      expect(errorOf(romeo.one())).to.equal('cancel/service-unavailable');
    }
  });

  it('do things again and again, the next one after the last has ended', async () => {
    const { clock } = world;
    let started = 0;
    let finish: () => void = () => {};
    use('m', [], (context) =>
      context.every(seconds(10), () => {
        started += 1;
        return new Promise<void>((resolve) => (finish = resolve));
      }),
    );
    world.host.start();
    clock.advance(seconds(60));
    expect(started, 'the first has not ended').to.equal(1);
    finish();
    await settled();
    clock.advance(seconds(10));
    expect(started).to.equal(2);
  });

  it('do nothing again when they have stopped meanwhile', async () => {
    let finish: () => void = () => {};
    use('m', [], (context) => context.every(seconds(10), () => new Promise<void>((resolve) => (finish = resolve))));
    world.host.start();
    world.clock.advance(seconds(10));
    await world.host.stop();
    finish();
    await settled();
    expect(world.clock.pending).to.equal(0);
  });

  it('go on doing things after one of them failed', () => {
    let started = 0;
    use('m', [], (context) =>
      context.every(seconds(1), () => {
        started += 1;
        throw new TypeError('a bug');
      }),
    );
    world.host.start();
    world.clock.advance(seconds(3));
    expect(started).to.equal(3);
    expect(world.log.of('core.failed')[0]).to.include({ module: 'm' });
  });

  it('see their host through their context', async () => {
    let context: HostContext | undefined;
    world.addHost({ domain: 'montague.example' });
    use('m', [], (given) => {
      context = given;
    });
    world.host.start();
    expect(context?.domain).to.equal('capulet.example');
    expect(context?.jid.toString()).to.equal('capulet.example');
    expect(context?.domains).to.deep.equal(['capulet.example', 'montague.example']);
    expect(context?.sessions).to.equal(world.host.sessions);
    expect(context?.store).to.equal(world.store);
    expect(context?.clock).to.equal(world.clock);
    expect(context?.random).to.equal(world.random);
    expect(context?.options.maxResources).to.equal(10);
    expect(await context?.mayObserve(jid('a@capulet.example'), jid('b@capulet.example'))).to.equal(false);
  });

  it('cannot give the same service twice', () => {
    const KEY = new ServiceKey<string>('greeting');
    use('a', [], (context) => context.provide(KEY, 'hello'));
    use('b', [], (context) => context.provide(KEY, 'hi'));
    expect(() => world.host.start())
      .to.throw('module "b"')
      .with.property('cause')
      .that.has.property('message')
      .that.contains('greeting');
  });
});
