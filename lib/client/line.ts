import type { Element } from '../xml/index.ts';
import { BoshCarrier } from './bosh-carrier.ts';
import type { Carrier, CarrierEvents, Surroundings, TransportName } from './carrier.ts';
import { FrameCarrier } from './frame-carrier.ts';
import { Inbox } from './inbox.ts';
import type { Negotiation } from './login.ts';
import { WebSocketCarrier } from './websocket-carrier.ts';

/** What a line tells its client. */
export interface LineOwner {
  /** Stanzas are counted from here on, and the line is the one that carries the session: `<enabled/>` or `<resumed/>`. */
  began(line: Line, news: Element): void;
  /** An element after that. */
  came(element: Element): void;
  acknowledged(h: number): void;
  heard(): void;
  lost(line: Line, reason: string): void;
  /** The number of the last stanza that was taken. */
  readonly taken: number;
}

/** One carrier, first while its stream is negotiated, then while it carries the session, until it is sealed. */
export class Line implements Negotiation, CarrierEvents {
  readonly carrier: Carrier;
  readonly #owner: LineOwner;
  readonly #inbox = new Inbox();
  #phase: 'negotiating' | 'live' | 'sealed' = 'negotiating';

  constructor(name: TransportName, surroundings: Surroundings, owner: LineOwner) {
    this.#owner = owner;
    this.carrier = carrierOf(name, surroundings, this);
  }

  /** Nothing that still comes is taken. What was taken is the position from which another line goes on. */
  seal(): void {
    this.#phase = 'sealed';
  }

  // ---- negotiation

  next(): Promise<Element> {
    return this.#inbox.next();
  }

  send(xml: string): void {
    this.carrier.send([{ xml }]);
  }

  restart(): void {
    this.carrier.restart();
  }

  // ---- from the carrier

  get taken(): number | undefined {
    return this.#phase === 'live' ? this.#owner.taken : undefined;
  }

  /** The line is live in the same turn, for stanzas may follow in the same packet. */
  frame(element: Element): void {
    if (this.#phase === 'live') return this.#owner.came(element);
    if (this.#phase === 'sealed') return;
    if (element.name === 'enabled' || element.name === 'resumed') {
      this.#phase = 'live';
      this.#owner.began(this, element);
    }
    this.#inbox.put(element);
  }

  acknowledged(h: number): void {
    if (this.#phase === 'live') this.#owner.acknowledged(h);
  }

  heard(): void {
    if (this.#phase === 'live') this.#owner.heard();
  }

  lost(reason: string, isRefusal = false): void {
    this.#inbox.end(reason, isRefusal);
    if (this.#phase === 'live') this.#owner.lost(this, reason);
  }
}

function carrierOf(name: TransportName, surroundings: Surroundings, events: CarrierEvents): Carrier {
  if (name === 'websocket') return new WebSocketCarrier(surroundings, events);
  if (name === 'bosh') return new BoshCarrier(surroundings, events);
  return new FrameCarrier(name, surroundings, events);
}
