import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Jid } from '../xmpp/jid.ts';
import { NS_DELAY } from '../xmpp/ns.ts';
import { delay } from '../xmpp/payloads/delay.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import { isStanzaKind, shallowCopy, Stanza } from '../xmpp/stanza.ts';
import type { Payload } from '../xmpp/transport.ts';
import type { ClientSession } from './client-session.ts';
import { MESSAGE_RULES, messageType, type Availability, type MessageAction } from './delivery-rules.ts';
import type { Hooks } from './hooks.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface DeliveryDeps {
  /** The address of the server itself. */
  readonly server: Jid;
  readonly sessions: SessionRegistry;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether modules keep messages for those who are away. */
  readonly keepsMessages: () => boolean;
  /** Whether there is such an account. */
  readonly exists: (account: Jid) => MaybePromise<boolean>;
  readonly mayObserve: (observer: Jid, account: Jid) => MaybePromise<boolean>;
  /** Answers an IQ request on behalf of the account. */
  readonly answer: (iq: Stanza, account: Jid, session: ClientSession | undefined) => MaybePromise<void>;
}

/** What the sender of a message gets that was sent to a resource and did not arrive. */
const RETURNED = 'recipient-unavailable';
type Refusal = 'service-unavailable' | typeof RETURNED;

/**
 * Brings stanzas to the resources of local accounts. A refusal is thrown as `StanzaError`.
 *
 * @spec RFC 6121 §8.5
 */
export class Delivery {
  readonly #deps: DeliveryDeps;
  /** How many resources have not failed to get a message that went to several. */
  readonly #copies = new WeakMap<Stanza, number>();

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** @throws StanzaError when the sender is to get an error */
  deliver(stanza: Stanza, to: Jid, session: ClientSession | undefined): MaybePromise<void> {
    const match = to.isFull ? this.#deps.sessions.find(to) : undefined;
    if (stanza.kind === 'iq') return this.#iq(stanza, to, match, session);
    if (stanza.kind === 'presence') return this.#presence(stanza, to, match);
    return match ? this.hand(stanza, [match]) : this.#message(stanza, to, 'service-unavailable');
  }

  /** Hands a message to resources of one account, unless a module has other plans. */
  hand(message: Stanza, sessions: readonly ClientSession[]): MaybePromise<void> {
    const [first] = sessions;
    if (!first) return undefined;
    const event = { account: first.account, stanza: message, sessions };
    return andThen(this.#deps.hooks.run('message:delivery', event), (unhandled) => {
      if (unhandled) this.#sendAll(unhandled.stanza, sessions);
    });
  }

  /**
   * Finds another way for what was sent to a session and did not arrive.
   *
   * @throws StanzaError when the sender is to get an error
   * @spec XEP-0206 §7 X-7-01, X-7-02
   */
  redeliver(stanza: Stanza): MaybePromise<void> {
    if (stanza.kind === 'presence') return;
    if (stanza.kind === 'message') return this.#remessage(stanza);
    if (stanza.isRequest) throw new StanzaError('service-unavailable');
  }

  // ---- IQ

  /** @spec RFC 6121 §8.5.2.1.3 @spec RFC 6121 §8.5.3 */
  #iq(iq: Stanza, to: Jid, match: ClientSession | undefined, session: ClientSession | undefined): MaybePromise<void> {
    if (!iq.isRequest) return match?.send(iq);
    if (to.isBare) return this.#deps.answer(iq, to, session);
    if (!match || !iq.from) throw new StanzaError('service-unavailable');
    if (match.hasDirectedTo(iq.from)) return match.send(iq);
    return andThen(this.#deps.mayObserve(iq.from, match.account), (mayObserve) => {
      if (!mayObserve) throw new StanzaError('service-unavailable');
      match.send(iq);
    });
  }

  // ---- presence

  /**
   * Presence that manages subscriptions, and probes, belong to modules; what none of them took is ignored.
   *
   * @spec RFC 6121 §8.5.2.1.2 @spec RFC 6121 §8.5.3.1
   */
  #presence(presence: Stanza, to: Jid, match: ClientSession | undefined): void {
    const { type } = presence;
    if (type !== undefined && type !== 'unavailable' && type !== 'error') return;
    if (to.isFull) match?.send(presence);
    else for (const session of this.#deps.sessions.available(to)) session.send(presence);
  }

  // ---- messages

  /** @param otherwise what the sender gets when nobody takes the message @spec RFC 6121 §8.5.4 */
  #message(message: Stanza, to: Jid, otherwise: Refusal): MaybePromise<void> {
    switch (this.#rule(message, to)) {
      case 'most-available':
        return this.#pass(message, this.#mostAvailable(to), otherwise);
      case 'all':
        return this.#pass(message, this.#reachable(to), otherwise);
      case 'store':
        return this.#store(message, to, otherwise);
      case 'bounce':
        throw new StanzaError(otherwise);
      default:
        this.#deps.log.debug('message.ignored', { type: message.type });
    }
  }

  /** A message whose only copy, or last copy, did not arrive. One to a resource may go to another one now. */
  #remessage(message: Stanza): MaybePromise<void> {
    const { to } = message;
    const others = (this.#copies.get(message) ?? 1) - 1;
    if (others > 0) this.#copies.set(message, others);
    if (!to || others > 0 || message.returned?.()) return;
    const address = messageType(message.type) === 'normal' ? to.bare : to;
    return this.#message(this.#delayed(message), address, RETURNED);
  }

  #rule(message: Stanza, to: Jid): MessageAction {
    const row = MESSAGE_RULES[to.isFull ? 'full' : 'bare'][this.#availability(to)];
    return row[messageType(message.type)];
  }

  /** Never `absent`: whether an account without resources exists is asked only when it matters. */
  #availability(account: Jid): Exclude<Availability, 'absent'> {
    const best = this.#deps.sessions.available(account)[0];
    if (!best) return 'none';
    return best.priority < 0 ? 'negative' : 'available';
  }

  #reachable(account: Jid): ClientSession[] {
    return this.#deps.sessions.available(account).filter((session) => session.priority >= 0);
  }

  #mostAvailable(account: Jid): ClientSession[] {
    const sessions = this.#reachable(account);
    return sessions.filter((session) => session.priority === sessions[0]?.priority);
  }

  /** Modules have seen what went astray before. */
  #pass(message: Stanza, sessions: readonly ClientSession[], otherwise: Refusal): MaybePromise<void> {
    return otherwise === RETURNED ? this.#sendAll(message, sessions) : this.hand(message, sessions);
  }

  #sendAll(message: Stanza, sessions: readonly ClientSession[]): void {
    if (sessions.length > 1) this.#copies.set(message, sessions.length);
    for (const session of sessions) session.send(message);
  }

  /**
   * Nobody can tell from the outside whether the account exists: where modules keep messages for
   * those that do, messages for those that do not are silently ignored.
   *
   * @spec RFC 6120 §10.2 @spec RFC 6121 §8.5.1
   */
  #store(message: Stanza, to: Jid, otherwise: Refusal): MaybePromise<void> {
    const { hooks, clock, keepsMessages } = this.#deps;
    if (!keepsMessages()) throw new StanzaError(otherwise);
    const account = to.bare;
    return andThen(this.#exists(account), (exists) => {
      if (!exists) return undefined;
      const at = message.at ?? clock.date();
      const event = { account, stanza: message, at, isReturned: otherwise === RETURNED };
      return andThen(hooks.run('message:undeliverable', event), (unhandled) => {
        if (unhandled) throw new StanzaError(otherwise);
      });
    });
  }

  #exists(account: Jid): MaybePromise<boolean> {
    return this.#deps.sessions.of(account).length > 0 || this.#deps.exists(account);
  }

  /** @spec XEP-0203 §2 */
  #delayed(message: Stanza): Stanza {
    const { from, to, at, element } = message;
    const { server } = this.#deps;
    if (at === undefined || isDelayed(message, server)) return message;
    const copy = shallowCopy(element);
    copy.children = [...element.children, delay(server, at)];
    return new Stanza(copy, from, to, at);
  }
}

function isDelayed(message: Stanza, by: Jid): boolean {
  const delays = message.element.getChildElements().filter((child) => child.getNS() === NS_DELAY);
  return delays.some((element) => element.attrs['from'] === by.toString());
}

/** A payload that a transport gave back, as a stanza; undefined for what belongs to the stream alone. */
export function stanzaOf(payload: Payload): Stanza | undefined {
  if (payload instanceof Stanza) return payload;
  const { element } = payload;
  if (!isStanzaKind(element.name)) return undefined;
  const [from, to] = [element.attrs['from'], element.attrs['to']];
  return new Stanza(
    element,
    from === undefined ? undefined : Jid.parse(from),
    to === undefined ? undefined : Jid.parse(to),
  );
}
