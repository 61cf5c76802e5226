import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Duration } from '../base/time.ts';
import { serveConnects, type Connect } from './connect.ts';
import { serveUpgrades, type Upgrade } from './upgrade.ts';
import { createWebServer, type WebServer } from './web-server.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** With TLS: it needs a certificate before somebody connects. */
  readonly isSecure: boolean;
  /** Whether HTTP/2 is spoken where there is TLS. */
  readonly http2: boolean;
  /** How long an idle connection is kept: longer than a client may be silent. H-05 */
  readonly keepAlive: Duration;
}

/** What is done with the connections that ask for another protocol. */
export interface ProtocolSwitch {
  readonly upgrade: Upgrade;
  readonly connect: Connect;
}

/** How often connections that have become idle are closed while the listener closes. */
const SWEEP_INTERVAL: Duration = 20;

/** One listening socket, and the connections that came of it. */
export class Listener {
  readonly server: WebServer;
  readonly #options: ListenerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: ListenerOptions, handle: RequestListener, { upgrade, connect }: ProtocolSwitch) {
    this.#options = options;
    const secure = options.http2 ? 'http2' : 'https';
    this.server = createWebServer(options.isSecure ? secure : 'http', options.keepAlive, handle);
    serveUpgrades(this.server, upgrade);
    if ('updateSettings' in this.server) serveConnects(this.server, connect);
    remember(this.server, 'connection', this.#sockets);
    remember(this.server, 'session', this.#sessions);
  }

  async listen(): Promise<void> {
    this.server.listen({ host: this.#options.host, port: this.#options.port });
    await once(this.server, 'listening');
  }

  get port(): number {
    return this.#address.port;
  }

  /** `http://host:port` as another program on this machine can use it. */
  get url(): string {
    const { address, port, family } = this.#address;
    const host = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
    const literal = family === 'IPv6' && host !== 'localhost' ? `[${host}]` : host;
    return `${this.#options.isSecure ? 'https' : 'http'}://${literal}:${port}`;
  }

  /** New connections get this certificate; the others stay as they are. */
  setCertificate(tls: SecureContextOptions): void {
    if ('setSecureContext' in this.server) this.server.setSecureContext(tls);
  }

  /** Takes no new connection; resolves when the last one is gone. @spec RFC 9113 §6.8 */
  async close(): Promise<void> {
    const { server } = this;
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    // GOAWAY: what is under way comes to its end, and the connection with it.
    for (const session of this.#sessions) session.close();
    // What is answered from now on leaves an idle connection behind.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL);
    await closed;
    clearInterval(sweep);
  }

  /** Cuts the connections that are left. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get #address(): AddressInfo {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is not listening');
    return address;
  }
}

/** Keeps what an event gives, as long as it is open. */
function remember<T extends Socket | ServerHttp2Session>(server: WebServer, event: string, open: Set<T>): void {
  server.on(event, (one: T) => {
    if (open.has(one)) return;
    open.add(one);
    one.once('close', () => open.delete(one));
  });
}
