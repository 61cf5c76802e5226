import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { WEATHERS, WeatherProxy, weatherOf, type Weather } from '../../lib/compare/weather/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Answers each piece with the same piece in capitals. */
function echo(): Server {
  return createServer((socket) => {
    socket.on('data', (bytes: Buffer) => socket.write(String(bytes).toUpperCase()));
    socket.on('error', () => socket.destroy());
  }).listen(0, '127.0.0.1');
}

/** Waits until the sockets of this process have nothing more to tell. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('weather: the proxy', () => {
  let server: Server;
  let clock: VirtualClock;
  let proxy: WeatherProxy;
  let client: Socket;
  let heard: string;

  async function join(weather: Weather): Promise<void> {
    clock = new VirtualClock();
    proxy = await WeatherProxy.open({ port: (server.address() as AddressInfo).port, weather, clock });
    client = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
    heard = '';
    client.on('data', (text: string) => (heard += text)).on('error', () => client.destroy());
    await once(client, 'connect');
    await settled();
  }

  /** Lets time pass in small steps, as the sockets need turns to bring what is due. */
  async function pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 10) {
      clock.advance(10);
      await settled();
    }
  }

  beforeEach(async () => {
    server = echo();
    await once(server, 'listening');
  });

  afterEach(async () => {
    client.destroy();
    await proxy.close();
    server.close();
  });

  it('a first answer takes the handshake and a round trip, the next only a round trip', async () => {
    await join(WEATHERS.transatlantic);
    client.write('one');
    await settled();
    await pass(190);
    expect(heard).to.equal('');
    await pass(10);
    expect(heard).to.equal('ONE');
    client.write('two');
    await settled();
    await pass(90);
    expect(heard).to.equal('ONE');
    await pass(10);
    expect(heard).to.equal('ONETWO');
  });

  it('counts bytes and connections', async () => {
    await join(weatherOf('none', {}));
    client.write('five5');
    await settled();
    expect(heard).to.equal('FIVE5');
    expect(proxy.traffic).to.deep.equal({ up: 5, down: 5, opened: 1, open: 1 });
  });

  it('closes a connection over which nothing goes', async () => {
    await join(weatherOf('impatient', {}, { idleCut: 1000 }));
    await pass(900);
    client.write('x');
    await settled();
    await pass(900);
    expect(client.readyState).to.equal('open');
    const ended = once(client, 'end');
    await pass(200);
    await ended;
    expect(proxy.traffic.open).to.equal(0);
  });

  it('resets connections; a new one works', async () => {
    await join(WEATHERS.lan);
    const closed = new Promise((resolve) => client.once('close', resolve));
    proxy.reset();
    await closed;
    client = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
    client.write('again');
    const [text] = (await once(client, 'data')) as [string];
    expect(text).to.equal('AGAIN');
  });

  it('in a black hole nothing gets through; afterwards everything does', async () => {
    await join(weatherOf('none', {}));
    proxy.blackHole(5000);
    client.write('lost');
    await settled();
    await pass(5000);
    expect(heard).to.equal('');
    // Sent again 0.2, 0.6, 1.4, 3 and 6.2 s after the beginning, and the answer is not lost.
    await pass(1190);
    expect(heard).to.equal('');
    await pass(10);
    expect(heard).to.equal('LOST');
  });
});
