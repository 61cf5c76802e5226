import type { Clock } from '../base/clock.ts';
import type { Timed } from '../base/deadlines.ts';
import type { Instant } from '../base/time.ts';
import { standAlone, type Element } from '../xml/index.ts';
import { NS_CLIENT, NS_HTTPBIND } from '../xmpp/ns.ts';
import type { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, StreamHeader, StreamInput, Transport, TransportInfo } from '../xmpp/transport.ts';
import type { Body } from './body.ts';
import { httpStatus, type Condition } from './conditions.ts';
import type { Effect } from './effects.ts';
import type { BoshObserver, Exchange, ExchangeHolder } from './exchange.ts';
import type { Session } from './session.ts';

/** The stream behind a session, as far as the connection manager cares. */
export interface BoshStream extends StreamInput {
  /** Decides how large a request body may be. */
  readonly isAuthenticated: boolean;
}

/** What a transport tells its connection manager. */
export interface TransportOwner {
  /** `settle` must run at the end of this turn. */
  changed(transport: BoshTransport): void;
  ended(transport: BoshTransport): void;
}

/** Stanzas that inherit the wrapper's namespace are meant to be in `jabber:client`. X-2-03, D-34 */
const WRAPPER_TO_CLIENT = { namespace: NS_HTTPBIND, by: NS_CLIENT };

/** One live session: the pure machine, the stream it carries, and the exchanges it holds. */
export class BoshTransport implements Transport, ExchangeHolder, Timed {
  readonly sid: string;
  readonly info: TransportInfo;
  readonly domain: string;
  readonly #session: Session<Exchange>;
  readonly #clock: Clock;
  readonly #owner: TransportOwner;
  readonly #observer: BoshObserver;
  #input: BoshStream | undefined;

  constructor(options: {
    sid: string;
    info: TransportInfo;
    domain: string;
    session: Session<Exchange>;
    clock: Clock;
    owner: TransportOwner;
    observer: BoshObserver;
  }) {
    this.sid = options.sid;
    this.info = options.info;
    this.domain = options.domain;
    this.#session = options.session;
    this.#clock = options.clock;
    this.#owner = options.owner;
    this.#observer = options.observer;
  }

  /** Connects the stream, opens it, and gives it what came with the creation request. D-28 */
  start(input: BoshStream, header: StreamHeader, payloads: readonly Element[]): void {
    this.#input = input;
    input.open(header);
    this.#forward(payloads);
    this.#owner.changed(this);
  }

  get session(): Session<Exchange> {
    return this.#session;
  }

  get isAuthenticated(): boolean {
    return this.#input?.isAuthenticated ?? false;
  }

  get deadline(): Instant | undefined {
    return this.#session.deadline;
  }

  // ---- towards the client

  open(header: StreamHeader): void {
    this.#session.header(header);
  }

  send(payload: Payload): void {
    this.#session.send(payload);
    this.#owner.changed(this);
  }

  close(error?: StreamError): void {
    this.#run(this.#session.close(error, this.#clock.now()));
  }

  // ---- from the client

  receive(exchange: Exchange, body: Body): void {
    exchange.holder = this;
    this.#run(this.#session.receive(exchange, body, this.#clock.now()));
    this.#owner.changed(this);
  }

  /** A request of this session that must not be executed. */
  reject(exchange: Exchange, condition: Condition): void {
    exchange.holder = this;
    this.#run(this.#session.reject(exchange, condition, this.#clock.now()));
  }

  lost(exchange: Exchange): void {
    this.#session.lost(exchange, this.#clock.now());
    this.#owner.changed(this);
  }

  flushed(exchange: Exchange): void {
    this.#session.flushed(exchange);
    if (this.#session.queued > 0) this.#owner.changed(this);
  }

  // ---- from the connection manager

  settle(): void {
    this.#run(this.#session.settle(this.#clock.now()));
  }

  /** The connection manager ends the session with a condition of its own. */
  terminate(condition: Condition): void {
    this.#run(this.#session.close(condition, this.#clock.now()));
  }

  #run(effects: readonly Effect<Exchange>[]): void {
    for (const effect of effects) {
      if (effect.do === 'respond') this.#respond(effect);
      else if (effect.do === 'forward') this.#forward(effect.payloads);
      else if (effect.do === 'restart') this.#input?.open(this.#restartHeader(effect.to, effect.lang));
      else if (effect.do === 'confirm') for (const payload of effect.payloads) payload.arrived?.();
      else this.#end(effect);
    }
  }

  #respond(effect: Extract<Effect<Exchange>, { do: 'respond' }>): void {
    const { contentType, legacy } = this.#session.terms;
    const { exchange, body, condition } = effect;
    this.#observer.responded(effect.reason, condition);
    exchange.respond({ status: httpStatus(condition, legacy), contentType, body });
  }

  #forward(payloads: readonly Element[]): void {
    for (const payload of payloads) this.#input?.receive(standAlone(payload, WRAPPER_TO_CLIENT));
  }

  /** A restart without `to` means the session's own domain. X-5-05 */
  #restartHeader(to: string | undefined, lang: string | undefined): StreamHeader {
    return { to: to ?? this.domain, version: '1.0', lang };
  }

  #end(effect: Extract<Effect<Exchange>, { do: 'end' }>): void {
    const input = this.#input;
    this.#input = undefined;
    this.#observer.ended(effect.why, effect.condition);
    this.#owner.ended(this);
    input?.closed(effect.how, this.#session.undelivered);
  }
}
