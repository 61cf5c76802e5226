import { assert } from '../base/assert.ts';
import type { Jid } from '../xmpp/jid.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Payload } from '../xmpp/transport.ts';
import type { ClientSession } from './client-session.ts';
import { stanzaOf, type Delivery } from './delivery.ts';
import type { Hooks } from './hooks.ts';
import type { LocalDomain } from './hosts.ts';
import type { IqDispatch } from './iq-dispatch.ts';
import { andThen, attempt, inOrder, type MaybePromise } from './maybe-promise.ts';
import type { Failures } from './failures.ts';
import type { RemoteRoute } from './remote.ts';

export interface RouterDeps {
  readonly domain: string;
  readonly hooks: Hooks;
  readonly iqs: IqDispatch;
  readonly delivery: Delivery;
  readonly failures: Failures;
  /** The other domains of this server. */
  readonly findDomain: (domain: string) => LocalDomain | undefined;
  /** The way to other servers, if there is one. */
  readonly findRemote: () => RemoteRoute | undefined;
}

/**
 * Decides by the `to` address who handles a stanza, and answers the sender when nobody can.
 *
 * @spec RFC 6120 §10
 */
export class Router {
  readonly #deps: RouterDeps;

  constructor(deps: RouterDeps) {
    this.#deps = deps;
  }

  /** A stanza that passed the inbound checks. Never throws or rejects. */
  accept(stanza: Stanza, session: ClientSession): MaybePromise<void> {
    return this.#guarded(stanza, session, () =>
      andThen(this.#deps.hooks.run('stanza:from-client', { session, stanza }), (event) =>
        event ? this.route(event.stanza, session) : undefined,
      ),
    );
  }

  /**
   * Brings a stanza to where it is addressed. Never throws or rejects: the sender gets the error.
   *
   * @param session the local session that sent it, if there is one
   */
  route(stanza: Stanza, session?: ClientSession): MaybePromise<void> {
    return this.#guarded(stanza, session, () => this.#dispatch(stanza, session));
  }

  /** Finds another way for what was sent to a session and did not arrive, in order. */
  redeliver(payloads: readonly Payload[]): MaybePromise<void> {
    const stanzas = payloads.map(stanzaOf).filter((stanza) => stanza !== undefined);
    return inOrder(stanzas, (stanza) => this.#guarded(stanza, undefined, () => this.#deps.delivery.redeliver(stanza)));
  }

  /** Answers an IQ request, as the server itself or on behalf of an account. */
  answer(iq: Stanza, account: Jid | undefined, session: ClientSession | undefined): MaybePromise<void> {
    const { from } = iq;
    assert(from, 'a request of our own says who asks');
    return andThen(this.#deps.iqs.answer({ iq, from, account, session }), (answer) => this.#reply(answer, session));
  }

  #guarded(stanza: Stanza, session: ClientSession | undefined, work: () => MaybePromise<void>): MaybePromise<void> {
    return attempt(work, (error) => {
      const refusal = this.#deps.failures.refusal(error, { stanza: stanza.kind });
      return stanza.mayBounce ? this.#reply(stanza.error(refusal), session) : undefined;
    });
  }

  #reply(answer: Stanza, session: ClientSession | undefined): MaybePromise<void> {
    if (session) return answer.kind === 'message' ? this.#deps.delivery.hand(answer, [session]) : session.send(answer);
    if (answer.to) return this.route(answer);
  }

  #dispatch(stanza: Stanza, session: ClientSession | undefined): MaybePromise<void> {
    const { to } = stanza;
    if (!to) {
      assert(session, 'a stanza of our own has an address');
      return this.#withoutAddress(stanza, session);
    }
    if (to.domain !== this.#deps.domain) return this.#elsewhere(stanza, to.domain, session);
    return to.local === undefined ? this.#toServer(stanza, to, session) : this.#toAccount(stanza, to, session);
  }

  /** @spec RFC 6120 §10.3 */
  #withoutAddress(stanza: Stanza, session: ClientSession): MaybePromise<void> {
    if (stanza.isRequest) return this.answer(stanza, session.account, session);
    if (stanza.kind !== 'presence' || stanza.type === 'error') return undefined;
    return andThen(this.#deps.hooks.run('presence:broadcast', { session, stanza }), () => undefined);
  }

  /** @spec RFC 6120 §10.5.1 @spec RFC 6120 §10.5.2 */
  #toServer(stanza: Stanza, to: Jid, session: ClientSession | undefined): MaybePromise<void> {
    if (stanza.isRequest) {
      if (to.isFull) throw new StanzaError('service-unavailable');
      return this.answer(stanza, undefined, session);
    }
    return andThen(this.#deps.hooks.run('stanza:to-server', { stanza }), (unhandled) => {
      if (unhandled?.stanza.kind === 'message') throw new StanzaError('service-unavailable');
    });
  }

  /** @spec RFC 6120 §10.5.3 @spec RFC 6120 §10.5.4 */
  #toAccount(stanza: Stanza, to: Jid, session: ClientSession | undefined): MaybePromise<void> {
    const event = { account: to.bare, stanza };
    return andThen(this.#deps.hooks.run('stanza:to-account', event), (unhandled) =>
      unhandled ? this.#deps.delivery.deliver(unhandled.stanza, to, session) : undefined,
    );
  }

  /** @spec RFC 6120 §10.4 */
  #elsewhere(stanza: Stanza, domain: string, session: ClientSession | undefined): MaybePromise<void> {
    const local = this.#deps.findDomain(domain);
    if (local) return local.route(stanza, session);
    const remote = this.#deps.findRemote();
    if (!remote) throw new StanzaError('remote-server-not-found');
    return remote(stanza, session);
  }
}
