import { silent } from '../../lib/base/log.ts';
import { PollingEndpoint } from '../../lib/transports/polling-endpoint.ts';
import type { PollingExchange } from '../../lib/transports/polling-exchange.ts';
import { DEFAULT_POLLING_LIMITS, type PollingLimits } from '../../lib/transports/polling-policy.ts';
import { seconds } from '../../lib/base/time.ts';
import type { Element } from '../../lib/xml/index.ts';
import type { Closing, Payload, Transport } from '../../lib/xmpp/transport.ts';
import { START } from './polling-client.ts';
import { read } from './read-xml.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

export const INACTIVITY = seconds(300);

/** One POST, and what it was answered with. */
export class FakeExchange implements PollingExchange {
  readonly origin: PollingExchange['origin'];
  isOpen = true;
  onLost: (() => void) | undefined;
  identifier: string | undefined;
  body = '';

  constructor(secure = true) {
    this.origin = { address: '192.0.2.1', secure, loopback: false };
  }

  answer(identifier: string, body: string): void {
    this.identifier = identifier;
    this.body = body;
  }
}

/** An endpoint whose streams answer a header with a header, and nothing else. */
export class PollingWorld {
  readonly clock = new VirtualClock();
  readonly elements: Element[] = [];
  readonly ends: { readonly how: Closing; readonly undelivered: readonly string[] }[] = [];
  readonly why: string[] = [];
  readonly refused: string[] = [];
  readonly endpoint: PollingEndpoint;
  /** Seconds for which no session may be opened. */
  wait: number | undefined;
  identifier = '';
  #transport: Transport | undefined;

  constructor(limits: Partial<PollingLimits> = {}) {
    this.endpoint = new PollingEndpoint({
      clock: this.clock,
      log: silent,
      random: new SeededRandom(1),
      policy: {
        maxElement: 10_000,
        maxElementUnauthenticated: 1000,
        inactivity: INACTIVITY,
        limits: { ...DEFAULT_POLLING_LIMITS, ...limits },
      },
      refuse: () => this.wait,
      observer: {
        opened() {},
        ended: (why) => void this.why.push(why),
        refused: (identifier) => void this.refused.push(identifier),
      },
      openStream: (transport) => {
        this.#transport = transport;
        return {
          isAuthenticated: true,
          open: () => transport.open({ id: 'x' }),
          receive: (element) => void this.elements.push(element),
          fail: (error) => transport.close(error),
          closed: (how, undelivered) => void this.ends.push({ how, undelivered: undelivered.map(({ xml }) => xml) }),
        };
      },
    });
  }

  get transport(): Transport {
    if (!this.#transport) throw new Error('no session was opened');
    return this.#transport;
  }

  /** Opens a session. @param keys what stands behind the identifier, as in `;key` */
  open(keys = ''): this {
    this.identifier = this.post(`0${keys},${START}`).identifier ?? '';
    return this;
  }

  /** A request, and the end of its turn. */
  post(text: string, exchange = new FakeExchange()): FakeExchange {
    this.endpoint.receive(exchange, Buffer.from(text));
    this.clock.endTurn();
    return exchange;
  }

  /** A request of the session. @param rest what stands behind its identifier */
  say(rest: string, exchange = new FakeExchange()): FakeExchange {
    return this.post(`${this.identifier}${rest}`, exchange);
  }

  /** Something for the client. */
  send(...names: string[]): void {
    for (const name of names) this.transport.send(payload(name));
  }
}

export function payload(id: string, arrived?: () => void): Payload {
  const xml = `<message id="${id}"/>`;
  return { xml, element: read(`<message xmlns='jabber:client' id='${id}'/>`), arrived };
}
