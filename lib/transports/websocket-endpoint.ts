import { StreamError } from '../xmpp/stream-error.ts';
import { Endpoint, type EndpointOptions, type Origin } from './endpoint.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { FrameStream } from './frame-stream.ts';
import { streamLimits, type WebSocketObserver, type WebSocketPolicy } from './websocket-policy.ts';
import { WebSocketTransport } from './websocket-transport.ts';

export interface WebSocketEndpointOptions extends EndpointOptions<FrameStream> {
  readonly policy: WebSocketPolicy;
  readonly observer: WebSocketObserver;
}

/** All WebSocket connections. @spec RFC 7395 §3 */
export class WebSocketEndpoint extends Endpoint<WebSocketTransport, FrameStream> {
  readonly #options: WebSocketEndpointOptions;

  constructor(options: WebSocketEndpointOptions) {
    super(options);
    this.#options = options;
  }

  /** Takes a connection whose handshake is done. Tell the transport what the socket says. */
  accept(socket: FrameSocket, origin: Origin): WebSocketTransport {
    const { clock, policy, observer } = this.#options;
    const info = { name: 'websocket', ...origin, limits: streamLimits(policy) } as const;
    observer.opened();
    return this.add((owner) => new WebSocketTransport({ info, socket, policy, clock, owner, observer }));
  }

  /**
   * Takes no more connections and ends those there are.
   *
   * @param seeOtherUri where their clients should go
   * @spec RFC 7395 §3.6.1
   */
  shutdown(seeOtherUri?: string): void {
    this.drain((transport) => {
      if (seeOtherUri === undefined) transport.close(new StreamError('system-shutdown'));
      else transport.redirect(seeOtherUri);
    });
  }
}
