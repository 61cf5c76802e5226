import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Transport } from '../xmpp/transport.ts';
import type { FrameStream } from './frame-stream.ts';
import { LiveTransports, type TransportOwner } from './live-transports.ts';
import type { PollingExchange } from './polling-exchange.ts';
import {
  IDENTIFIER,
  streamLimits,
  type ErrorIdentifier,
  type PollingObserver,
  type PollingPolicy,
} from './polling-policy.ts';
import { NEW_SESSION, readRequest, type PollingRequest } from './polling-request.ts';
import { PollingSession } from './polling-session.ts';

export interface PollingEndpointOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly policy: PollingPolicy;
  /** Makes the stream that a new session carries. */
  readonly openStream: (transport: Transport) => FrameStream;
  /** Seconds to wait when this address may not open a session now; undefined when it may. */
  readonly refuse: (address: string) => number | undefined;
  readonly observer: PollingObserver;
}

const IDENTIFIER_BITS = 128;

/** All sessions of Jabber HTTP Polling. @spec XEP-0025 §3 */
export class PollingEndpoint implements TransportOwner<PollingSession> {
  readonly #options: PollingEndpointOptions;
  readonly #sessions = new Map<string, PollingSession>();
  readonly #live: LiveTransports<PollingSession>;
  #isDraining = false;

  constructor(options: PollingEndpointOptions) {
    this.#options = options;
    this.#live = new LiveTransports(options);
  }

  /** Sessions, those whose last answer is still kept included. */
  get size(): number {
    return this.#live.size;
  }

  sessionsFrom(address: string): number {
    return this.#live.from(address);
  }

  /** Takes the body of one POST. Every exchange given here is answered in the end, or its connection is gone. */
  receive(exchange: PollingExchange, body: Uint8Array): void {
    const request = readRequest(body);
    if (!request) return this.refuse(exchange, IDENTIFIER.badRequest);
    if (request.identifier === NEW_SESSION) return this.#create(exchange, request);
    this.#pass(exchange, request, (session) => session.receive(exchange, request));
  }

  /** A POST whose body is larger than any may be. @param head the beginning of the body */
  receiveOversize(exchange: PollingExchange, head: Uint8Array): void {
    const request = readRequest(head);
    if (!request || request.identifier === NEW_SESSION) return this.refuse(exchange, IDENTIFIER.badRequest);
    this.#pass(exchange, request, (session) => session.receiveOversize(exchange, request));
  }

  /** Answers a request that is for no session. */
  refuse(exchange: PollingExchange, identifier: ErrorIdentifier, text = ''): void {
    this.#options.observer.refused(identifier);
    exchange.answer(identifier, text);
  }

  /** Opens no more sessions and ends those there are; their clients hear of it with their next request. */
  shutdown(): void {
    this.#isDraining = true;
    for (const session of this.#live) session.close(new StreamError('system-shutdown'));
  }

  // ---- called by the sessions

  changed(session: PollingSession): void {
    this.#live.changed(session);
  }

  ended(session: PollingSession): void {
    this.#sessions.delete(session.identifier);
    this.#live.ended(session);
  }

  /** @spec XEP-0025 §3 P-3-04 P-3-06 P-3-10 */
  #create(exchange: PollingExchange, request: PollingRequest): void {
    const { clock, random, policy, openStream, refuse, observer } = this.#options;
    if (this.#isDraining) return this.refuse(exchange, IDENTIFIER.serverError);
    const wait = refuse(exchange.origin.address);
    if (wait !== undefined) {
      return this.refuse(exchange, IDENTIFIER.unknown, `Too many sessions; try again in ${wait} s.`);
    }
    const identifier = opaqueId(random, IDENTIFIER_BITS);
    const info = { name: 'xep-0025', ...exchange.origin, limits: streamLimits(policy) } as const;
    const session = new PollingSession({ identifier, key: request.key, info, policy, clock, observer, owner: this });
    this.#sessions.set(identifier, session);
    this.#live.add(session);
    observer.opened();
    session.start(openStream(session));
    session.begin(exchange, request);
  }

  /** A session that was opened over TLS is not found by a request in the clear. @spec XEP-0025 §3.1.1 P-3.1.1-01 */
  #pass(exchange: PollingExchange, { identifier }: PollingRequest, hand: (session: PollingSession) => void): void {
    const session = this.#sessions.get(identifier);
    if (!session || (session.info.secure && !exchange.origin.secure)) {
      return this.refuse(exchange, IDENTIFIER.unknown);
    }
    hand(session);
  }
}
