import type { DiscoItem } from '../xmpp/payloads/disco.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Failures } from './failures.ts';
import type { LocalDomain } from './hosts.ts';
import { attempt, type MaybePromise } from './maybe-promise.ts';

/** A domain without accounts: what is sent to it, or to any address of it, is for one module. */
export interface Component {
  /** How it is listed among the items of its host; its `jid` is the domain. */
  readonly item: DiscoItem;
  /**
   * Every stanza for the domain, in the order of each sender. It answers requests itself, by `HostContext.send`.
   *
   * @throws StanzaError when the sender is to get an error
   */
  receive(stanza: Stanza): MaybePromise<void>;
}

/** The part of the core that brings stanzas to a component, and its refusals back. */
export class ComponentDomain implements LocalDomain {
  readonly #component: Component;
  readonly #failures: Failures;
  readonly #send: (stanza: Stanza) => MaybePromise<void>;

  constructor(component: Component, failures: Failures, send: (stanza: Stanza) => MaybePromise<void>) {
    this.#component = component;
    this.#failures = failures;
    this.#send = send;
  }

  /** Never throws or rejects: the sender gets the error. */
  route(stanza: Stanza): MaybePromise<void> {
    return attempt(
      () => this.#component.receive(stanza),
      (error) => {
        const refusal = this.#failures.refusal(error, { stanza: stanza.kind });
        return stanza.mayBounce ? this.#send(stanza.error(refusal)) : undefined;
      },
    );
  }
}
