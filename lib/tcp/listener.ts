import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { seconds, type Duration } from '../base/time.ts';

export interface ListenerOptions {
  /** `host:port`; port 0 for any free one. */
  readonly address: string;
}

/** Silence after which the system itself looks whether the other side is still there. */
const KEEP_ALIVE: Duration = seconds(60);

/** One listening TCP socket. */
export abstract class Listener {
  /** As configured. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: ListenerOptions) {
    this.address = options.address;
    const settings = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE };
    this.#server = createServer(settings, (socket) => this.#accept(socket));
  }

  /** Somebody has connected. */
  protected abstract connected(socket: Socket): void;

  /** @throws Error when the port is taken */
  async listen(): Promise<void> {
    const colon = this.address.lastIndexOf(':');
    const host = this.address.slice(0, colon).replace(/^\[|\]$/g, '');
    this.#server.listen({ host, port: Number(this.address.slice(colon + 1)) });
    await once(this.#server, 'listening');
  }

  /** `host:port` as another program on this machine can use it. */
  protected get authority(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is not listening');
    return authorityOf(address);
  }

  /** Takes no new connection; resolves when the last one is gone. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  /** Cuts the connections that are left. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // What breaks a connection is followed by its end.
    socket.on('error', () => socket.destroy());
    this.connected(socket);
  }
}

function authorityOf({ address, port, family }: AddressInfo): string {
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  return family === 'IPv6' && host !== 'localhost' ? `[${host}]:${port}` : `${host}:${port}`;
}
