import type { Duration } from '../base/time.ts';
import type { Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import { Stanza } from '../xmpp/stanza.ts';
import type { Failures } from './failures.ts';
import { ServiceKey, State, type StateKey } from './keys.ts';
import { andThen, attempt, type MaybePromise } from './maybe-promise.ts';
import type { IqAnswer } from './module.ts';

/** A client that has not logged in, for as long as its stream lasts. */
export class Newcomer {
  /** Where it connects from, for limits. */
  readonly address: string;
  /** Nobody can read along: TLS, this machine, or the configuration vouches for the way. */
  readonly isConfidential: boolean;
  readonly #state = new State();

  constructor(address: string, isConfidential: boolean) {
    this.address = address;
    this.isConfidential = isConfidential;
  }

  /** What one module keeps about this client. */
  state<T>(key: StateKey<T>): T {
    return this.#state.get(key);
  }
}

/** What a client asks before it has logged in. */
export interface NewcomerRequest {
  readonly type: 'get' | 'set';
  readonly payload: Element;
  readonly newcomer: Newcomer;
}

/** Answers clients that have not logged in. One module gives this service; without it they only log in. */
export interface Newcomers {
  /** How long such a client may take to log in once it has asked something: a person fills in a form. */
  readonly patience: Duration;
  /** Stream features beside the mechanisms. */
  features(newcomer: Newcomer): readonly Element[];
  /** Whether it answers requests with this payload; all others end the stream. */
  takes(payload: Element, newcomer: Newcomer): boolean;
  /** @throws StanzaError */
  answer(request: NewcomerRequest): MaybePromise<IqAnswer>;
}

export const NEWCOMERS = new ServiceKey<Newcomers>('newcomers');

/** The request in an IQ of a client that has not logged in; undefined when it is none for this server. */
export function readRequest(iq: Element, domain: string, newcomer: Newcomer): NewcomerRequest | undefined {
  const { type, to } = iq.attrs;
  const [payload, ...others] = iq.getChildElements();
  if ((type !== 'get' && type !== 'set') || !payload || others.length > 0) return undefined;
  return to === undefined || to === domain ? { type, payload, newcomer } : undefined;
}

/** The one answer to such an IQ. Never throws or rejects. */
export function answerNewcomer(
  newcomers: Newcomers,
  request: NewcomerRequest,
  iq: Element,
  { server, failures }: { readonly server: Jid; readonly failures: Failures },
): MaybePromise<Element> {
  iq.attrs['id'] ??= '';
  const stanza = new Stanza(iq, undefined, server);
  return attempt(
    () => andThen(newcomers.answer(request), (payload) => stanza.result(payload ?? undefined).element),
    (error) => stanza.error(failures.refusal(error, { iq: request.payload.getNS() })).element,
  );
}
