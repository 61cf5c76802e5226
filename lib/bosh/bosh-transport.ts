import type { Clock } from '../base/clock.ts';
import type { Timed } from '../base/deadlines.ts';
import type { Instant } from '../base/time.ts';
import type { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, StreamHeader, Transport, TransportInfo } from '../xmpp/transport.ts';
import type { Body } from './body.ts';
import { httpStatus, type Condition } from './conditions.ts';
import type { Effect } from './effects.ts';
import type { BoshObserver, Exchange, ExchangeHolder } from './exchange.ts';
import { toScript } from './script-syntax.ts';
import type { Session } from './session.ts';
import { StreamPort, type BoshStream, type PortOwner } from './stream-port.ts';

/** What a session needs of its connection manager. */
export interface TransportOwner {
  /** `settle` must run at the end of this turn. */
  changed(transport: BoshTransport): void;
  ended(transport: BoshTransport): void;
  openStream(transport: Transport): BoshStream;
  /** A name that nobody can guess. */
  newStreamName(): string;
  /** The domain in its normal form, or why no stream may be opened to it. */
  domainOf(to: string): { readonly domain: string } | { readonly condition: Condition };
}

type Doing<What extends Effect<Exchange>['do']> = Extract<Effect<Exchange>, { do: What }>;

/** One live session: the pure machine, the streams it carries, and the exchanges it holds. */
export class BoshTransport implements ExchangeHolder, PortOwner, Timed {
  readonly sid: string;
  readonly info: TransportInfo;
  readonly session: Session<Exchange>;
  readonly #ports = new Map<string, StreamPort>();
  #isAuthenticated = false;
  readonly #clock: Clock;
  readonly #owner: TransportOwner;
  readonly #observer: BoshObserver;

  constructor(options: {
    sid: string;
    info: TransportInfo;
    session: Session<Exchange>;
    clock: Clock;
    owner: TransportOwner;
    observer: BoshObserver;
  }) {
    this.sid = options.sid;
    this.info = options.info;
    this.session = options.session;
    this.#clock = options.clock;
    this.#owner = options.owner;
    this.#observer = options.observer;
  }

  /** Opens the first stream, and gives it what came with the creation request. D-28 */
  start(name: string, domain: string, header: StreamHeader): void {
    const port = this.#plug(name, domain);
    port.connect(this.#owner.openStream(port), header);
    port.forward(this.session.opening);
    this.#owner.changed(this);
  }

  /** Whether somebody has logged in on one of its streams. */
  get isAuthenticated(): boolean {
    this.#isAuthenticated ||= [...this.#ports.values()].some((port) => port.isAuthenticated);
    return this.#isAuthenticated;
  }

  get deadline(): Instant | undefined {
    return this.session.deadline;
  }

  // ---- from the streams

  opened(port: StreamPort, header: StreamHeader): void {
    this.session.header(header, port.name);
  }

  sent(port: StreamPort, payload: Payload): void {
    this.session.send(payload, port.name);
    this.#owner.changed(this);
  }

  closedByStream(port: StreamPort, error: StreamError | undefined): void {
    this.#run(this.session.closeStream(port.name, error, this.#clock.now()));
    if (!this.session.isEnded) this.#owner.changed(this);
  }

  // ---- from the client

  receive(exchange: Exchange, body: Body): void {
    exchange.holder = this;
    const now = this.#clock.now();
    this.#run(this.session.receive(exchange, body, now));
    for (let more = this.session.receiveNext(now); more; more = this.session.receiveNext(now)) this.#run(more);
    this.#owner.changed(this);
  }

  /** A request of this session that must not be executed. */
  reject(exchange: Exchange, condition: Condition): void {
    exchange.holder = this;
    this.#run(this.session.reject(exchange, condition, this.#clock.now()));
  }

  lost(exchange: Exchange): void {
    this.session.lost(exchange, this.#clock.now());
    this.#owner.changed(this);
  }

  flushed(exchange: Exchange): void {
    this.session.flushed(exchange);
    if (this.session.hasNews) this.#owner.changed(this);
  }

  // ---- from the connection manager

  settle(): void {
    this.#run(this.session.settle(this.#clock.now()));
  }

  /** The connection manager ends the session with a condition of its own. */
  terminate(condition: Condition): void {
    this.#run(this.session.close(condition, this.#clock.now()));
  }

  // ---- what the machine wants done

  #run(effects: readonly Effect<Exchange>[]): void {
    for (const effect of effects) {
      if (effect.do === 'respond') this.#respond(effect);
      else if (effect.do === 'forward') this.#forward(effect);
      else if (effect.do === 'restart') this.#ports.get(effect.stream)?.restart(effect.to, effect.lang);
      else if (effect.do === 'confirm') for (const payload of effect.payloads) payload.arrived?.();
      else if (effect.do === 'add stream') this.#add(effect);
      else if (effect.do === 'close stream') this.#unplug(effect);
      else this.#end(effect);
    }
  }

  #respond({ exchange, body, reason, condition }: Doing<'respond'>): void {
    const { contentType, legacy, syntax } = this.session.terms;
    this.#observer.responded(reason, condition);
    const isPrivate = !this.isAuthenticated;
    const text = syntax === 'script' ? toScript(body) : body;
    exchange.respond({ status: httpStatus(condition, legacy), contentType, body: text, isPrivate });
  }

  /** Without a name to all streams, each getting elements of its own. @spec XEP-0124 §16.4 B-16.4-08 */
  #forward({ payloads, stream }: Doing<'forward'>): void {
    if (stream !== undefined) return this.#portOf(stream)?.forward(payloads);
    const isBroadcast = this.#ports.size > 1;
    for (const port of this.#ports.values()) {
      if (isBroadcast) port.forwardCopies(payloads);
      else port.forward(payloads);
    }
  }

  /** A session that offers one stream only does not look at names. */
  #portOf(stream: string): StreamPort | undefined {
    return this.#ports.get(stream) ?? (this.session.terms.maxStreams > 1 ? undefined : [...this.#ports.values()][0]);
  }

  /** @spec XEP-0124 §16.3 B-16.3-03 */
  #add({ to, from, lang }: Doing<'add stream'>): void {
    const name = this.#owner.newStreamName();
    const place = this.#owner.domainOf(to);
    const isFull = this.#ports.size >= this.session.terms.maxStreams;
    this.session.addStream(name);
    if ('condition' in place || isFull) {
      const condition = 'condition' in place ? place.condition : 'policy-violation';
      this.#run(this.session.closeStream(name, condition, this.#clock.now()));
      return;
    }
    const port = this.#plug(name, place.domain);
    port.connect(this.#owner.openStream(port), { to: place.domain, from, version: '1.0', lang });
  }

  #plug(name: string, domain: string): StreamPort {
    const port = new StreamPort(name, domain, this.info, this);
    this.#ports.set(name, port);
    return port;
  }

  #unplug({ stream, how, undelivered }: Doing<'close stream'>): void {
    const port = this.#ports.get(stream);
    this.#ports.delete(stream);
    port?.closed(how, undelivered);
  }

  #end({ how, why, condition }: Doing<'end'>): void {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    this.#observer.ended(why, condition);
    this.#owner.ended(this);
    for (const port of ports) port.closed(how, this.session.takeUndelivered(port.name));
  }
}
