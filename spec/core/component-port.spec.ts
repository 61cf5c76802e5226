import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { COMPONENT_PORTS, type ComponentPort } from '../../lib/core/component-port.ts';
import disco from '../../lib/modules/disco/index.ts';
import externalComponents from '../../lib/modules/external-components/index.ts';
import { FakeTransport, World, type FakeClient } from './world.ts';

const DOMAIN = 'plays.example';
const PATIENCE = seconds(10);

describe('ComponentPort', () => {
  let world: World;
  let port: ComponentPort;
  let romeo: FakeClient;

  beforeEach(() => {
    world = new World();
    const component = { domain: DOMAIN, name: '', secret: 's', patience: PATIENCE, maxWaiting: 2 };
    world.host.use(disco);
    world.host.use(externalComponents, { components: [component] });
    world.start();
    const found = world.host.services.find(COMPONENT_PORTS)?.get(DOMAIN);
    if (!found) throw new Error('no port');
    port = found;
    romeo = world.client('romeo@capulet.example/orchard');
  });

  function connect(): FakeTransport {
    const transport = new FakeTransport();
    port.connected(transport);
    return transport;
  }

  function says(...ids: string[]): void {
    for (const id of ids) romeo.sends(`<message to='${DOMAIN}' id='${id}'/>`);
  }

  const idsOf = ({ sent }: FakeTransport): (string | undefined)[] => sent.map(({ element }) => element.attrs['id']);

  it('gives what came before the component to it, in order', () => {
    says('1', '2');
    expect(idsOf(connect())).to.deep.equal(['1', '2']);
    says('3');
    expect(romeo.got()).to.deep.equal([]);
  });

  it('keeps what did not reach the component, as far as there is room, and tells the senders of the rest', () => {
    const transport = connect();
    says('1', '2', '3');
    port.disconnected(transport.sent);
    expect(romeo.got()).to.deep.equal([
      `message error #3 ${DOMAIN}→romeo@capulet.example/orchard wait/resource-constraint`,
    ]);
    says('4');
    expect(romeo.got().join()).to.contain('#4').and.to.contain('resource-constraint');
    expect(idsOf(connect())).to.deep.equal(['1', '2']);
  });

  it('gives up in time, and then has no patience', () => {
    connect();
    port.disconnected([]);
    says('1');
    world.clock.advance(PATIENCE - 1);
    expect(romeo.got()).to.deep.equal([]);
    world.clock.advance(1);
    says('2');
    expect(romeo.got()).to.deep.equal(
      ['1', '2'].map((id) => `message error #${id} ${DOMAIN}→romeo@capulet.example/orchard wait/remote-server-timeout`),
    );
    expect(idsOf(connect())).to.deep.equal([]);
  });

  it('answers no errors', () => {
    romeo.sends(`<message to='${DOMAIN}' type='error' id='1'/>`);
    world.clock.advance(PATIENCE);
    expect(romeo.got()).to.deep.equal([]);
  });

  it('a host that stops waits for nobody', async () => {
    says('1');
    await world.host.stop();
    expect(romeo.transport.sent.map(({ xml }) => xml).join()).to.contain('remote-server-timeout');
  });
});
