import type { Cancel, Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Duration } from '../base/time.ts';
import { serialize, xml, type Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { SaslAnswer, SaslAsk } from '../xmpp/sasl/mechanism.ts';
import type { MechanismName } from '../xmpp/sasl/mechanisms.ts';
import { NS_SM } from '../xmpp/ns.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import { Stream } from '../xmpp/stream.ts';
import type { StreamAnswer, StreamAsk, StreamEffect, StreamHost } from '../xmpp/stream-effects.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import { handoverFeature, type TransportLink } from '../xmpp/stream-features.ts';
import type { Acknowledged } from '../xmpp/ledger.ts';
import type { Closing, Payload, StreamHeader, StreamInput, Transport, TransportInfo } from '../xmpp/transport.ts';
import { Busy, identify } from './accounts.ts';
import type { AuthLimiter } from './auth-limiter.ts';
import type { ClientSession } from './client-session.ts';
import type { Host, HostDirectory } from './host.ts';
import { Establishment, inlineFeatures } from './establishment.ts';
import { ManagementDesk, type HandedOver, type HandoverRefusal, type ManagedStream } from './management-desk.ts';
import { answerNewcomer, NEWCOMERS, Newcomer, readRequest, type Newcomers } from './newcomers.ts';
import type { HandoverClaim, Resumptions } from './resumptions.ts';

export interface ClientStreamOptions {
  readonly hosts: HostDirectory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limiter: AuthLimiter;
  readonly mechanisms: readonly MechanismName[];
  /** PLAIN also where others could listen: the configuration vouches for the way to the client. */
  readonly allowsPlainAnywhere: boolean;
  /** A client that has not authenticated by then is sent away. */
  readonly authenticationTimeout: Duration;
  readonly resumptions: Resumptions;
  /** Whether stream management is announced over a transport; it is accepted over any. */
  readonly announcesManagement: (transport: TransportInfo) => boolean;
  /** Where else a session can go on. */
  readonly transports: readonly TransportLink[];
}

/** What lets the password through to who knows it. */
const PASSED_ON: readonly MechanismName[] = ['PLAIN'];

/**
 * Runs the stream machine of one client: asks the accounts, binds the resource, and hands stanzas to
 * the session.
 */
export class ClientStream implements StreamInput, ManagedStream {
  readonly #options: ClientStreamOptions;
  readonly #transport: Transport;
  readonly #stream: Stream;
  readonly #desk: ManagementDesk;
  readonly #newcomer: Newcomer;
  #cancelTimeout: Cancel;
  #host: Host | undefined;
  #account: Jid | undefined;
  #session: ClientSession | undefined;
  #isTokenDue = false;
  #isOver = false;

  constructor(transport: Transport, options: ClientStreamOptions) {
    const { random, hosts, mechanisms, allowsPlainAnywhere } = options;
    const { secure, loopback, address, account } = transport.info;
    const isConfidential = secure || loopback || allowsPlainAnywhere;
    this.#options = options;
    this.#transport = transport;
    this.#newcomer = new Newcomer(address, isConfidential);
    this.#stream = new Stream({
      random,
      findHost: (domain) => this.#facts(hosts.find(domain)),
      mechanisms,
      allowsPlain: isConfidential,
      tls: transport.startTls && (transport.startTls.isRequired ? 'required' : 'offered'),
      identify,
      bindings: transport.info.bindings,
      certified: transport.info.certified,
      limits: transport.info.limits,
      account,
    });
    this.#desk = new ManagementDesk(this, options.resumptions);
    this.#cancelTimeout = this.#expectLogin(options.authenticationTimeout);
  }

  get isAuthenticated(): boolean {
    return this.#stream.isAuthenticated;
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** The bound resource. */
  get session(): ClientSession | undefined {
    return this.#session;
  }

  open(header: StreamHeader): void {
    this.#guard(() => this.#run(this.#stream.open(header)));
  }

  receive(element: Element): void {
    this.#session?.management?.key.confirm();
    this.#guard(() => this.#run(this.#stream.receive(element)));
  }

  // ---- for carriers that number stanzas

  /** The number of the last stanza that was taken from the client, once they are counted. */
  get handled(): number | undefined {
    return this.#session?.management?.ledger.handled;
  }

  /** The number of the last stanza that the client has acknowledged. */
  get acknowledged(): number {
    return this.#session?.management?.ledger.acknowledged ?? 0;
  }

  /** The client has the stanzas up to this number. */
  acknowledge(h: number): Acknowledged {
    const management = this.#session?.management;
    if (!management) return h === 0 ? 'ok' : 'too-high';
    management.key.confirm();
    const verdict = management.ledger.check(h);
    if (verdict === 'ok') management.acknowledge(h);
    return verdict;
  }

  /** Sends again what the client has not acknowledged. */
  resend(): void {
    this.#session?.management?.resend();
  }

  /**
   * Takes over a session without header and login, for a client that has its token.
   *
   * @param h the number of the last stanza that the client has
   */
  handOver(claim: HandoverClaim, h: number): HandedOver | HandoverRefusal {
    const outcome = this.#desk.handOver(claim, h);
    if (typeof outcome === 'string') return outcome;
    const { session } = outcome;
    this.#session = session;
    this.#host = session.host;
    this.#authenticated(session.account);
    this.#stream.adopted(this.#facts(session.host), session.account);
    return outcome;
  }

  /** What the client sent is no stream, or breaks its rules. */
  fail(error: StreamError): void {
    this.#guard(() => this.#run(this.#stream.fail(error)));
  }

  /** The client has been silent for long, and is asked for a sign of life. */
  probe(): void {
    this.#guard(() => this.#session?.probe());
  }

  /** Another stream has the session now: this one ends without it. @spec XEP-0198 §5 */
  release(error: StreamError): void {
    this.#isOver = true;
    this.#session = undefined;
    this.#stream.closed();
    this.#transport.close(error);
  }

  closed(how: Closing, undelivered: readonly Payload[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimeout();
    this.#stream.closed();
    this.#session?.closed(how, undelivered);
    // A guest who has a session is forgotten when that ends.
    if (this.#host?.anonymous && this.#account && !this.#session) this.#forget(this.#host, this.#account);
  }

  #run(effects: readonly StreamEffect[]): void {
    for (const effect of effects) {
      if (effect.do === 'deliver') this.#session?.receive(effect.element);
      else if (effect.do === 'reply') this.#reply(effect.element);
      else if (effect.do === 'manage') this.#desk.receive(effect.element);
      else if (effect.do === 'send') this.#send(effect.element);
      else if (effect.do === 'open') this.#transport.open(effect.header);
      else if (effect.do === 'start-tls') this.#transport.startTls?.begin();
      else if (effect.do === 'ask') this.#ask(effect.ask, effect.host);
      else if (effect.do === 'authenticated') this.#authenticated(effect.account);
      else if (effect.do === 'failed') this.#failed(effect.username);
      else this.#close(effect.error);
    }
  }

  /** A stream that ends for a reason takes its session with it. */
  #close(error: StreamError | undefined): void {
    this.#session?.management?.forgo();
    this.#transport.close(error);
  }

  #reply(element: Element): void {
    this.#session?.management?.ledger.receive();
    this.#session?.reply({ xml: serialize(element), element });
  }

  #send(element: Element): void {
    this.#transport.send({ xml: serialize(element), element });
  }

  #authenticated(account: Jid): void {
    this.#account = account;
    this.#cancelTimeout();
  }

  #failed(username: string): void {
    const { address } = this.#transport.info;
    this.#options.limiter.failed(accountOf(username, this.#host?.domain ?? ''), address);
    this.#options.log.info('auth.failed', { address });
  }

  // ---- finding out

  #ask(ask: StreamAsk, { domain }: StreamHost): void {
    const host = this.#options.hosts.find(domain);
    if (!host) return;
    this.#host = host;
    if (ask.about === 'bind') {
      this.#answer({ about: 'bind', bound: this.#bind(host, ask.account, ask.resource) });
      return;
    }
    if (ask.about === 'resume') {
      this.#session = this.#desk.resume(ask.element, ask.account);
      this.#answer({ about: 'resume', isResumed: this.#session !== undefined });
      return;
    }
    if (ask.about === 'handover') {
      this.#session = this.#desk.receiveClaim(ask.element);
      this.#answer({ about: 'handover', account: this.#session?.account });
      return;
    }
    if (ask.about === 'establish') {
      void this.#establish(ask, host);
      return;
    }
    const answer =
      ask.about === 'request' ? this.#answerRequest(ask.iq, host) : this.#refusalOf(this.#lookUp(ask, host));
    void answer.then((found) => this.#guard(() => this.#answer(found)));
  }

  #answer(answer: StreamAnswer): void {
    if (!this.#isOver) this.#run(this.#stream.answer(answer));
  }

  #bind(host: Host, account: Jid, resource: string | undefined): Jid | StanzaError {
    try {
      this.#session = host.bind(account, resource, this.#transport);
      if (this.#transport.numbering) this.#desk.count(this.#session);
      return this.#session.jid;
    } catch (error) {
      if (error instanceof StanzaError) return error;
      throw error;
    }
  }

  /** Never rejects. */
  async #answerRequest(iq: Element, host: Host): Promise<StreamAnswer> {
    const newcomers = host.services.find(NEWCOMERS);
    const request = readRequest(iq, host.domain, this.#newcomer);
    if (!newcomers || !request) throw new Error('the stream asks only what is answered');
    this.#cancelTimeout();
    this.#cancelTimeout = this.#expectLogin(newcomers.patience);
    const { jid: server, failures } = host;
    return { about: 'request', reply: await answerNewcomer(newcomers, request, iq, { server, failures }) };
  }

  /** Opens the session in the same turn in which the client hears of it. */
  async #establish({ account, request }: StreamAsk & { about: 'establish' }, host: Host): Promise<void> {
    this.#account = account;
    const [transport, desk, isTokenDue] = [this.#transport, this.#desk, this.#isTokenDue];
    const establishment = new Establishment({ host, account, request, transport, desk, isTokenDue });
    const refusal = await this.#refusalOf(establishment.prepare());
    this.#guard(() => {
      if (refusal) return this.#answer(refusal);
      const { session, results, begin } = establishment.open();
      this.#session = session;
      this.#answer({ about: 'establish', bound: session?.jid, results });
      begin?.();
    });
  }

  /** Never rejects: what goes wrong is a refusal that tells nothing. @spec RFC 6120 §6.5.11 */
  async #refusalOf<T>(work: Promise<T>): Promise<T | SaslAnswer> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof Busy)) this.#options.log.error('auth.broken', { error: asError(error) });
      return { about: 'refusal', condition: 'temporary-auth-failure' };
    }
  }

  async #lookUp(ask: SaslAsk, host: Host): Promise<SaslAnswer> {
    if (ask.about === 'anonymous') {
      const jid = await host.accounts.createAnonymous(host.domain);
      if (!jid?.local) return { about: 'refusal', condition: 'temporary-auth-failure' };
      return { about: 'anonymous', username: jid.local };
    }
    if (this.#options.limiter.isBlocked(accountOf(ask.username, host.domain), this.#transport.info.address)) {
      return { about: 'refusal', condition: 'temporary-auth-failure', text: 'too many failures; try again later' };
    }
    const jid = identify(ask.username, host.domain);
    const found = await this.#check(ask, host, jid);
    return jid && (await host.accounts.isDisabled(jid)) ? withoutAccess(found) : found;
  }

  async #check(ask: Exclude<SaslAsk, { about: 'anonymous' }>, host: Host, jid: Jid | undefined): Promise<SaslAnswer> {
    if (ask.about === 'certificate')
      return { about: 'certificate', exists: !!jid && (await host.accounts.exists(jid)) };
    if (ask.about === 'token') return this.#checkToken(ask, host, jid);
    if (ask.about === 'password') {
      return { about: 'password', isRight: await host.accounts.verify(jid, ask.password) };
    }
    return { about: 'scram', ...(await host.accounts.scramKeys(jid, ask.hash)) };
  }

  /** @spec XEP-0484 §3.4 §4.2 */
  async #checkToken(ask: SaslAsk & { about: 'token' }, host: Host, jid: Jid | undefined): Promise<SaslAnswer> {
    const verdict = await host.accounts.tokens.verify(jid?.toString() ?? '', ask.proof, ask);
    if (verdict.is === 'expired') return { about: 'refusal', condition: 'credentials-expired' };
    if (verdict.is === 'wrong') return { about: 'refusal', condition: 'not-authorized' };
    this.#isTokenDue = verdict.isDue;
    return { about: 'token', responder: verdict.responder };
  }

  #forget(host: Host, account: Jid): void {
    host.accounts.remove(account).catch((error: unknown) => {
      this.#options.log.error('auth.broken', { error: asError(error) });
    });
  }

  /** What the stream machine needs of a host. */
  #facts(host: Host | undefined): StreamHost | undefined {
    const newcomers = (): Newcomers | undefined => host?.services.find(NEWCOMERS);
    return (
      host && {
        domain: host.domain,
        anonymous: host.options.anonymous,
        mechanisms: host.accounts.keepsPasswords ? undefined : PASSED_ON,
        features: () => [...this.#ownFeatures(), ...host.features()],
        inline: () => inlineFeatures(host, this.#isManagementOffered),
        featuresBeforeLogin: () => newcomers()?.features(this.#newcomer) ?? [],
        answersBeforeLogin: (iq) => {
          const request = readRequest(iq, host.domain, this.#newcomer);
          return (request && newcomers()?.takes(request.payload, this.#newcomer)) ?? false;
        },
      }
    );
  }

  /** What is switched on already is no longer on offer: clients would ask for it again. @spec XEP-0198 §2 */
  #ownFeatures(): Element[] {
    const isOffered = this.#isManagementOffered && !this.#session?.management;
    return [...(isOffered ? [xml('sm', { xmlns: NS_SM })] : []), ...this.#handover()];
  }

  /** A path means nothing to a client that came by TCP. */
  #handover(): Element[] {
    const { name } = this.#transport.info;
    const links = this.#options.transports.filter(({ href }) => name !== 'tcp' || !href.startsWith('/'));
    return links.length === 0 ? [] : [handoverFeature(links)];
  }

  get #isManagementOffered(): boolean {
    return this.#options.announcesManagement(this.#transport.info);
  }

  // ---- the end

  #expectLogin(within: Duration): Cancel {
    const { clock } = this.#options;
    return clock.at(clock.now() + within, () => this.#timedOut());
  }

  /** H-10 */
  #timedOut(): void {
    if (!this.#isOver) this.#transport.close(new StreamError('connection-timeout', 'not authenticated in time'));
  }

  /** A bug ends this stream, and nothing else. */
  #guard(work: () => void): void {
    if (this.#isOver) return;
    try {
      work();
    } catch (error) {
      this.#options.log.error('stream.failed', { error: asError(error) });
      this.#close(new StreamError('internal-server-error'));
    }
  }
}

/** Who has proven to be the user of a disabled account is told so, and nobody else. @spec RFC 6120 §6.5.2 */
function withoutAccess(answer: SaslAnswer): SaslAnswer {
  if (answer.about === 'scram') return { ...answer, isDisabled: true };
  const isProven =
    answer.about === 'token' ||
    (answer.about === 'password' && answer.isRight) ||
    (answer.about === 'certificate' && answer.exists);
  return isProven ? { about: 'refusal', condition: 'account-disabled' } : answer;
}

/** What failures are counted for: an account, however its name was written. */
function accountOf(username: string, domain: string): string {
  return identify(username, domain)?.toString() ?? `${username}@${domain}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
