import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A cable between a client and a server that can be cut: every connection through it breaks, new ones work. */
export class Cable {
  readonly #listener: Server;
  readonly #port: number;
  readonly #pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  #isHeld = false;

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

  /** Lets nothing through to the client any more, so that it seems to read nothing. */
  hold(): void {
    this.#isHeld = true;
    for (const { near, far } of this.#pairs) far.unpipe(near);
  }

  release(): void {
    this.#isHeld = false;
    for (const { near, far } of this.#pairs) far.pipe(near);
  }

  cut(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.#listener.close();
  }

  #join(near: Socket): void {
    const far = connect(this.#port, '127.0.0.1');
    const pair = { near, far };
    this.#pairs.add(pair);
    near.pipe(far);
    if (!this.#isHeld) far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      // A cut cable is no surprise to either end.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
  }
}
