import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A cable between a client and a server that can be cut: every connection through it breaks, new ones work. */
export class Cable {
  readonly #listener: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();

  private constructor(listener: Server, port: number) {
    this.#listener = listener;
    this.#port = port;
    listener.on('connection', (socket) => this.#join(socket));
  }

  /** Lays a cable to the port of a URL on this machine. */
  static async to(url: string): Promise<Cable> {
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new Cable(listener, Number(new URL(url).port));
  }

  /** The same URL, through this cable. */
  urlOf(url: string): string {
    const through = new URL(url);
    through.port = String((this.#listener.address() as AddressInfo).port); // of a TCP server
    return through.href;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.#listener.close();
  }

  #join(near: Socket): void {
    const far = connect(this.#port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true).pipe(other);
      // A cut cable is no surprise to either end.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
