import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { seconds, type Duration } from '../base/time.ts';

export interface TlsOptions {
  /** What the client may name by ALPN, if it names anything. */
  readonly protocols?: readonly string[];
  /** The client is asked for a certificate. It need not have one, nor one that is trusted. */
  readonly asksForCertificate: boolean;
  /** A client that has not finished the handshake by then is cut off. */
  readonly handshakeTimeout?: Duration;
  /** Told of each connection whose handshake is done. */
  readonly secured: (socket: TLSSocket) => void;
}

const HANDSHAKE_TIMEOUT: Duration = seconds(15);
/** @spec RFC 7590 §3.1 */
const SETTINGS = { minVersion: 'TLSv1.2', honorCipherOrder: true } as const;

/** The server's side of TLS, with a certificate that can be replaced while connections are up. */
export class TlsServer {
  readonly #server: Server;
  #isReady = false;

  constructor({ protocols, asksForCertificate, handshakeTimeout = HANDSHAKE_TIMEOUT, secured }: TlsOptions) {
    this.#server = createServer({
      ...SETTINGS,
      ...(protocols ? { ALPNProtocols: [...protocols] } : {}),
      requestCert: asksForCertificate,
      rejectUnauthorized: false,
      handshakeTimeout,
    });
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#server.on('secureConnection', (socket) => {
      // What breaks a connection is followed by its end.
      socket.on('error', () => socket.destroy());
      secured(socket);
    });
  }

  /** There is a certificate. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /**
   * Connections from now on get this certificate; the others stay as they are.
   *
   * @param options with whom clients' certificates have to come from, as `ca`
   */
  setCertificate(options: SecureContextOptions): void {
    this.#server.setSecureContext({ ...SETTINGS, ...options });
    this.#isReady = true;
  }

  /** Does the handshake on a connection. One that fails, or takes too long, ends the connection. */
  secure(socket: Socket): void {
    this.#server.emit('connection', socket);
  }
}
