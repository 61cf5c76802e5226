import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { opaqueId, type Random } from '../base/random.ts';
import type { Store } from '../storage/store.ts';
import type { Element } from '../xml/index.ts';
import { Jid } from '../xmpp/jid.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import type { Stanza, StanzaKind } from '../xmpp/stanza.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, Transport } from '../xmpp/transport.ts';
import type { Accounts } from './accounts.ts';
import { BLOCKS } from './blocks.ts';
import { ClientSession, type Origin } from './client-session.ts';
import { ComponentDomain, type Component } from './component.ts';
import { Delivery } from './delivery.ts';
import { Discovery } from './discovery.ts';
import type { HookMap } from './hook-map.ts';
import { Hooks, type HookName } from './hooks.ts';
import { DEFAULT_HOST_OPTIONS, type HostOptions } from './host-options.ts';
import type { HostDirectory } from './hosts.ts';
import { Invitations } from './invitations.ts';
import { IqDispatch } from './iq-dispatch.ts';
import { Services } from './keys.ts';
import { andThen, attempt, type MaybePromise } from './maybe-promise.ts';
import { ModuleLoader } from './module-loader.ts';
import { ModuleScope } from './module-scope.ts';
import type { Module } from './module.ts';
import { Failures } from './failures.ts';
import { REMOTE } from './remote.ts';
import { Router } from './router.ts';
import { SessionRegistry } from './session-registry.ts';
import { SUBSCRIBERS } from './subscribers.ts';

export type { HostDirectory } from './hosts.ts';
export type { HostOptions } from './host-options.ts';

/** Bits of a resource that the server makes. @spec RFC 6120 §7.6 */
const RESOURCE_BITS = 100;

/** Told what passes, for metrics. */
export interface CoreObserver {
  /** A stanza came in from a client, or went out to one. */
  stanza(kind: StanzaKind, direction: 'in' | 'out'): void;
}

const blindObserver: CoreObserver = { stanza() {} };

export interface HostDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: Store;
  readonly hosts: HostDirectory;
  readonly accounts: Accounts;
  readonly observer?: CoreObserver;
}

/** One served domain: its accounts, its sessions, its modules, and the way of stanzas between them. */
export class Host {
  /** The address of the server itself: the domain. */
  readonly jid: Jid;
  readonly options: HostOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly invitations: Invitations;
  readonly observer: CoreObserver;
  readonly sessions = new SessionRegistry();
  readonly services = new Services();
  readonly discovery = new Discovery();
  readonly failures: Failures;
  readonly hooks: Hooks;
  readonly iqs: IqDispatch;
  readonly #hosts: HostDirectory;
  readonly #router: Router;
  readonly #modules = new ModuleLoader();
  /** Sessions whose carrier has ended while stanzas of theirs are still being handled, by full JID. */
  readonly #leaving = new Map<string, ClientSession>();
  /** Work that nobody waits for but `stop`. */
  readonly #background = new Set<Promise<void>>();

  /** @throws Error when the domain is not a valid one */
  constructor(options: Partial<HostOptions> & Pick<HostOptions, 'domain'>, deps: HostDeps) {
    const jid = Jid.make(undefined, options.domain);
    if (!jid) throw new Error(`"${options.domain}" is not a domain`);
    this.jid = jid;
    this.options = { ...DEFAULT_HOST_OPTIONS, ...options, domain: jid.domain };
    this.clock = deps.clock;
    this.random = deps.random;
    this.log = deps.log;
    this.store = deps.store;
    this.accounts = deps.accounts;
    this.invitations = new Invitations({ ...deps, domain: jid.domain });
    this.observer = deps.observer ?? blindObserver;
    this.#hosts = deps.hosts;
    this.failures = new Failures(deps.log, deps.random);
    this.hooks = new Hooks(this.failures);
    this.iqs = new IqDispatch(this.failures);
    this.#router = this.#makeRouter();
  }

  /** As prepared by RFC 7622. */
  get domain(): string {
    return this.options.domain;
  }

  /** SASL ANONYMOUS is on offer here. */
  get anonymous(): boolean {
    return this.options.anonymous;
  }

  /** Every domain of this server. */
  get domains(): readonly string[] {
    return Array.from(this.#hosts.all(), (host) => host.domain);
  }

  /** What the modules implement. */
  get claims(): ModuleLoader['claims'] {
    return this.#modules.claims;
  }

  // ---- modules

  /** Adds a module; it is set up by `start`. */
  use<Options>(module: Module<Options>, ...[options]: undefined extends Options ? [Options?] : [Options]): void {
    // Left out only where the module's own type of options allows undefined.
    this.#modules.use(module, options as Options);
  }

  /** Serves a component beside this host, and lists it. @returns takes it away @throws Error when the domain is served already */
  serve(component: Component): () => void {
    const domain = new ComponentDomain(component, this.failures, (stanza) => this.route(stanza));
    const close = this.#hosts.addComponent(component.item.jid, domain);
    const unlist = this.discovery.addItem(component.item);
    return () => {
      unlist();
      close();
    };
  }

  /** Sets the modules up, each behind those it needs. @throws Error when that is not possible */
  start(): void {
    this.#modules.start((module, rank) => {
      const scope = new ModuleScope(this, { module, rank });
      return { context: scope, release: () => scope.release() };
    });
  }

  /** Ends all sessions, lets the work under way come to its end, then stops the modules. */
  async stop(): Promise<void> {
    void this.#notify('host:stopping', {});
    for (const session of this.sessions.all()) session.end(new StreamError('system-shutdown'));
    while (this.#background.size > 0) await Promise.all(this.#background);
    this.#modules.stop();
  }

  // ---- sessions

  /** The features for an authenticated client that has yet to bind, beside those of the stream itself. */
  features(): Element[] {
    const features: Element[] = [];
    void this.#notify('stream:features', { features });
    return features;
  }

  /** What Bind 2 may switch on for a new session. @spec XEP-0386 §3.1 */
  bindFeatures(): string[] {
    const features: string[] = [];
    void this.#notify('bind:features', { features });
    return features;
  }

  /** What a client is told that binds a resource with Bind 2. @spec XEP-0386 §3.2.1 */
  async answersToBind(account: Jid): Promise<readonly Element[]> {
    const answers: Element[] = [];
    await this.#notify('bind:answers', { account, answers });
    return answers;
  }

  /**
   * Binds a resource: the requested one, or one that the server makes.
   *
   * @param account the bare JID that authenticated
   * @param origin what the client says of itself with Bind 2
   * @throws StanzaError bad-request, conflict, resource-constraint
   * @spec RFC 6120 §7.6 @spec RFC 6120 §7.7
   */
  bind(account: Jid, resource: string | undefined, transport: Transport, origin?: Origin): ClientSession {
    const jid = this.#resourceFor(account, resource);
    if (this.sessions.of(account).length >= this.options.maxResources) this.#endOneAway(account);
    if (this.sessions.of(account).length >= this.options.maxResources) {
      throw new StanzaError('resource-constraint', `At most ${this.options.maxResources} resources at a time.`);
    }
    this.#leaving.get(jid.toString())?.finish('lost');
    const session = new ClientSession(this, jid, transport, origin);
    this.sessions.add(session);
    this.log.debug('session.bound', { jid: jid.toString(), transport: transport.info.name });
    void this.#notify('session:bound', { session });
    return session;
  }

  /** For the session only: its carrier has ended, its resource is free. */
  leaving(session: ClientSession): void {
    this.sessions.remove(session);
    this.#leaving.set(session.jid.toString(), session);
  }

  /** For the session only: another stream carries it. */
  resumed(session: ClientSession): void {
    void this.#notify('session:resumed', { session });
  }

  /** For the session only: it is over. */
  left(session: ClientSession, how: Closing): void {
    this.sessions.remove(session);
    const jid = session.jid.toString();
    if (this.#leaving.get(jid) === session) this.#leaving.delete(jid);
    this.log.debug('session.ended', { jid, how });
    void this.#notify('session:ended', { session, how });
    // An anonymous account does not outlive its session.
    if (this.anonymous) {
      this.accounts.remove(session.account).catch((error: unknown) => this.failures.log(error, { jid }));
    }
  }

  /** Removes an account with all its data, and ends its sessions. False when there is none. */
  async removeAccount(account: Jid): Promise<boolean> {
    // First, while there still is a roster that says who is told; and again for who came meanwhile.
    this.#endSessions(account);
    await this.#notify('account:removing', { account });
    const existed = await this.accounts.remove(account);
    this.#endSessions(account);
    if (existed) await this.#notify('account:removed', { account });
    return existed;
  }

  /** Work that is under way: the host does not stop before it is done. */
  track(work: MaybePromise<void>): void {
    void this.#tracked(work);
  }

  // ---- stanzas

  /** An element from a client that is no stanza; whether a module took it. */
  handlesNonza(session: ClientSession, element: Element): MaybePromise<boolean> {
    return andThen(this.hooks.run('nonza:from-client', { session, element }), (unhandled) => unhandled === undefined);
  }

  /** A stanza that a client sent, checked and stamped. Never throws or rejects. */
  accept(stanza: Stanza, session: ClientSession): MaybePromise<void> {
    return this.#tracked(this.#router.accept(stanza, session));
  }

  /** Brings a stanza to where it is addressed; who sent it gets the error when that fails. Never throws or rejects. */
  route(stanza: Stanza, session?: ClientSession): MaybePromise<void> {
    return this.#router.route(stanza, session);
  }

  /** Finds another way for what did not reach a session of this host. */
  redeliver(payloads: readonly Payload[]): void {
    void this.#tracked(this.#router.redeliver(payloads));
  }

  /** Whether `observer` may know the presence of `account`. Who is blocked may not. */
  mayObserve(observer: Jid, account: Jid): MaybePromise<boolean> {
    if (observer.bare.equals(account.bare) || observer.equals(this.jid)) return true;
    const isSubscribed = this.services.find(SUBSCRIBERS)?.has(account.bare, observer.bare) ?? false;
    return andThen(isSubscribed, (isAllowed) => {
      const blocks = isAllowed ? this.services.find(BLOCKS)?.of(account.bare) : undefined;
      return blocks === undefined ? isAllowed : andThen(blocks, (list) => !list.has(observer));
    });
  }

  /** Who comes instead of resuming does not find the place taken by what it left behind. */
  #endOneAway(account: Jid): void {
    this.sessions
      .of(account)
      .find((session) => session.isAway)
      ?.end(new StreamError('conflict'));
  }

  #endSessions(account: Jid): void {
    for (const session of this.sessions.of(account)) session.end(new StreamError('not-authorized'));
  }

  /** Runs a hook of something that has happened: a handler that refuses is too late. */
  #notify<K extends HookName>(name: K, event: HookMap[K]): MaybePromise<void> {
    const done = attempt(
      () => andThen(this.hooks.run(name, event), () => undefined),
      () => this.log.warn('hook.refused', { hook: name }),
    );
    return this.#tracked(done);
  }

  #tracked(work: MaybePromise<void>): MaybePromise<void> {
    if (!(work instanceof Promise)) return;
    this.#background.add(work);
    return work.finally(() => this.#background.delete(work));
  }

  #makeRouter(): Router {
    const delivery = new Delivery({
      server: this.jid,
      sessions: this.sessions,
      hooks: this.hooks,
      clock: this.clock,
      log: this.log,
      // An anonymous account does not outlive its session.
      keepsMessages: () => !this.anonymous && this.hooks.isHandled('message:undeliverable'),
      exists: (account) => this.accounts.exists(account),
      mayObserve: (observer, account) => this.mayObserve(observer, account),
      answer: (iq, account, session) => this.#router.answer(iq, account, session),
    });
    return new Router({
      domain: this.domain,
      hooks: this.hooks,
      iqs: this.iqs,
      delivery,
      failures: this.failures,
      findDomain: (domain) => this.#hosts.findDomain(domain),
      findRemote: () => this.services.find(REMOTE),
    });
  }

  /** Frees the requested resource, finds another, or refuses, as the policy says. @spec RFC 6120 §7.7.2 */
  #resourceFor(account: Jid, resource: string | undefined): Jid {
    const jid = account.withResource(resource || opaqueId(this.random, RESOURCE_BITS));
    if (!jid) throw new StanzaError('bad-request', 'This is not a valid resource.');
    const holder = this.sessions.find(jid);
    if (!holder) return jid;
    if (holder.isAway) {
      holder.end(new StreamError('conflict'));
      return jid;
    }
    if (this.options.conflict === 'refuse') throw new StanzaError('conflict');
    if (this.options.conflict === 'rename') return this.#resourceFor(account, undefined);
    holder.end(new StreamError('conflict'));
    return jid;
  }
}
