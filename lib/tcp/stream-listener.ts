import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ByteSocket } from '../transports/byte-socket.ts';
import type { Origin, TcpEndpoint } from '../transports/tcp-endpoint.ts';
import type { TcpTransport } from '../transports/tcp-transport.ts';
import { channelBindingsOf } from './channel-bindings.ts';
import { Listener, type ListenerOptions } from './listener.ts';
import { peerOf, type Peer } from './peer.ts';
import type { TlsServer } from './tls-server.ts';

export interface StreamListenerOptions extends ListenerOptions {
  readonly endpoint: TcpEndpoint;
  /** Undefined where there is no TLS. */
  readonly tls?: TlsServer;
  /** TLS from the first byte. @spec XEP-0368 §3 */
  readonly isDirectTls?: boolean;
}

/** @spec XEP-0368 §3 */
const ALPN = 'xmpp-client';

/** A listening socket for XML streams. */
export class StreamListener extends Listener {
  readonly #options: StreamListenerOptions;

  constructor(options: StreamListenerOptions) {
    super(options);
    this.#options = options;
  }

  get endpoint(): TcpEndpoint {
    return this.#options.endpoint;
  }

  /** `xmpp://host:port`, or `xmpps:` for direct TLS, as another program on this machine can use it. */
  get url(): string {
    return `${this.#options.isDirectTls ? 'xmpps' : 'xmpp'}://${this.authority}`;
  }

  protected override connected(socket: Socket): void {
    const { endpoint, tls, isDirectTls } = this.#options;
    const peer = peerOf(socket);
    if (!endpoint.admits(peer.address)) socket.destroy();
    else if (tls && isDirectTls) tls.secure(socket, [ALPN], (secure) => this.#carrySecure(secure, peer));
    else this.#carry(socket, { ...peer, secure: false });
  }

  #carrySecure(socket: TLSSocket, peer: Peer): void {
    this.#carry(socket, { ...peer, secure: true, bindings: channelBindingsOf(socket) });
  }

  /** Connects a socket and its transport. */
  #carry(socket: Socket, origin: Origin): void {
    const transport: TcpTransport = this.#options.endpoint.accept(
      {
        get buffered() {
          return socket.writableLength;
        },
        write: (text) => socket.write(text, (error) => !error && transport.written()),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        end: () => socket.end(),
        destroy: () => socket.destroy(),
        startTls: origin.secure ? undefined : this.#startTls(socket, origin),
      } satisfies ByteSocket,
      origin,
    );
    socket.on('data', (chunk: Buffer) => transport.data(chunk));
    socket.on('end', () => transport.finished());
    socket.on('close', () => transport.lost());
  }

  #startTls(socket: Socket, peer: Peer): (() => void) | undefined {
    const { tls } = this.#options;
    if (!tls?.isReady) return undefined;
    return () => {
      socket.removeAllListeners('data').pause();
      // The handshake begins when everything in the clear has left.
      socket.write('', () => tls.secure(socket, [], (secure) => this.#carrySecure(secure, peer)));
    };
  }
}
