import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { seconds, type Duration } from '../base/time.ts';

/** A client that has not finished the handshake by then is cut off. */
const HANDSHAKE_TIMEOUT: Duration = seconds(15);
/** @spec RFC 7590 §3.1 */
const SETTINGS = { minVersion: 'TLSv1.2', honorCipherOrder: true } as const;

/** The server's side of TLS, with a certificate that can be replaced while connections are up. */
export class TlsServer {
  readonly #clock: Clock;
  #context: SecureContext | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There is a certificate. */
  get isReady(): boolean {
    return this.#context !== undefined;
  }

  /** Connections from now on get this certificate; the others stay as they are. */
  setCertificate(options: SecureContextOptions): void {
    this.#context = createSecureContext({ ...SETTINGS, ...options });
  }

  /**
   * Does the handshake on a connection. One that fails, or takes too long, ends the connection.
   *
   * @param protocols what the client may name by ALPN, if it names anything
   */
  secure(socket: Socket, protocols: readonly string[], done: (secure: TLSSocket) => void): void {
    const secure = new TLSSocket(socket, {
      isServer: true,
      ...(this.#context ? { secureContext: this.#context } : {}),
      ...(protocols.length > 0 ? { ALPNProtocols: [...protocols] } : {}),
    });
    const cancel = this.#clock.at(this.#clock.now() + HANDSHAKE_TIMEOUT, () => secure.destroy());
    // What breaks a connection is followed by its end.
    secure.on('error', () => secure.destroy());
    secure.once('close', cancel);
    secure.once('secure', () => {
      cancel();
      done(secure);
    });
  }
}
