import type { Clock } from '../base/clock.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Transport, TransportInfo } from '../xmpp/transport.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { FrameStream } from './frame-stream.ts';
import { LiveTransports } from './live-transports.ts';
import { streamLimits, type WebSocketObserver, type WebSocketPolicy } from './websocket-policy.ts';
import { WebSocketTransport } from './websocket-transport.ts';

export interface WebSocketEndpointOptions {
  readonly clock: Clock;
  readonly policy: WebSocketPolicy;
  /** Makes the stream that a new connection carries. */
  readonly openStream: (transport: Transport) => FrameStream;
  /** Seconds to wait when this address may not connect now; undefined when it may. */
  readonly refuse: (address: string) => number | undefined;
  readonly observer: WebSocketObserver;
}

/** All WebSocket connections. @spec RFC 7395 §3 */
export class WebSocketEndpoint {
  readonly #options: WebSocketEndpointOptions;
  readonly #live: LiveTransports<WebSocketTransport>;
  #isDraining = false;

  constructor(options: WebSocketEndpointOptions) {
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

  /** Why a new connection is not taken: seconds after which another one may be, or the server stops. */
  refusal(address: string): number | 'stopping' | undefined {
    return this.#isDraining ? 'stopping' : this.#options.refuse(address);
  }

  /** Takes a connection whose handshake is done. Tell the transport what the socket says. */
  accept(socket: FrameSocket, origin: Omit<TransportInfo, 'name' | 'limits'>): WebSocketTransport {
    const { clock, policy, observer, openStream } = this.#options;
    const info = { name: 'websocket', ...origin, limits: streamLimits(policy) } as const;
    const transport = new WebSocketTransport({ info, socket, policy, clock, owner: this.#live, observer });
    this.#live.add(transport);
    observer.opened();
    transport.start(openStream(transport));
    return transport;
  }

  /**
   * Takes no more connections and ends those there are.
   *
   * @param seeOtherUri where their clients should go
   * @spec RFC 7395 §3.6.1
   */
  shutdown(seeOtherUri?: string): void {
    this.#isDraining = true;
    for (const transport of this.#live) {
      if (seeOtherUri === undefined) transport.close(new StreamError('system-shutdown'));
      else transport.redirect(seeOtherUri);
    }
  }
}
