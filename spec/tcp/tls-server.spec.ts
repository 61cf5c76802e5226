import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { TlsServer } from '../../lib/tcp/tls-server.ts';

const file = (name: string): Buffer => readFileSync(join('spec', 'support', 'certificates', name));

describe('TlsServer', () => {
  let listener: Server;
  let secured: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    secured = 0;
    const tls = new TlsServer({
      asksForCertificate: false,
      handshakeTimeout: 30,
      secured: () => (secured += 1),
    });
    expect(tls.isReady).to.equal(false);
    tls.setCertificate({ cert: file('first.pem'), key: file('first.key') });
    expect(tls.isReady).to.equal(true);
    listener = createServer((socket) => tls.secure(socket.on('error', () => undefined)));
    listener.listen({ host: '127.0.0.1', port: 0 });
    await once(listener, 'listening');
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    listener.close();
  });

  const port = (): number => (listener.address() as AddressInfo).port;

  it('cuts off who does not begin the handshake in time', async () => {
    const socket = connect({ host: '127.0.0.1', port: port() });
    sockets.push(socket);
    socket.resume();
    await once(socket, 'close');
    expect(secured).to.equal(0);
  });

  it('leaves those alone who have done it', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: port(), rejectUnauthorized: false });
    sockets.push(socket);
    await once(socket, 'secureConnect');
    const late = connect({ host: '127.0.0.1', port: port() }).resume();
    sockets.push(late);
    await once(late, 'close');
    expect([secured, socket.destroyed]).to.deep.equal([1, false]);
  });
});
