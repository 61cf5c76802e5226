import type { BoshStream } from '../../lib/bosh/stream-port.ts';
import { xml, type Element } from '../../lib/xml/index.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Closing, Payload, Transport } from '../../lib/xmpp/transport.ts';
import type { Sabotage } from './server.ts';

const ANY_ELEMENT = xml('message');
const HEADER = { from: 'example.com', id: 'stream', version: '1.0', lang: 'en' };

/** Told what the streams do and what is done to them, while it happens. */
export interface StreamWitness {
  opened(stream: string): void;
  /** The stream says what it offers, in a payload like every other. */
  offered(id: string, stream: string): void;
  forwarded(id: string, stream: string): void;
  arrived(id: string): void;
  closed(stream: string, how: Closing, undelivered: readonly string[]): void;
}

/** A stream behind the connection manager under test. */
export class StreamUnderTest implements BoshStream {
  readonly isAuthenticated = true;
  readonly #label: string;
  readonly #transport: Transport;
  readonly #witness: StreamWitness;
  readonly #nextFeatures: () => string;
  readonly #sabotage: Sabotage;
  #isNew = true;

  constructor(
    label: string,
    transport: Transport,
    witness: StreamWitness,
    nextFeatures: () => string,
    sabotage: Sabotage,
  ) {
    this.#label = label;
    this.#transport = transport;
    this.#witness = witness;
    this.#nextFeatures = nextFeatures;
    this.#sabotage = sabotage;
  }

  send(id: string): void {
    this.#give(id, `<message xmlns='jabber:client' id='${id}'/>`);
  }

  close(hasError: boolean): void {
    this.#transport.close(hasError ? new StreamError('conflict') : undefined);
  }

  // ---- called by the connection manager

  open(): void {
    if (this.#isNew) this.#witness.opened(this.#label);
    this.#isNew = false;
    const id = this.#nextFeatures();
    this.#witness.offered(id, this.#label);
    this.#transport.open(HEADER);
    this.#give(id, `<stream:features id='${id}'/>`);
  }

  receive(element: Element): void {
    const id = element.attrs['id'] ?? '';
    const ids = this.#sabotage.forward ? this.#sabotage.forward(id) : [id];
    for (const each of ids) this.#witness.forwarded(each, this.#label);
  }

  closed(how: Closing, undelivered: readonly Payload[]): void {
    const ids = undelivered.map(({ xml: text }) => / id='([^']*)'/.exec(text)?.[1] ?? '');
    const stanzas = ids.filter((id) => id.startsWith('s'));
    this.#witness.closed(this.#label, how, this.#sabotage.undelivered?.(stanzas, this.#label) ?? stanzas);
  }

  #give(id: string, text: string): void {
    this.#transport.send({ xml: text, element: ANY_ELEMENT, arrived: () => this.#witness.arrived(id) });
  }
}
