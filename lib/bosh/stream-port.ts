import { copyOf, standAlone, type Element } from '../xml/index.ts';
import { NS_CLIENT, NS_HTTPBIND } from '../xmpp/ns.ts';
import type { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader, StreamInput, Transport, TransportInfo } from '../xmpp/transport.ts';

/** The stream behind a session, as far as the connection manager cares. */
export interface BoshStream extends StreamInput {
  /** Decides how large a request body may be. */
  readonly isAuthenticated: boolean;
}

/** The session that a port belongs to. */
export interface PortOwner {
  opened(port: StreamPort, header: StreamHeader): void;
  sent(port: StreamPort, payload: Payload): void;
  closedByStream(port: StreamPort, error: StreamError | undefined): void;
}

/** Stanzas that inherit the wrapper's namespace are meant to be in `jabber:client`. X-2-03, D-34 */
const WRAPPER_TO_CLIENT = { namespace: NS_HTTPBIND, by: NS_CLIENT };

/** Where one XML stream is plugged into a BOSH session, which may have several. @spec XEP-0124 §16.1 B-16.1-01 */
export class StreamPort implements Transport {
  readonly name: string;
  readonly info: TransportInfo;
  readonly domain: string;
  /** The session that it is plugged into. */
  readonly owner: PortOwner;
  #input: BoshStream | undefined;

  constructor(name: string, domain: string, info: TransportInfo, owner: PortOwner) {
    this.name = name;
    this.domain = domain;
    this.info = info;
    this.owner = owner;
  }

  get isAuthenticated(): boolean {
    return this.#input?.isAuthenticated ?? false;
  }

  // ---- from the stream

  open(header: StreamHeader): void {
    this.owner.opened(this, header);
  }

  send(payload: Payload): void {
    if (this.#input) this.owner.sent(this, payload);
  }

  close(error?: StreamError): void {
    this.owner.closedByStream(this, error);
  }

  // ---- to the stream

  connect(input: BoshStream, header: StreamHeader): void {
    this.#input = input;
    input.open(header);
  }

  /** A restart without `to` means the stream's own domain. X-5-05 */
  restart(to: string | undefined, lang: string | undefined): void {
    this.#input?.open({ to: to ?? this.domain, version: '1.0', lang });
  }

  forward(payloads: readonly Element[]): void {
    for (const payload of payloads) this.#input?.receive(standAlone(payload, WRAPPER_TO_CLIENT));
  }

  /** The same with payloads that other streams get, too. @spec XEP-0124 §16.4 B-16.4-08 */
  forwardCopies(payloads: readonly Element[]): void {
    for (const payload of payloads) this.#input?.receive(copyOf(standAlone(payload, WRAPPER_TO_CLIENT)));
  }

  closed(how: Closing, undelivered: readonly Payload[]): void {
    const input = this.#input;
    this.#input = undefined;
    input?.closed(how, undelivered);
  }
}
