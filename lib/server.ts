import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import type { Middleware } from 'koa';
import type Koa from 'koa';
import type { Clock } from './base/clock.ts';
import { silent, type Logger } from './base/log.ts';
import type { Random } from './base/random.ts';
import { seconds, type Duration } from './base/time.ts';
import { BoshTransport } from './bosh/bosh-transport.ts';
import { ConnectionManager } from './bosh/connection-manager.ts';
import type { BoshObserver } from './bosh/exchange.ts';
import { DEFAULT_LIMITS, type BoshPolicy } from './bosh/policy.ts';
import { completeConfig } from './config/load.ts';
import type { Config, ConfigInput } from './config/schema.ts';
import { Accounts } from './core/accounts.ts';
import { AuthLimiter, Counter } from './core/auth-limiter.ts';
import { ClientStream } from './core/client-stream.ts';
import { Host, type CoreObserver } from './core/host.ts';
import { Hosts } from './core/hosts.ts';
import { createApp } from './http/app.ts';
import { ClientAddress } from './http/client-address.ts';
import { Cors } from './http/cors.ts';
import { Listener } from './http/listener.ts';
import { httpBind, type HttpBindOptions } from './http/routes/http-bind.ts';
import { installModules } from './modules/index.ts';
import { Certificates } from './runtime/certificates.ts';
import { Metrics } from './runtime/metrics.ts';
import { SOFTWARE } from './software.ts';
import { systemClock } from './runtime/system-clock.ts';
import { systemRandom } from './runtime/system-random.ts';
import { createMemoryStore } from './storage/memory.ts';
import { openStore } from './storage/open.ts';
import type { Store } from './storage/store.ts';
import type { Transport } from './xmpp/transport.ts';

/** What a server takes from outside; each has a default. */
export interface ServerDependencies {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** Replaces the store that the configuration names. The server closes it. */
  readonly store?: Store;
}

/** Events of a server, with what their listeners get. */
export interface ServerEvents {
  /** A resource was bound; the full JID. */
  'session:bound': [jid: string];
  /** A session is over; the full JID. */
  'session:ended': [jid: string];
  /** The server has closed. */
  closed: [];
}

export interface CloseOptions {
  /** Milliseconds to say goodbye and to finish writing. */
  readonly drain?: Duration;
}

/** Idle connections are kept this much longer than a client may be silent. H-05 */
const KEEP_ALIVE_MARGIN: Duration = seconds(15);
const MINUTE: Duration = seconds(60);

/**
 * A whole server: hosts, BOSH, HTTP, store. There may be many in one process; none of them touches
 * signals, environment or working directory.
 */
export class HoldfastServer extends EventEmitter<ServerEvents> {
  readonly hosts = new Hosts();
  readonly manager: ConnectionManager;
  readonly metrics: Metrics;
  readonly app: Koa;
  readonly startedAt: number;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #stores: readonly Store[];
  readonly #limiter: AuthLimiter;
  readonly #creations: Counter;
  readonly #clients: ClientAddress;
  readonly #bosh: HttpBindOptions;
  readonly #certificates: Certificates | undefined;
  #listeners: Listener[] = [];
  #phase: 'new' | 'ready' | 'draining' | 'closed' = 'new';

  /** @param store where accounts and messages are kept; the server closes it */
  constructor(config: Config, store: Store, dependencies: Omit<ServerDependencies, 'store'> = {}) {
    super();
    const { clock = systemClock, random = systemRandom, log = silent } = dependencies;
    this.#config = config;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.startedAt = clock.date();
    const { auth, limits } = config;
    this.#limiter = new AuthLimiter(clock, {
      perAccount: auth.max_failures_per_account || Number.POSITIVE_INFINITY,
      perAddress: auth.max_failures_per_address || Number.POSITIVE_INFINITY,
      window: auth.failure_window,
    });
    this.#creations = new Counter(clock, MINUTE);
    const anonymousStore = createMemoryStore();
    this.#stores = [store, anonymousStore];
    for (const [domain, options] of Object.entries(config.hosts)) {
      this.#addHost(domain, options, options.anonymous ? anonymousStore : store);
    }
    this.manager = this.#createManager(limits);
    this.metrics = new Metrics({
      boshSessions: () => this.manager.size,
      heldRequests: () => this.manager.held,
      boundSessions: () => [...this.hosts.all()].reduce((sum, host) => sum + host.sessions.size, 0),
    });
    this.#clients = new ClientAddress(config.http.trusted_proxies);
    this.#bosh = {
      manager: this.manager,
      paths: [config.bosh.path, ...config.bosh.aliases],
      bodyBytes: config.bosh.max_body,
      cors: new Cors(config.http.cors_origins),
      clients: this.#clients,
    };
    this.app = this.#createApp();
    const { tls } = config.http;
    this.#certificates = tls ? new Certificates(tls, log, (context) => this.#setCertificate(context)) : undefined;
  }

  get config(): Config {
    return this.#config;
  }

  /** Listens where the configuration says. @throws Error when a port is taken */
  async listen(): Promise<void> {
    const { listen, listen_tls: listenTls } = this.#config.http;
    const context = this.#certificates?.read();
    this.#listeners = [
      ...listen.map((address) => this.#listener(address)),
      ...listenTls.map((address) => this.#listener(address, context)),
    ];
    try {
      for (const listener of this.#listeners) await listener.listen();
    } catch (error) {
      await this.close({ drain: 0 });
      throw error;
    }
    this.#certificates?.watch();
    this.#phase = 'ready';
    this.#log.info('server.listening', { urls: this.urls.join(' ') });
  }

  /** `http://host:port` of each listener. */
  get urls(): string[] {
    return this.#listeners.map((listener) => listener.url);
  }

  /** The URL for clients. */
  get boshUrl(): string {
    return `${this.urls[0] ?? ''}${this.#config.bosh.path}`;
  }

  /** The BOSH endpoint as Koa middleware, for an application of one's own. It must come before body parsers. */
  middleware(): Middleware {
    this.#phase = 'ready';
    return httpBind(this.#bosh);
  }

  /** A request listener for a `node:http` server of one's own. */
  callback(): (request: IncomingMessage, response: ServerResponse) => void {
    this.#phase = 'ready';
    const handle = this.app.callback();
    return (request, response) => void handle(request, response);
  }

  /** Reads the certificate again. False when it is no good, and the old one stays. */
  reloadCertificate(): boolean {
    return this.#certificates?.reload() ?? true;
  }

  /** What a BOSH session agreed on, and how it stands; undefined for other transports. */
  boshFacts(transport: Transport): BoshFacts | undefined {
    return transport instanceof BoshTransport ? factsOf(transport) : undefined;
  }

  /** Why this server should not be given work. */
  get unready(): string[] {
    return this.#phase === 'ready' ? [] : [this.#phase === 'new' ? 'not listening yet' : 'shutting down'];
  }

  /**
   * Ends all sessions with `system-shutdown`, lets their answers out, finishes writing.
   *
   * @spec XEP-0124 §17.2 B-17.2-09 D-47
   */
  async close({ drain = this.#config.shutdown.drain }: CloseOptions = {}): Promise<void> {
    if (this.#phase === 'draining' || this.#phase === 'closed') return;
    this.#phase = 'draining';
    this.#certificates?.close();
    this.manager.shutdown();
    const gone = Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#within(drain, gone);
    for (const listener of this.#listeners) listener.cut();
    await gone;
    for (const host of this.hosts.all()) await host.stop();
    for (const store of this.#stores) await store.close();
    this.metrics.close();
    this.#phase = 'closed';
    this.#log.info('server.closed');
    this.emit('closed');
  }

  // ---- composition

  #addHost(domain: string, options: Config['hosts'][string], store: Store): void {
    const { auth, limits } = this.#config;
    const clock = this.#clock;
    const random = this.#random;
    const accounts = new Accounts({ store, random, clock, iterations: auth.iterations });
    const { anonymous, conflict, max_resources: maxResources, contacts } = options;
    const host = new Host(
      { domain, anonymous, conflict, maxResources, contacts: defined(contacts), maxPending: limits.pending_stanzas },
      { clock, random, log: this.#log, store, hosts: this.hosts, accounts, observer: this.#coreObserver() },
    );
    installModules(host, {
      software: SOFTWARE,
      maxRosterItems: limits.roster_items,
      maxOfflineMessages: limits.offline_messages,
    });
    host.use({
      name: 'server-events',
      implements: [],
      setup: (context) => {
        context.hook(
          'session:bound',
          'observe',
          ({ session }) => void this.emit('session:bound', session.jid.toString()),
        );
        context.hook(
          'session:ended',
          'observe',
          ({ session }) => void this.emit('session:ended', session.jid.toString()),
        );
      },
    });
    this.hosts.add(host);
    host.start();
  }

  #createManager(limits: Config['limits']): ConnectionManager {
    const { auth } = this.#config;
    const clock = this.#clock;
    const random = this.#random;
    const log = this.#log;
    return new ConnectionManager({
      clock,
      random,
      log,
      policy: policyOf(this.#config.bosh),
      domainStatus: (domain) => (this.hosts.find(domain) ? 'served' : 'unknown'),
      openStream: (transport) =>
        new ClientStream(transport, {
          hosts: this.hosts,
          clock,
          random,
          log,
          limiter: this.#limiter,
          mechanisms: auth.mechanisms,
          allowsPlainAnywhere: auth.plain_without_tls,
          authenticationTimeout: auth.timeout,
        }),
      refuse: (address) => this.#refuse(address, limits),
      observer: this.#boshObserver(),
    });
  }

  /** H-09 */
  #refuse(address: string, limits: Config['limits']): number | undefined {
    const { sessions_per_address: most, session_creations_per_minute: rate } = limits;
    if (rate > 0) {
      if (this.#creations.count(address) >= rate) return Math.ceil(this.#creations.remaining(address) / 1000);
      this.#creations.add(address);
    }
    return most > 0 && this.manager.sessionsFrom(address) >= most ? MINUTE / 1000 : undefined;
  }

  #coreObserver(): CoreObserver {
    return { stanza: (kind, direction) => this.metrics.stanzas.inc({ kind, direction }) };
  }

  #boshObserver(): BoshObserver {
    return {
      created: () => this.metrics.sessionsCreated.inc(),
      ended: (why, condition) => {
        this.metrics.sessionsEnded.inc({ why });
        if (why.startsWith('rid-')) this.metrics.violations.inc({ kind: why });
        this.#log.info('bosh.session.ended', { why, condition });
      },
      requested: () => this.metrics.requests.inc(),
      responded: (reason, condition) => {
        this.metrics.responses.inc({ reason });
        if (reason === 'replay') this.metrics.replays.inc();
        if (condition !== undefined) this.metrics.errors.inc({ condition });
      },
    };
  }

  #createApp(): Koa {
    return createApp({
      log: this.#log,
      bosh: this.#bosh,
      home: { domains: Object.keys(this.#config.hosts), boshPath: this.#config.bosh.path },
      unready: () => this.unready,
      metrics: { read: () => this.metrics.read(), allow: this.#config.metrics.allow, clients: this.#clients },
    });
  }

  #listener(address: string, tls?: SecureContextOptions): Listener {
    const colon = address.lastIndexOf(':');
    const { max_wait: wait, inactivity } = this.#config.bosh;
    return new Listener(
      {
        host: address.slice(0, colon).replace(/^\[|\]$/g, ''),
        port: Number(address.slice(colon + 1)),
        tls,
        keepAlive: wait + inactivity + KEEP_ALIVE_MARGIN,
      },
      this.callback(),
    );
  }

  #setCertificate(context: SecureContextOptions): void {
    for (const listener of this.#listeners) listener.setCertificate(context);
  }

  async #within(limit: Duration, work: Promise<unknown>): Promise<void> {
    const timeout = new EventEmitter();
    const cancel = this.#clock.at(this.#clock.now() + limit, () => timeout.emit('over'));
    await Promise.race([work, once(timeout, 'over')]);
    cancel();
  }
}

/** A BOSH session as operators see it. */
export interface BoshFacts {
  readonly ver: string;
  readonly wait: number;
  readonly hold: number;
  readonly requests: number;
  readonly inactivity: number;
  /** Requests held at this moment. */
  readonly held: number;
  /** Payloads that wait for a request. */
  readonly queued: number;
}

function factsOf({ session }: BoshTransport): BoshFacts {
  const { ver, wait, hold, requests, inactivity } = session.terms;
  return { ver, wait, hold, requests, inactivity, held: session.held, queued: session.queued };
}

function policyOf(bosh: Config['bosh']): BoshPolicy {
  return {
    maxWait: Math.floor(bosh.max_wait / 1000),
    maxHold: bosh.max_hold,
    inactivity: Math.floor(bosh.inactivity / 1000),
    pollingInactivity: Math.floor(bosh.polling_inactivity / 1000),
    polling: Math.floor(bosh.polling / 1000),
    maxPause: Math.floor(bosh.max_pause / 1000),
    ack: bosh.ack,
    accept: [],
    charsets: [],
    maxStreams: bosh.max_streams,
    seeOtherUri: bosh.see_other_uri || undefined,
    strict: bosh.strict,
    limits: {
      ...DEFAULT_LIMITS,
      bodyBytes: bosh.max_body,
      bodyBytesUnauthenticated: bosh.max_body_unauthenticated,
    },
  };
}

/** Leaves out what is undefined. */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // just filtered
}

/**
 * Makes a server. Everything but `hosts` has a default; without `dependencies.store` it keeps
 * everything in memory, or in the SQLite file that `storage` names.
 *
 * @throws ConfigError
 */
export async function createServer(input: ConfigInput, dependencies: ServerDependencies = {}): Promise<HoldfastServer> {
  return openServer(completeConfig(input), dependencies);
}

/** The same with a complete configuration, as `loadConfig` returns it. @throws StoreError */
export async function openServer(config: Config, dependencies: ServerDependencies = {}): Promise<HoldfastServer> {
  return new HoldfastServer(config, dependencies.store ?? (await openStore(config.storage)), dependencies);
}
