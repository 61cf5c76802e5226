import type { Random } from '../base/random.ts';
import { xml, type Element } from '../xml/index.ts';
import type { Jid } from './jid.ts';
import { NS_CHANNEL_BINDING, NS_SASL, NS_SASL2 } from './ns.ts';
import type { Certified } from './sasl/external.ts';
import { HashedToken, isTokenMechanism } from './sasl/hashed-token.ts';
import { announcedTypes, type Mechanism, type Offer, type SaslAnswer, type SaslCondition } from './sasl/mechanism.ts';
import { bindsChannel, isMechanism, MECHANISMS, startMechanism, type MechanismName } from './sasl/mechanisms.ts';
import { SaslNegotiation, type SaslOutcome } from './sasl/negotiation.ts';
import { SASL1, SASL2 } from './sasl/profile.ts';
import { readSasl2Request, type Sasl2Request } from './sasl/sasl2-request.ts';
import type { ChannelBinding } from './transport.ts';

export interface AuthenticationOptions {
  readonly random: Random;
  /** Mechanisms that the configuration allows. */
  readonly mechanisms: readonly MechanismName[];
  /** Nobody can read along, or the configuration says so. */
  readonly isPrivate: boolean;
  readonly anonymous: boolean;
  /** How the login can be tied to the connection. */
  readonly bindings: readonly ChannelBinding[];
  /** What a certificate of the client says. */
  readonly certified: Certified;
  /** Features of SASL2. */
  readonly inline: readonly Element[];
  /** The account of a name, or undefined when it is none. */
  readonly identify: (username: string) => Jid | undefined;
  /** Whether the client has said before that it is somebody else. */
  readonly isAnother: (account: Jid) => boolean;
}

/** What to do next. */
export type AuthenticationOutcome =
  | Extract<SaslOutcome, { is: 'reply' | 'ask' }>
  /** `username` is there when its credentials were wrong. */
  | { readonly is: 'failure'; readonly element: Element; readonly username: string | undefined }
  | { readonly is: 'success'; readonly element: Element; readonly account: Jid }
  /** Success of SASL2: `data` is for the client, in base64. */
  | { readonly is: 'success2'; readonly data: string; readonly account: Jid; readonly request: Sasl2Request };

/**
 * Finds out who the client is, by either profile of SASL: the one of RFC 6120 §6, and SASL2 of
 * XEP-0388. Both are on offer side by side, with the same mechanisms.
 */
export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #offered: readonly MechanismName[];
  readonly #offer: Offer;
  readonly #sasl1: SaslNegotiation;
  readonly #sasl2: SaslNegotiation;
  /** Of the present or last run of SASL2. */
  #request: Sasl2Request | undefined;
  #isSasl2 = false;
  #username: string | undefined;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    this.#offered = offeredBy(options);
    this.#offer = { mechanisms: this.#offered, bindings: this.#offered.some(bindsChannel) ? options.bindings : [] };
    this.#sasl1 = new SaslNegotiation(SASL1, (name) => this.#start(name));
    this.#sasl2 = new SaslNegotiation(SASL2, (name) => this.#startToken(name) ?? this.#start(name));
  }

  /** Nothing but SASL2 may come now. @spec XEP-0388 §2.4 */
  get isExclusive(): boolean {
    return this.#sasl2.isUnderWay;
  }

  /** SASL2 only where nobody can read along. @spec RFC 6120 §6.3.3 @spec XEP-0388 §2.1 §3 */
  get features(): Element[] {
    const list = (name: string, xmlns: string): Element =>
      xml(name, { xmlns }, ...this.#offered.map((mechanism) => xml('mechanism', {}, mechanism)));
    const sasl1 = list('mechanisms', NS_SASL);
    const features = this.#offer.bindings.length > 0 ? [this.#bindingsFeature(), sasl1] : [sasl1];
    if (!this.#isSasl2Offered) return features;
    return [...features, list('authentication', NS_SASL2).append(xml('inline', {}, ...this.#options.inline))];
  }

  /** Whether elements of a namespace belong here. */
  takes(namespace: string): boolean {
    return namespace === NS_SASL || (namespace === NS_SASL2 && this.#isSasl2Offered);
  }

  receive(element: Element): AuthenticationOutcome {
    this.#isSasl2 = element.getNS() === NS_SASL2;
    if (!this.#isSasl2) return this.#outcome(this.#sasl1.receive(element));
    if (element.getName() === SASL2.initiation) {
      const request = readSasl2Request(element);
      if (typeof request === 'string') return this.#outcome(this.#sasl2.refuse('malformed-request', request));
      this.#request = request;
    }
    return this.#outcome(this.#sasl2.receive(element));
  }

  /** The answer to the last ask. */
  answer(answer: SaslAnswer): AuthenticationOutcome {
    return this.#outcome(this.#negotiation.answer(answer));
  }

  /** Ends a run that had succeeded. */
  refuse(condition: SaslCondition): AuthenticationOutcome {
    return this.#outcome(this.#negotiation.refuse(condition));
  }

  get #negotiation(): SaslNegotiation {
    return this.#isSasl2 ? this.#sasl2 : this.#sasl1;
  }

  get #isSasl2Offered(): boolean {
    return this.#options.isPrivate && this.#offered.length > 0;
  }

  /** @spec XEP-0440 §2 */
  #bindingsFeature(): Element {
    const types = announcedTypes(this.#offer.bindings).map((type) => xml('channel-binding', { type }));
    return xml('sasl-channel-binding', { xmlns: NS_CHANNEL_BINDING }, ...types);
  }

  #outcome(outcome: SaslOutcome): AuthenticationOutcome {
    if (outcome.is === 'reply') return outcome;
    if (outcome.is === 'ask') {
      this.#username = 'username' in outcome.ask ? outcome.ask.username : undefined;
      return outcome;
    }
    if (outcome.is === 'success') return this.#succeeded(outcome);
    const username = outcome.condition === 'not-authorized' ? this.#username : undefined;
    this.#username = undefined;
    return { is: 'failure', element: outcome.element, username };
  }

  /** @spec RFC 6120 §6.3.8 §6.5.6 @spec XEP-0388 §4.4 */
  #succeeded({ data, username, authzid }: SaslOutcome & { is: 'success' }): AuthenticationOutcome {
    const account = this.#options.identify(username);
    const isRefused = !account || (authzid !== '' && authzid !== account.toString());
    // Who restarts the stream is asked there.
    if (isRefused || (this.#isSasl2 && this.#options.isAnother(account))) return this.refuse('invalid-authzid');
    if (this.#isSasl2 && this.#request) return { is: 'success2', data, account, request: this.#request };
    const element = xml('success', { xmlns: NS_SASL });
    return { is: 'success', element: data === '' ? element : element.append(data), account };
  }

  #start(name: string): Mechanism | SaslCondition {
    const { mechanisms, random, certified } = this.#options;
    if (isMechanism(name) && this.#offered.includes(name)) {
      return startMechanism(name, { random, offer: this.#offer, certified });
    }
    // It would be on offer under TLS.
    return name === 'PLAIN' && mechanisms.includes(name) ? 'encryption-required' : 'invalid-mechanism';
  }

  /** Tokens belong to one client each, and to no guest. @spec XEP-0484 §3.4 §4.1 */
  #startToken(name: string): Mechanism | SaslCondition | undefined {
    const { clientId, fast } = this.#request ?? {};
    if (!isTokenMechanism(name) || !fast || this.#options.anonymous) return undefined;
    if (clientId === undefined) return 'malformed-request';
    return new HashedToken({ mechanism: name, clientId, ...fast });
  }
}

/** @spec RFC 6120 §13.8.3 X-8-01 */
function offeredBy({ mechanisms, isPrivate, anonymous, bindings, certified }: AuthenticationOptions): MechanismName[] {
  if (anonymous) return ['ANONYMOUS'];
  return MECHANISMS.filter((name) => {
    if (!mechanisms.includes(name) || name === 'ANONYMOUS') return false;
    if (name === 'EXTERNAL') return certified.accounts.length > 0;
    if (bindsChannel(name)) return announcedTypes(bindings).length > 0;
    return name !== 'PLAIN' || isPrivate;
  });
}

/** What becomes of a success of SASL2 that has brought all that was asked for. @spec XEP-0388 §2.6.1 */
export function sasl2Success(identity: Jid, data: string, results: readonly Element[]): Element {
  const additional = data === '' ? [] : [xml('additional-data', {}, data)];
  const identifier = xml('authorization-identifier', {}, identity.toString());
  return xml('success', { xmlns: NS_SASL2 }, ...additional, identifier, ...results);
}
