import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { seconds, type Duration } from '../base/time.ts';
import { serveUpgrades, type Upgrade } from './upgrade.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** With TLS: it needs a certificate before somebody connects. */
  readonly isSecure: boolean;
  /** How long an idle connection is kept: longer than a client may be silent. H-05 */
  readonly keepAlive: Duration;
}

/** The whole request must be here within this time of its first byte: an upload takes its time. H-09 */
const REQUEST_TIMEOUT: Duration = seconds(1800);
const HEADERS_TIMEOUT: Duration = seconds(20);
/** How often these two are looked at. */
const CHECK_INTERVAL: Duration = seconds(5);
/** How often connections that have become idle are closed while the listener closes. */
const SWEEP_INTERVAL: Duration = 20;
/** Bytes of a request head. */
const MAX_HEADER_BYTES = 16 * 1024;

/** One listening socket, with every time-out of Node's server set on purpose. */
export class Listener {
  readonly server: Server | HttpsServer;
  readonly #options: ListenerOptions;
  readonly #upgraded: Set<Duplex>;

  constructor(options: ListenerOptions, handle: RequestListener, upgrade: Upgrade) {
    this.#options = options;
    const settings: ServerOptions = {
      keepAliveTimeout: options.keepAlive,
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    };
    this.server = options.isSecure ? createHttpsServer(settings, handle) : createHttpServer(settings, handle);
    this.#upgraded = serveUpgrades(this.server, upgrade);
    // A held request has no time-out of its own: `wait` bounds it.
    this.server.timeout = 0;
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

  /** Takes no new connection; resolves when the last one is gone. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    // What is answered from now on leaves an idle connection behind.
    const sweep = setInterval(() => this.server.closeIdleConnections(), SWEEP_INTERVAL);
    await closed;
    clearInterval(sweep);
  }

  /** Cuts the connections that are left. */
  cut(): void {
    this.server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
  }

  get #address(): AddressInfo {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is not listening');
    return address;
  }
}
