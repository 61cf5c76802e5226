import { silent, type Logger } from '../../lib/base/log.ts';
import { seconds } from '../../lib/base/time.ts';
import { ConnectionManager } from '../../lib/bosh/connection-manager.ts';
import type { Answer, Exchange, ExchangeHolder, ExchangeOrigin } from '../../lib/bosh/exchange.ts';
import { DEFAULT_LIMITS, type BoshLimits, type BoshPolicy } from '../../lib/bosh/policy.ts';
import type { BoshStream } from '../../lib/bosh/stream-port.ts';
import type { Element } from '../../lib/xml/index.ts';
import type { Closing, Payload, StreamHeader, Transport } from '../../lib/xmpp/transport.ts';
import { PROFILE } from './playbook.ts';
import { read } from './read-xml.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

const NS = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'";
const FEATURES = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>";

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One HTTP request as the connection manager sees it, with the answer it got. */
export class FakeExchange implements Exchange {
  readonly origin: ExchangeOrigin;
  holder: ExchangeHolder | undefined;
  answer: Answer | undefined;
  isDestroyed = false;
  /** Its answer takes time to write: until `flush`. */
  isSlow = false;

  constructor(origin: Partial<ExchangeOrigin> = {}) {
    this.origin = { secure: false, loopback: false, address: '192.0.2.1', ...origin };
  }

  respond(answer: Answer): void {
    if (this.answer) throw new Error('answered twice');
    this.answer = answer;
    if (!this.isSlow) this.flush();
  }

  /** The answer has been written completely. */
  flush(): void {
    this.holder?.flushed(this);
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** The connection breaks. */
  cut(): void {
    this.holder?.lost(this);
  }

  get body(): string {
    return this.answer?.body ?? '';
  }

  /** The answer as XML. */
  get xml(): Element {
    return read(this.body);
  }
}

/** A stream that only takes down what it gets, and sends what the spec says. */
export class FakeStream implements BoshStream {
  readonly transport: Transport;
  readonly headers: StreamHeader[] = [];
  readonly received: Element[] = [];
  ending: Closing | undefined;
  undelivered: readonly Payload[] = [];
  isAuthenticated = true;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  open(header: StreamHeader): void {
    this.headers.push(header);
    this.transport.open({ from: header.to, id: `stream-${this.headers.length}`, version: '1.0', lang: 'en' });
    this.send(FEATURES);
  }

  send(text: string): void {
    this.transport.send({ xml: text, element: read(text) });
  }

  receive(element: Element): void {
    this.received.push(element);
  }

  closed(how: Closing, undelivered: readonly Payload[]): void {
    this.ending = how;
    this.undelivered = undelivered;
  }
}

export interface BoshWorldOptions {
  readonly policy?: Partial<BoshPolicy>;
  readonly limits?: Partial<BoshLimits>;
  readonly log?: Logger;
  readonly refuse?: (address: string) => number | undefined;
}

/** A connection manager in virtual time, with exchanges and streams that specs look into. */
export class BoshWorld {
  readonly clock = new VirtualClock();
  readonly manager: ConnectionManager;
  readonly streams: FakeStream[] = [];
  sid = '';

  constructor({ policy = {}, limits = {}, log = silent, refuse }: BoshWorldOptions = {}) {
    this.manager = new ConnectionManager({
      clock: this.clock,
      random: new SeededRandom(1),
      log,
      policy: { ...PROFILE, ...policy, limits: { ...DEFAULT_LIMITS, stray: 0, ...limits } },
      domainStatus: (domain) => (domain === 'gone.example' ? 'gone' : domain.endsWith('.com') ? 'served' : 'unknown'),
      openStream: (transport) => {
        const stream = new FakeStream(transport);
        this.streams.push(stream);
        return stream;
      },
      ...(refuse ? { refuse } : {}),
    });
  }

  /** Opens a session, and remembers its sid; undefined leaves an attribute out. */
  open(attributes: Attributes = {}, origin: Partial<ExchangeOrigin> = {}): FakeExchange {
    const exchange = this.raw(wrapper({ ...CREATION, ...attributes }), origin);
    this.sid = / sid='(\w+)'/.exec(exchange.body)?.[1] ?? '';
    return exchange;
  }

  /** A request of the session, with rid `1000 + n`. */
  post(
    n: number,
    attributes: Attributes = {},
    inner = '',
    origin: Partial<ExchangeOrigin> = {},
    { isSlow = false } = {},
  ): FakeExchange {
    const exchange = new FakeExchange(origin);
    exchange.isSlow = isSlow;
    return this.#take(exchange, wrapper({ rid: 1000 + n, sid: this.sid, ...attributes }, inner));
  }

  /** Any body. */
  raw(text: string, origin: Partial<ExchangeOrigin> = {}): FakeExchange {
    return this.#take(new FakeExchange(origin), text);
  }

  /** The same as a query; undefined when script syntax is not served. */
  get(text: string, origin: Partial<ExchangeOrigin> = { secure: true }): FakeExchange | undefined {
    const exchange = new FakeExchange(origin);
    const isServed = this.manager.receiveQuery(exchange, encodeURIComponent(text));
    this.clock.endTurn();
    return isServed ? exchange : undefined;
  }

  /** Lets seconds pass. */
  after(count: number): void {
    this.clock.advance(seconds(count));
  }

  #take(exchange: FakeExchange, text: string): FakeExchange {
    this.manager.receive(exchange, text);
    this.clock.endTurn();
    return exchange;
  }

  /** What the first stream, or another, received: ids or names. */
  received(stream = 0): string[] {
    return this.streams[stream]?.received.map((element) => element.attrs['id'] ?? element.name) ?? [];
  }
}

const CREATION = { rid: 1000, to: 'example.com', wait: 5, hold: 1, ver: '1.11', 'xml:lang': 'en' };

/** A wrapper as a client writes it. */
export function wrapper(attributes: Attributes, inner = ''): string {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}='${value}'`],
  );
  return `<body ${NS}${written.join('')}>${inner}</body>`;
}
