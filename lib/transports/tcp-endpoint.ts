import type { Clock } from '../base/clock.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Transport, TransportInfo } from '../xmpp/transport.ts';
import type { ByteSocket } from './byte-socket.ts';
import { LiveTransports } from './live-transports.ts';
import { streamLimits, type TcpObserver, type TcpPolicy } from './tcp-policy.ts';
import { TcpTransport, type ProbedStream } from './tcp-transport.ts';

export interface TcpEndpointOptions {
  readonly clock: Clock;
  readonly policy: TcpPolicy;
  /** Makes the stream that a new connection carries. */
  readonly openStream: (transport: Transport) => ProbedStream;
  /** Seconds to wait when this address may not connect now; undefined when it may. */
  readonly refuse: (address: string) => number | undefined;
  readonly observer: TcpObserver;
}

/** What is known of a connection. */
export type Origin = Omit<TransportInfo, 'name' | 'limits'>;

/** All TCP connections of clients. @spec RFC 6120 §4 */
export class TcpEndpoint {
  readonly #options: TcpEndpointOptions;
  readonly #live: LiveTransports<TcpTransport>;
  #isDraining = false;

  constructor(options: TcpEndpointOptions) {
    this.#options = options;
    this.#live = new LiveTransports(options.clock);
  }

  /** Connections, those that say goodbye included. */
  get size(): number {
    return this.#live.size;
  }

  connectionsFrom(address: string): number {
    return this.#live.from(address);
  }

  /** Whether an address may connect now. The attempt counts. */
  admits(address: string): boolean {
    return !this.#isDraining && this.#options.refuse(address) === undefined;
  }

  /** Takes a connection, at its start or behind TLS. Tell the transport what the socket says. */
  accept(socket: ByteSocket, origin: Origin): TcpTransport {
    const { clock, policy, observer, openStream } = this.#options;
    const limits = streamLimits(policy);
    const info = { name: 'tcp', limits, ...origin } as const;
    const transport = new TcpTransport({ info, socket, policy, clock, owner: this.#live, observer });
    this.#live.add(transport);
    observer.opened();
    transport.start(openStream(transport));
    return transport;
  }

  /**
   * Takes no more connections and ends those there are.
   *
   * @param seeOtherHost where their clients should go, as host or host:port
   * @spec RFC 6120 §4.9.3.19
   */
  shutdown(seeOtherHost?: string): void {
    this.#isDraining = true;
    const error = seeOtherHost ? StreamError.seeOtherHost(seeOtherHost) : new StreamError('system-shutdown');
    for (const transport of this.#live) transport.close(error);
  }
}
