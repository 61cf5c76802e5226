import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Transport, TransportInfo } from '../xmpp/transport.ts';
import { LiveTransports, type LiveTransport, type TransportOwner } from './live-transports.ts';

/** What is known of a connection from the start. */
export type Origin = Omit<TransportInfo, 'name' | 'limits'>;

export interface EndpointOptions<Stream> {
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the stream that a new connection carries. */
  readonly openStream: (transport: Transport) => Stream;
  /** Seconds to wait when this address may not connect now; undefined when it may. */
  readonly refuse: (address: string) => number | undefined;
}

/** What carries one stream over a connection of its own. */
interface Carrier<Stream> extends Transport, LiveTransport {
  /** Connects the stream; the client is heard after this. */
  start(stream: Stream): void;
}

/** All connections of one kind. */
export abstract class Endpoint<T extends Carrier<Stream>, Stream> {
  readonly #options: EndpointOptions<Stream>;
  readonly #live: LiveTransports<T>;
  #isDraining = false;

  constructor(options: EndpointOptions<Stream>) {
    this.#options = options;
    this.#live = new LiveTransports(options);
  }

  /** Connections, those that say goodbye included. */
  get size(): number {
    return this.#live.size;
  }

  connectionsFrom(address: string): number {
    return this.#live.from(address);
  }

  /**
   * Why a new connection is not taken: seconds after which another one may be, or the server stops. The
   * attempt counts.
   */
  refusal(address: string): number | 'stopping' | undefined {
    return this.#isDraining ? 'stopping' : this.#options.refuse(address);
  }

  /** Takes a connection. @param make what carries its stream */
  protected add(make: (owner: TransportOwner<T>) => T): T {
    const transport = make(this.#live);
    this.#live.add(transport);
    transport.start(this.#options.openStream(transport));
    return transport;
  }

  /** Takes no more connections, and ends those there are. */
  protected drain(end: (transport: T) => void): void {
    this.#isDraining = true;
    for (const transport of this.#live) end(transport);
  }
}
