import { opaqueId, type Random } from '../base/random.ts';
import { attributeNS, xml, type Element } from '../xml/index.ts';
import { Jid, prepareDomain } from './jid.ts';
import { Authentication, sasl2Success, type AuthenticationOutcome } from './authentication.ts';
import {
  NS_BIND,
  NS_CLIENT,
  NS_CSI,
  NS_HANDOVER,
  NS_SASL2,
  NS_SERVER,
  NS_SESSION,
  NS_SM,
  NS_STREAM,
  NS_TLS,
} from './ns.ts';
import type { MechanismName } from './sasl/mechanisms.ts';
import { StanzaError } from './stanza-error.ts';
import { isStanzaKind } from './stanza.ts';
import type { Established, StreamAnswer, StreamAsk, StreamEffect, StreamHost } from './stream-effects.ts';
import { StreamError } from './stream-error.ts';
import { bindFeature, limitsFeature, streamFeatures, tlsFeature } from './stream-features.ts';
import type { ChannelBinding, StreamHeader, StreamLimits } from './transport.ts';

export interface StreamOptions {
  readonly random: Random;
  readonly findHost: (domain: string) => StreamHost | undefined;
  /** Mechanisms that the configuration allows. */
  readonly mechanisms: readonly MechanismName[];
  /** A password may be sent as it is, or a token used: TLS, this machine, or the configuration says so. */
  readonly allowsPlain: boolean;
  readonly bindings?: readonly ChannelBinding[] | undefined;
  /** Addresses that a trusted certificate of the client names. */
  readonly certified?: readonly string[] | undefined;
  readonly limits?: StreamLimits | undefined;
  /** Who the client is, where that is known: it need not log in to its own domain. */
  readonly account?: Jid | undefined;
  /** Whether the client can start TLS, or has to before anything else. */
  readonly tls?: 'offered' | 'required' | undefined;
  /** The account's address, or undefined when the name is none. */
  readonly identify: (username: string, domain: string) => Jid | undefined;
}

type Phase = 'opening' | 'authenticating' | 'restarting' | 'binding' | 'bound' | 'closed';
type Input = { readonly header: StreamHeader } | { readonly element: Element };

/** Namespaces of elements that a bound client may send beside stanzas. */
const NONZAS: ReadonlySet<string> = new Set([NS_CSI]);
/** SASL failures after which the stream ends. @spec RFC 6120 §6.4.5 X-5-02 */
const MAX_FAILURES = 5;
/** Headers before authentication, or before binding, after which the stream ends. D-31 */
const MAX_HEADERS = 4;
/** Requests before authentication, after which the stream ends. */
const MAX_REQUESTS = 32;
/** Elements that may wait for an answer about an earlier one. */
const MAX_PARKED = 256;
const STREAM_ID_BITS = 128;

/**
 * One XMPP stream from its header to a bound resource and its end, for every transport: a machine
 * without clock or socket. Each method returns what to do, in order.
 *
 * @spec RFC 6120 §4.3
 */
export class Stream {
  readonly #options: StreamOptions;
  #phase: Phase = 'opening';
  #host: StreamHost | undefined;
  #authentication: Authentication | undefined;
  #success: (AuthenticationOutcome & { is: 'success2' }) | undefined;
  #account: Jid | undefined;
  #claimedFrom: string | undefined;
  #lang: string | undefined;
  #failures = 0;
  #headers = 0;
  #requests = 0;
  #asked: StreamAsk['about'] | undefined;
  #bindId: string | undefined;
  #parked: Input[] = [];

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get isAuthenticated(): boolean {
    return this.#account !== undefined;
  }

  get isBound(): boolean {
    return this.#phase === 'bound';
  }

  /** The client's header, at the start and after each restart. @spec RFC 6120 §4.2 */
  open(header: StreamHeader): StreamEffect[] {
    return this.#take({ header });
  }

  /** One complete element from the client. */
  receive(element: Element): StreamEffect[] {
    if (this.#phase === 'bound' && this.#asked === undefined) return this.#whenBound(element);
    return this.#take({ element });
  }

  /** What the client sent is no stream. */
  fail(error: StreamError): StreamEffect[] {
    return this.#phase === 'closed' ? [] : this.#endWith(error);
  }

  /** What was asked has been found out. */
  answer(answer: StreamAnswer): StreamEffect[] {
    if (this.#asked === undefined || this.#phase === 'closed') return [];
    this.#asked = undefined;
    return this.#unpark(this.#answered(answer));
  }

  #answered(answer: StreamAnswer): StreamEffect[] {
    if (answer.about === 'bind') return this.#bound(answer.bound);
    if (answer.about === 'request') return [{ do: 'send', element: answer.reply }];
    if (answer.about === 'establish') return this.#established(answer);
    if (answer.about === 'resume') {
      if (answer.isResumed) this.#phase = 'bound';
      return [];
    }
    if (answer.about === 'handover') return this.#handedOver(answer.account);
    // What had succeeded may still come to nothing.
    if (answer.about === 'refusal' && this.#success) {
      this.#success = undefined;
      return this.#afterSasl(this.#authentication?.refuse(answer.condition));
    }
    return this.#afterSasl(this.#authentication?.answer(answer));
  }

  /** The stream carries a bound resource from now on, whatever it was before. */
  adopted(host: StreamHost | undefined, account: Jid): void {
    this.#host = host;
    this.#account = account;
    this.#phase = 'bound';
  }

  /** The stream is over, for a reason of somebody else's. */
  closed(): void {
    this.#phase = 'closed';
    this.#parked = [];
  }

  #take(input: Input): StreamEffect[] {
    if (this.#phase === 'closed') return [];
    if (this.#asked !== undefined) {
      this.#parked.push(input);
      return this.#parked.length > MAX_PARKED ? this.#end('policy-violation', 'too many elements at once') : [];
    }
    return 'header' in input ? this.#header(input.header) : this.#element(input.element);
  }

  #unpark(effects: StreamEffect[]): StreamEffect[] {
    while (this.#asked === undefined) {
      const next = this.#parked.shift();
      if (next === undefined) break;
      effects.push(...this.#take(next));
    }
    return effects;
  }

  // ---- headers

  #header(header: StreamHeader): StreamEffect[] {
    if (this.#phase === 'bound') return this.#end('policy-violation', 'no restart after resource binding');
    const answer = this.#answerHeader(header);
    const fault = this.#faultOf(header);
    if (fault) {
      this.closed();
      return [answer, { do: 'close', error: fault }];
    }
    this.#lang = header.lang ?? this.#lang;
    if (this.#phase === 'restarting') this.#phase = 'binding';
    if (this.#phase === 'opening') {
      this.#phase = 'authenticating';
      this.#claimedFrom = header.from;
    }
    return [answer, ...this.#recognise(), { do: 'send', element: this.#features() }];
  }

  /** Who is known already goes on with what comes after authentication. */
  #recognise(): StreamEffect[] {
    const { account } = this.#options;
    const isKnown = this.#phase === 'authenticating' && account?.domain === this.#host?.domain;
    return isKnown && account ? this.#authenticated(account, 'binding') : [];
  }

  /** @spec RFC 6120 §4.7 D-33 */
  #answerHeader(header: StreamHeader): StreamEffect {
    const id = opaqueId(this.#options.random, STREAM_ID_BITS);
    const from = this.#host?.domain ?? (header.to === undefined ? undefined : prepareDomain(header.to));
    return { do: 'open', header: { from, id, version: '1.0', lang: 'en', to: this.#account?.toString() } };
  }

  /** @spec RFC 6120 §4.9.3 D-31 D-32 D-58 */
  #faultOf(header: StreamHeader): StreamError | undefined {
    this.#headers += 1;
    if (this.#headers > MAX_HEADERS) return new StreamError('policy-violation', 'too many restarts');
    if (header.to === undefined) return this.#host ? undefined : new StreamError('improper-addressing');
    const domain = prepareDomain(header.to);
    const host = domain === undefined ? undefined : this.#options.findHost(domain);
    if (!host) return new StreamError('host-unknown');
    if (this.#host && host.domain !== this.#host.domain) return new StreamError('not-authorized', 'another domain');
    this.#host = host;
    const claimed = header.from ?? this.#claimedFrom;
    const isAnother = this.#account && this.#claimsAnother(claimed, this.#account);
    return isAnother ? new StreamError('invalid-from') : undefined;
  }

  /** @spec RFC 6120 §4.7.1 D-58 */
  #claimsAnother(claimed: string | undefined, account: Jid): boolean {
    return claimed !== undefined && claimed.split('/')[0]?.toLowerCase() !== account.toString();
  }

  /** Who has to start TLS is offered nothing else. @spec RFC 6120 §5.3.1 */
  #features(): Element {
    const { limits, tls } = this.#options;
    if (tls === 'required') return streamFeatures(tlsFeature(true));
    const announced = limits ? [limitsFeature(limits, this.#account !== undefined)] : [];
    if (!this.#account) {
      this.#authentication ??= this.#host && this.#authenticationFor(this.#host);
      const others = this.#host?.featuresBeforeLogin() ?? [];
      const starttls = tls ? [tlsFeature(false)] : [];
      return streamFeatures(...starttls, ...(this.#authentication?.features ?? []), ...others, ...announced);
    }
    const bind = this.#phase === 'bound' ? [] : [bindFeature()];
    return streamFeatures(...bind, ...(this.#host?.features() ?? []), ...announced);
  }

  #authenticationFor(host: StreamHost): Authentication {
    const { random, mechanisms, allowsPlain, bindings = [], certified = [], identify } = this.#options;
    return new Authentication({
      random,
      mechanisms: host.mechanisms ?? mechanisms,
      isPrivate: allowsPlain,
      anonymous: host.anonymous,
      bindings,
      certified: { accounts: accountsAt(host.domain, certified), claimed: this.#claimedFrom },
      inline: host.inline(),
      identify: (username) => identify(username, host.domain),
      isAnother: (account) => this.#claimsAnother(this.#claimedFrom, account),
    });
  }

  // ---- elements

  #element(element: Element): StreamEffect[] {
    const namespace = element.getNS();
    if (namespace === NS_SERVER) return this.#end('invalid-namespace');
    if (this.#authentication?.isExclusive && !isPartOfSasl2(element)) return this.#end('policy-violation');
    if (namespace === NS_TLS) return this.#startTls(element);
    if (namespace === NS_STREAM) return element.getName() === 'error' ? this.#endQuietly() : this.#end('bad-format');
    if (this.#phase === 'bound') return this.#whenBound(element);
    if (this.#options.tls === 'required') return this.#end('policy-violation', 'TLS comes first');
    if (namespace === NS_SM && this.#phase !== 'opening') return this.#manage(element);
    if (this.#phase === 'authenticating' && this.#authentication?.takes(namespace)) {
      return this.#afterSasl(this.#authentication.receive(element));
    }
    if (namespace === NS_CLIENT && this.#phase === 'binding') return this.#bind(element);
    if (element.name === 'iq' && this.#phase === 'authenticating') return this.#request(element);
    return this.#end(this.#phase === 'binding' ? 'unsupported-stanza-type' : 'not-authorized');
  }

  /** @spec RFC 6120 §8.1 B-7.1-04 D-54 */
  #whenBound(element: Element): StreamEffect[] {
    if (!isStanzaKind(element.name) || element.attrs['xmlns'] !== NS_CLIENT) return this.#notAStanza(element);
    if (element.name === 'iq' && this.#isSessionRequest(element)) return [{ do: 'reply', element: resultOf(element) }];
    if (this.#lang !== undefined) element.attrs['xml:lang'] ??= this.#lang;
    return [{ do: 'deliver', element }];
  }

  #notAStanza(element: Element): StreamEffect[] {
    const namespace = element.getNS();
    if (NONZAS.has(namespace)) return [{ do: 'deliver', element }];
    if (namespace === NS_SERVER || (namespace !== NS_CLIENT && isStanzaKind(element.getName()))) {
      return this.#end('invalid-namespace');
    }
    if (namespace === NS_SM) return this.#manage(element);
    if (namespace === NS_TLS) return this.#startTls(element);
    if (namespace === NS_STREAM) return element.getName() === 'error' ? this.#endQuietly() : this.#end('bad-format');
    return this.#end('unsupported-stanza-type');
  }

  /** What follows a resumption waits for its outcome. */
  #manage(element: Element): StreamEffect[] {
    const isResumption = element.getName() === 'resume';
    if (isResumption && this.#phase === 'authenticating' && this.#host && hasToken(element)) {
      return this.#ask({ about: 'handover', element }, this.#host);
    }
    const mayResume = this.#phase === 'binding' && isResumption;
    if (!mayResume || !this.#account || !this.#host) return [{ do: 'manage', element }];
    return this.#ask({ about: 'resume', account: this.#account, element }, this.#host);
  }

  /** Who has no session any more may log in; who only guesses, not for long. */
  #handedOver(account: Jid | undefined): StreamEffect[] {
    if (account && this.#host) {
      this.adopted(this.#host, account);
      return [{ do: 'authenticated', account }];
    }
    this.#failures += 1;
    return this.#failures >= MAX_FAILURES ? this.#end('policy-violation', 'too many failed attempts') : [];
  }

  /** Old clients establish a session; there is nothing to do. @spec RFC 6121 §1.4 */
  #isSessionRequest(element: Element): boolean {
    return element.attrs['type'] === 'set' && element.child('session', NS_SESSION) !== undefined;
  }

  /** @spec RFC 6120 §5.4.2 X-2-04 */
  #startTls(element: Element): StreamEffect[] {
    if (this.#options.tls && this.#phase === 'authenticating' && element.getName() === 'starttls') {
      this.closed();
      return [{ do: 'send', element: xml('proceed', { xmlns: NS_TLS }) }, { do: 'start-tls' }];
    }
    return [{ do: 'send', element: xml('failure', { xmlns: NS_TLS }) }, ...this.#endQuietly()];
  }

  // ---- authentication

  /** A request before authentication, such as for an account. @spec XEP-0077 §3.1.1 */
  #request(iq: Element): StreamEffect[] {
    if (!this.#host?.answersBeforeLogin(iq)) return this.#end('not-authorized');
    this.#requests += 1;
    if (this.#requests > MAX_REQUESTS) return this.#end('policy-violation', 'too many requests before login');
    return this.#ask({ about: 'request', iq }, this.#host);
  }

  #afterSasl(outcome: AuthenticationOutcome | undefined): StreamEffect[] {
    if (!outcome || !this.#host) return this.#end('not-authorized');
    if (outcome.is === 'reply') return [{ do: 'send', element: outcome.element }];
    if (outcome.is === 'ask') return this.#ask(outcome.ask, this.#host);
    if (outcome.is === 'failure') return this.#failed(outcome);
    if (outcome.is === 'success2') {
      this.#success = outcome;
      return this.#ask({ about: 'establish', account: outcome.account, request: outcome.request }, this.#host);
    }
    return [...this.#authenticated(outcome.account, 'restarting'), { do: 'send', element: outcome.element }];
  }

  #authenticated(account: Jid, phase: Phase): StreamEffect[] {
    this.#account = account;
    this.#phase = phase;
    this.#headers = 0;
    return [{ do: 'authenticated', account }];
  }

  /** No restart: the features of what comes next follow at once. @spec XEP-0388 §2.6.1 */
  #established({ bound, results }: Established): StreamEffect[] {
    const success = this.#success;
    this.#success = undefined;
    if (!success) return this.#end('internal-server-error');
    const element = sasl2Success(bound ?? success.account, success.data, results);
    const effects = this.#authenticated(success.account, bound ? 'bound' : 'binding');
    effects.push({ do: 'send', element }, { do: 'send', element: this.#features() });
    return effects;
  }

  #failed({ element, username }: AuthenticationOutcome & { is: 'failure' }): StreamEffect[] {
    this.#failures += 1;
    const effects: StreamEffect[] = [{ do: 'send', element }];
    if (username !== undefined) effects.unshift({ do: 'failed', username });
    if (this.#failures >= MAX_FAILURES) effects.push(...this.#end('policy-violation', 'too many failed attempts'));
    return effects;
  }

  // ---- resource binding

  /** @spec RFC 6120 §7 */
  #bind(element: Element): StreamEffect[] {
    if (element.name === 'iq' && this.#isSessionRequest(element)) return [{ do: 'send', element: resultOf(element) }];
    const bind = element.name === 'iq' && element.attrs['type'] === 'set' ? element.child('bind', NS_BIND) : undefined;
    if (!bind || !this.#account || !this.#host) return this.#end('not-authorized', 'no resource is bound');
    const resource = bind.child('resource', NS_BIND)?.text;
    this.#bindId = element.attrs['id'];
    return this.#ask({ about: 'bind', account: this.#account, resource: resource || undefined }, this.#host);
  }

  #bound(bound: Jid | StanzaError): StreamEffect[] {
    const id = this.#bindId;
    if (bound instanceof StanzaError) {
      const refusal = xml('iq', { xmlns: NS_CLIENT, type: 'error', id }, bound.toElement());
      return [{ do: 'send', element: refusal }];
    }
    this.#phase = 'bound';
    const jid = xml('jid', {}, bound.toString());
    const result = xml('iq', { xmlns: NS_CLIENT, type: 'result', id }, xml('bind', { xmlns: NS_BIND }, jid));
    return [{ do: 'send', element: result }];
  }

  #ask(ask: StreamAsk, host: StreamHost): StreamEffect[] {
    this.#asked = ask.about;
    return [{ do: 'ask', ask, host }];
  }

  // ---- the end

  #end(condition: StreamError['condition'], text?: string): StreamEffect[] {
    return this.#endWith(new StreamError(condition, text));
  }

  /** An error while the stream is being opened comes after a header. @spec RFC 6120 §4.9.1.2 */
  #endWith(error: StreamError): StreamEffect[] {
    const header = this.#phase === 'opening' ? [this.#answerHeader({})] : [];
    this.closed();
    return [...header, { do: 'close', error }];
  }

  #endQuietly(): StreamEffect[] {
    this.closed();
    return [{ do: 'close', error: undefined }];
  }
}

/** The accounts of a domain among some addresses. @spec RFC 6120 §13.7.2.2.1 */
function accountsAt(domain: string, addresses: readonly string[]): string[] {
  const jids = addresses.map((address) => Jid.parse(address));
  const accounts = jids.filter((jid) => jid?.isBare && jid.local !== undefined && jid.domain === domain);
  return accounts.map(String);
}

function resultOf(iq: Element): Element {
  return xml('iq', { xmlns: NS_CLIENT, type: 'result', id: iq.attrs['id'] });
}

/** Whether it is a resumption in our own form. */
function hasToken(element: Element): boolean {
  return attributeNS(element, NS_HANDOVER, 'token') !== undefined;
}

/** What may come while SASL2 is under way. @spec XEP-0388 §2.4 */
function isPartOfSasl2(element: Element): boolean {
  return element.getNS() === NS_SASL2 && element.getName() !== 'authenticate';
}
