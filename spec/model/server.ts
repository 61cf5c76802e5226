import type { Duration, Instant } from '../../lib/base/time.ts';
import { silent } from '../../lib/base/log.ts';
import type { BoshStream } from '../../lib/bosh/stream-port.ts';
import { ConnectionManager } from '../../lib/bosh/connection-manager.ts';
import type { Answer, Exchange, ExchangeHolder, ExchangeOrigin } from '../../lib/bosh/exchange.ts';
import type { BoshPolicy } from '../../lib/bosh/policy.ts';
import { xml, type Element } from '../../lib/xml/index.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Closing, Payload, Transport } from '../../lib/xmpp/transport.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const ORIGIN: ExchangeOrigin = { secure: false, loopback: true, address: '127.0.0.1' };
const ANY_ELEMENT = xml('message');
const HEADER = { from: 'example.com', id: 'stream', version: '1.0', lang: 'en' };

/** Told what the server under test does, while it does it. */
export interface Witness {
  answered(call: Call, text: string): void;
  forwarded(id: string): void;
  arrived(id: string): void;
  closed(how: Closing, undelivered: readonly string[]): void;
}

/** Ways to make the server under test break its promises, so that a spec can be seen to fail. */
export interface Sabotage {
  /** The answers that leave in place of one. */
  readonly answer?: (text: string, call: Call) => readonly string[];
  /** The stanzas that reach the stream in place of one. */
  readonly forward?: (id: string) => readonly string[];
  /** What is said to be undelivered. */
  readonly undelivered?: (ids: readonly string[]) => readonly string[];
  /** The request that reaches the connection manager in place of one; undefined for none. */
  readonly request?: (text: string) => string | undefined;
}

/** One HTTP request of the client. */
export class Call implements Exchange {
  readonly name: string;
  readonly origin = ORIGIN;
  holder: ExchangeHolder | undefined;
  isAnswered = false;
  isBroken = false;
  readonly #answer: (call: Call, text: string) => void;

  constructor(name: string, answer: (call: Call, text: string) => void) {
    this.name = name;
    this.#answer = answer;
  }

  respond({ body }: Answer): void {
    this.#answer(this, body);
  }

  destroy(): void {
    this.isBroken = true;
  }

  /** Somebody waits for the answer. */
  get isOpen(): boolean {
    return !this.isAnswered && !this.isBroken;
  }
}

/** The connection manager under test, in virtual time, with a stream behind it that does next to nothing. */
export class ServerUnderTest implements BoshStream {
  readonly isAuthenticated = true;
  readonly #clock = new VirtualClock();
  readonly #manager: ConnectionManager;
  readonly #witness: Witness;
  readonly #sabotage: Sabotage;
  #transport: Transport | undefined;
  #features = 0;

  constructor(policy: BoshPolicy, witness: Witness, sabotage: Sabotage = {}) {
    this.#witness = witness;
    this.#sabotage = sabotage;
    let byte = 0;
    this.#manager = new ConnectionManager({
      clock: this.#clock,
      random: { bytes: (count) => Uint8Array.from({ length: count }, () => (byte += 7) & 255) },
      log: silent,
      policy,
      domainStatus: () => 'served',
      openStream: (transport) => {
        this.#transport = transport;
        return this;
      },
    });
  }

  get now(): Instant {
    return this.#clock.now();
  }

  // ---- what happens to it

  /** @param made told of the call before anything can happen to it */
  post(name: string, text: string, made?: (call: Call) => void): Call {
    const call = new Call(name, (answered, body) => this.#answer(answered, body));
    made?.(call);
    const request = this.#sabotage.request ? this.#sabotage.request(text) : text;
    if (request !== undefined) this.#manager.receive(call, request);
    return call;
  }

  break(call: Call): void {
    call.isBroken = true;
    call.holder?.lost(call);
  }

  written(call: Call): void {
    call.holder?.flushed(call);
  }

  send(id: string): void {
    this.#give(id, `<message xmlns='jabber:client' id='${id}'/>`);
  }

  close(hasError: boolean): void {
    this.#transport?.close(hasError ? new StreamError('conflict') : undefined);
  }

  endTurn(): void {
    this.#clock.endTurn();
  }

  pass(duration: Duration): void {
    this.#clock.advance(duration);
  }

  // ---- the stream behind it

  /** Features have an id, like every other payload. */
  open(): void {
    this.#features += 1;
    const id = `f${this.#features}`;
    this.#transport?.open(HEADER);
    this.#give(id, `<stream:features id='${id}'/>`);
  }

  receive(element: Element): void {
    const id = element.attrs['id'] ?? '';
    const ids = this.#sabotage.forward ? this.#sabotage.forward(id) : [id];
    for (const each of ids) this.#witness.forwarded(each);
  }

  closed(how: Closing, undelivered: readonly Payload[]): void {
    this.#transport = undefined;
    const ids = undelivered.map(({ xml: text }) => / id='([^']*)'/.exec(text)?.[1] ?? '');
    const stanzas = ids.filter((id) => !id.startsWith('f'));
    this.#witness.closed(how, this.#sabotage.undelivered?.(stanzas) ?? stanzas);
  }

  #give(id: string, text: string): void {
    this.#transport?.send({ xml: text, element: ANY_ELEMENT, arrived: () => this.#witness.arrived(id) });
  }

  #answer(call: Call, text: string): void {
    const texts = this.#sabotage.answer ? this.#sabotage.answer(text, call) : [text];
    for (const each of texts) this.#witness.answered(call, each);
  }
}
