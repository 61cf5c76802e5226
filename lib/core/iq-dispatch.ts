import type { Jid } from '../xmpp/jid.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { ClientSession } from './client-session.ts';
import { andThen, attempt, type MaybePromise } from './maybe-promise.ts';
import type { IqAnswer, IqHandler, IqTarget } from './module.ts';
import type { Failures } from './failures.ts';

/** Who answers: the server for itself, or the server on behalf of an account. */
type Answerer = Exclude<IqTarget, 'both'>;

/** An IQ request that this host answers. */
export interface Addressed {
  readonly iq: Stanza;
  readonly from: Jid;
  /** The account asked; undefined for the server itself. */
  readonly account: Jid | undefined;
  /** The session that asks, when it is a local one. */
  readonly session: ClientSession | undefined;
}

/**
 * Finds the one handler of an IQ request by type, who is asked, payload name and payload namespace,
 * and makes the answer: exactly one for each request.
 *
 * @spec RFC 6120 §8.2.3
 */
export class IqDispatch {
  readonly #handlers = new Map<string, IqHandler>();
  readonly #failures: Failures;

  constructor(failures: Failures) {
    this.#failures = failures;
  }

  /** @returns takes the handler back @throws Error when there is a handler already */
  add(type: 'get' | 'set', namespace: string, name: string, handler: IqHandler, target: IqTarget): () => void {
    const answerers: readonly Answerer[] = target === 'both' ? ['server', 'account'] : [target];
    const keys = answerers.map((answerer) => keyOf(type, answerer, name, namespace));
    const taken = keys.find((key) => this.#handlers.has(key));
    if (taken !== undefined) throw new Error(`two handlers for the same IQ: ${taken}`);
    for (const key of keys) this.#handlers.set(key, handler);
    return () => {
      for (const key of keys) this.#handlers.delete(key);
    };
  }

  /** The answer to a request, an error if need be. Never throws or rejects. */
  answer(addressed: Addressed): MaybePromise<Stanza> {
    const { iq } = addressed;
    return attempt(
      () => andThen(this.#ask(addressed), (payload) => iq.result(payload ?? undefined)),
      (error) => iq.error(this.#failures.refusal(error, { iq: iq.element.getChildElements()[0]?.getNS() })),
    );
  }

  /** @throws StanzaError whatever the handler throws, and `service-unavailable` without one */
  #ask({ iq, from, account, session }: Addressed): MaybePromise<IqAnswer> {
    const payload = iq.element.getChildElements()[0];
    if (!payload) throw new StanzaError('bad-request');
    const answerer = account ? 'account' : 'server';
    const handler = this.#handlers.get(keyOf(iq.type, answerer, payload.getName(), payload.getNS()));
    if (!handler) throw new StanzaError('service-unavailable');
    const isOwn = account !== undefined && account.equals(from.bare);
    return handler({ stanza: iq, payload, from, session, account, isOwn });
  }
}

/** No two requests share a key: of its parts only the namespace, which comes last, may contain a space. */
function keyOf(type: string | undefined, answerer: Answerer, name: string, namespace: string): string {
  return `${type} ${answerer} ${name} ${namespace}`;
}
