import type { Cancel } from '../base/clock.ts';
import type { Duration } from '../base/time.ts';
import { serialize } from '../xml/index.ts';
import { withContentNamespace } from '../xmpp/content-namespace.ts';
import type { Jid } from '../xmpp/jid.ts';
import { NS_CLIENT, NS_COMPONENT } from '../xmpp/ns.ts';
import type { DiscoItem } from '../xmpp/payloads/disco.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Payload, Transport } from '../xmpp/transport.ts';
import type { Component } from './component.ts';
import { stanzaOf } from './delivery.ts';
import { ServiceKey } from './keys.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { HostContext } from './module.ts';

export interface ComponentPortOptions {
  /** The domain that the component serves. */
  readonly domain: string;
  /** For people; empty for none. */
  readonly name: string;
  readonly secret: string;
  /** How long stanzas wait for a component that is not connected. */
  readonly patience: Duration;
  /** How many do. */
  readonly maxWaiting: number;
}

/** The domains of a host that other programs serve, by name. */
export const COMPONENT_PORTS = new ServiceKey<ReadonlyMap<string, ComponentPort>>('component ports');

/** The place of one external component: its domain, and the connection that serves it, if there is one. */
export class ComponentPort implements Component {
  readonly item: DiscoItem;
  readonly #host: HostContext;
  readonly #options: ComponentPortOptions;
  #transport: Transport | undefined;
  /** What came while the component was away. */
  #waiting: Stanza[] = [];
  /** Set while the component is expected. */
  #cancel: Cancel | undefined;

  constructor(host: HostContext, options: ComponentPortOptions) {
    const { domain, name } = options;
    this.item = name === '' ? { jid: domain } : { jid: domain, name };
    this.#host = host;
    this.#options = options;
    this.#expect();
  }

  get domain(): string {
    return this.#options.domain;
  }

  get secret(): string {
    return this.#options.secret;
  }

  /** The host beside which the component is served. */
  get server(): Jid {
    return this.#host.jid;
  }

  get isConnected(): boolean {
    return this.#transport !== undefined;
  }

  /** @throws StanzaError when the component is not there, and too late or too much */
  receive(stanza: Stanza): void {
    if (this.#transport) return this.#transport.send(payloadOf(stanza));
    if (!this.#cancel) throw absent();
    if (this.#waiting.length >= this.#options.maxWaiting) throw full();
    this.#waiting.push(stanza);
  }

  /** A stanza of the component, checked. Never throws or rejects. */
  sent(stanza: Stanza): MaybePromise<void> {
    return this.#host.send(stanza);
  }

  /** The component has shown its secret. */
  connected(transport: Transport): void {
    this.#transport = transport;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#host.log.info('component.connected', { domain: this.domain, address: transport.info.address });
    for (const stanza of this.#takeWaiting()) transport.send(payloadOf(stanza));
  }

  /** What did not reach the component waits for its return. */
  disconnected(undelivered: readonly Payload[]): void {
    this.#transport = undefined;
    this.#host.log.info('component.disconnected', { domain: this.domain });
    const stanzas = undelivered.map(stanzaOf).filter((stanza) => stanza !== undefined);
    this.#waiting = stanzas.splice(0, this.#options.maxWaiting);
    this.#refuse(stanzas, full());
    this.#expect();
  }

  /** The component is not waited for any more. */
  giveUp(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#refuse(this.#takeWaiting(), absent());
  }

  #expect(): void {
    const { clock } = this.#host;
    this.#cancel = clock.at(clock.now() + this.#options.patience, () => this.giveUp());
  }

  #refuse(stanzas: readonly Stanza[], error: StanzaError): void {
    for (const stanza of stanzas) if (stanza.mayBounce) void this.#host.send(stanza.error(error));
  }

  #takeWaiting(): readonly Stanza[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}

function payloadOf({ element }: Stanza): Payload {
  return { xml: serialize(withContentNamespace(element, NS_CLIENT, NS_COMPONENT)), element };
}

function full(): StanzaError {
  return new StanzaError('resource-constraint', 'Too many stanzas wait for this component.');
}

function absent(): StanzaError {
  return new StanzaError('remote-server-timeout', 'This component is not connected.');
}
