import { StreamError } from '../xmpp/stream-error.ts';
import type { ByteSocket } from './byte-socket.ts';
import { Endpoint, type EndpointOptions, type Origin } from './endpoint.ts';
import { streamLimits, type TcpObserver, type TcpPolicy } from './tcp-policy.ts';
import { TcpTransport, type ProbedStream } from './tcp-transport.ts';

export interface TcpEndpointOptions extends EndpointOptions<ProbedStream> {
  readonly policy: TcpPolicy;
  readonly observer: TcpObserver;
}

/** All TCP connections of clients, or of components. @spec RFC 6120 §4 */
export class TcpEndpoint extends Endpoint<TcpTransport, ProbedStream> {
  readonly #options: TcpEndpointOptions;

  constructor(options: TcpEndpointOptions) {
    super(options);
    this.#options = options;
  }

  /** Takes a connection, at its start or behind TLS. Tell the transport what the socket says. */
  accept(socket: ByteSocket, origin: Origin): TcpTransport {
    const { clock, policy, observer } = this.#options;
    const info = { name: 'tcp', ...origin, limits: streamLimits(policy) } as const;
    observer.opened();
    return this.add((owner) => new TcpTransport({ info, socket, policy, clock, owner, observer }));
  }

  /**
   * Takes no more connections and ends those there are.
   *
   * @param seeOtherHost where their clients should go, as host or host:port
   * @spec RFC 6120 §4.9.3.19
   */
  shutdown(seeOtherHost?: string): void {
    const error = seeOtherHost ? StreamError.seeOtherHost(seeOtherHost) : new StreamError('system-shutdown');
    this.drain((transport) => transport.close(error));
  }
}
