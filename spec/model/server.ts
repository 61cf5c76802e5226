import type { Duration, Instant } from '../../lib/base/time.ts';
import { silent } from '../../lib/base/log.ts';
import { ConnectionManager } from '../../lib/bosh/connection-manager.ts';
import type { Answer, Exchange, ExchangeHolder, ExchangeOrigin } from '../../lib/bosh/exchange.ts';
import type { BoshPolicy } from '../../lib/bosh/policy.ts';
import type { Transport } from '../../lib/xmpp/transport.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { StreamUnderTest, type StreamWitness } from './stream.ts';

const ORIGIN: ExchangeOrigin = { secure: false, loopback: true, address: '127.0.0.1' };
/** Letters of the names that the server makes: the sid is the last, streams begin with `a`. */
const LETTERS = 32;

/** Told what the server under test does, while it does it. */
export interface Witness extends StreamWitness {
  answered(call: Call, text: string): void;
}

/** Ways to make the server under test break its promises, so that a spec can be seen to fail. */
export interface Sabotage {
  /** The answers that leave in place of one. */
  readonly answer?: (text: string, call: Call) => readonly string[];
  /** The stanzas that reach the stream in place of one. */
  readonly forward?: (id: string) => readonly string[];
  /** What is said to be undelivered. */
  readonly undelivered?: (ids: readonly string[], stream: string) => readonly string[];
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

/** The connection manager under test, in virtual time, with streams behind it that do next to nothing. */
export class ServerUnderTest {
  readonly #clock = new VirtualClock();
  readonly #manager: ConnectionManager;
  readonly #witness: Witness;
  readonly #sabotage: Sabotage;
  /** Those that were opened, by label. */
  readonly #streams = new Map<string, StreamUnderTest>();
  /** Features so far. */
  #features = 0;
  /** Names made so far. */
  #names = 0;

  constructor(policy: BoshPolicy, witness: Witness, sabotage: Sabotage = {}) {
    this.#witness = witness;
    this.#sabotage = sabotage;
    this.#manager = new ConnectionManager({
      clock: this.#clock,
      random: { bytes: (count) => new Uint8Array(count).fill((LETTERS - 1 + this.#names++) % LETTERS) },
      log: silent,
      policy,
      domainStatus: (domain) => (domain === 'example.com' ? 'served' : 'unknown'),
      openStream: (transport) => this.#open(transport),
    });
  }

  /** The name of a stream is made right before it is opened. */
  #open(transport: Transport): StreamUnderTest {
    const label = String.fromCharCode('A'.charCodeAt(0) + this.#names - 2);
    const stream = new StreamUnderTest(label, transport, this.#witness, () => `f${++this.#features}`, this.#sabotage);
    this.#streams.set(label, stream);
    return stream;
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

  send(id: string, stream: string): void {
    this.#streams.get(stream)?.send(id);
  }

  close(stream: string, hasError: boolean): void {
    this.#streams.get(stream)?.close(hasError);
  }

  endTurn(): void {
    this.#clock.endTurn();
  }

  pass(duration: Duration): void {
    this.#clock.advance(duration);
  }

  #answer(call: Call, text: string): void {
    const texts = this.#sabotage.answer ? this.#sabotage.answer(text, call) : [text];
    for (const each of texts) this.#witness.answered(call, each);
  }
}
