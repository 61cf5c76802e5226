import type { Socket } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { ByteSocket } from '../transports/byte-socket.ts';
import type { Origin } from '../transports/endpoint.ts';
import type { TcpEndpoint } from '../transports/tcp-endpoint.ts';
import type { TcpTransport } from '../transports/tcp-transport.ts';
import { certifiedAddresses } from './certified-addresses.ts';
import { channelBindingsOf } from './channel-bindings.ts';
import { Listener, type ListenerOptions } from './listener.ts';
import { peerOf } from './peer.ts';
import { TlsServer } from './tls-server.ts';

export interface StreamListenerOptions extends ListenerOptions {
  readonly endpoint: TcpEndpoint;
  /** Undefined where there is no TLS. */
  readonly tls?: {
    /** TLS from the first byte, instead of when the client asks for it. @spec XEP-0368 §3 */
    readonly isDirect: boolean;
    /** @see TlsOptions.asksForCertificate */
    readonly asksForCertificate: boolean;
  };
}

/** @spec XEP-0368 §3 */
const PROTOCOLS = ['xmpp-client'];

/** A listening socket for XML streams. */
export class StreamListener extends Listener {
  readonly endpoint: TcpEndpoint;
  readonly #isDirectTls: boolean;
  readonly #tls: TlsServer | undefined;

  constructor(options: StreamListenerOptions) {
    super(options);
    const { endpoint, tls } = options;
    this.endpoint = endpoint;
    this.#isDirectTls = tls?.isDirect ?? false;
    this.#tls =
      tls &&
      new TlsServer({
        ...(tls.isDirect ? { protocols: PROTOCOLS } : {}),
        asksForCertificate: tls.asksForCertificate,
        secured: (socket) => this.#carrySecure(socket),
      });
  }

  /** `xmpp://host:port`, or `xmpps:` for direct TLS, as another program on this machine can use it. */
  get url(): string {
    return `${this.#isDirectTls ? 'xmpps' : 'xmpp'}://${this.authority}`;
  }

  /** @see TlsServer.setCertificate */
  setCertificate(options: SecureContextOptions): void {
    this.#tls?.setCertificate(options);
  }

  protected override connected(socket: Socket): void {
    const peer = peerOf(socket);
    if (this.endpoint.refusal(peer.address) !== undefined) socket.destroy();
    else if (this.#isDirectTls) this.#tls?.secure(socket);
    else this.#carry(socket, { ...peer, secure: false });
  }

  #carrySecure(socket: TLSSocket): void {
    const [bindings, certified] = [channelBindingsOf(socket), certifiedAddresses(socket)];
    this.#carry(socket, { ...peerOf(socket), secure: true, bindings, certified });
  }

  /** Connects a socket and its transport. */
  #carry(socket: Socket, origin: Origin): void {
    const transport: TcpTransport = this.endpoint.accept(
      {
        get buffered() {
          return socket.writableLength;
        },
        write: (text) => socket.write(text, (error) => !error && transport.written()),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        end: () => socket.end(),
        destroy: () => socket.destroy(),
        startTls: origin.secure ? undefined : this.#startTls(socket),
      } satisfies ByteSocket,
      origin,
    );
    socket.on('data', (chunk: Buffer) => transport.data(chunk));
    socket.on('end', () => transport.finished());
    socket.on('close', () => transport.lost());
  }

  #startTls(socket: Socket): (() => void) | undefined {
    const tls = this.#tls;
    if (!tls?.isReady) return undefined;
    return () => {
      socket.removeAllListeners('data').pause();
      // The handshake begins when everything in the clear has left.
      socket.write('', () => tls.secure(socket));
    };
  }
}
