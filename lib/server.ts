import { EventEmitter } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Middleware } from 'koa';
import type Koa from 'koa';
import type { AdminTarget } from './admin/target.ts';
import { serverTarget, type ServerActions } from './admin/targets.ts';
import type { Clock } from './base/clock.ts';
import { silent, type Logger } from './base/log.ts';
import type { Random } from './base/random.ts';
import { seconds, type Duration, type Instant } from './base/time.ts';
import { within } from './base/within.ts';
import type { ConnectionManager } from './bosh/connection-manager.ts';
import { Admission } from './composition/admission.ts';
import { boshFacts, createConnectionManager, type BoshFacts } from './composition/bosh.ts';
import { createFrameSessions } from './composition/frame-sessions.ts';
import { ownActions } from './composition/own-actions.ts';
import { createHost } from './composition/host.ts';
import { pageFacts } from './composition/pages.ts';
import { prebindRoute } from './composition/prebind.ts';
import type { ServerParts } from './composition/server-parts.ts';
import { createResumptions, streamOpeners } from './composition/streams.ts';
import { TcpService } from './composition/tcp.ts';
import { uploadRoute } from './composition/uploads.ts';
import { createPollingEndpoint } from './composition/polling.ts';
import { createWebSocketEndpoint, webSocketPaths } from './composition/websocket.ts';
import { completeConfig } from './config/load.ts';
import type { Config, ConfigInput } from './config/schema.ts';
import { Hosts } from './core/hosts.ts';
import type { Resumptions } from './core/resumptions.ts';
import { createApp } from './http/app.ts';
import { attach } from './http/attachment.ts';
import { ClientAddress } from './http/client-address.ts';
import { Cors } from './http/cors.ts';
import { Listener, type ProtocolSwitch } from './http/listener.ts';
import { webSocketSwitch } from './http/websocket.ts';
import { UPLOAD_PATH } from './http/routes/upload.ts';
import { endpointPaths, httpBind, postsFirst, type HttpBindOptions } from './http/routes/http-bind.ts';
import { Certificates } from './runtime/certificates.ts';
import { Metrics } from './runtime/metrics.ts';
import { systemClock } from './runtime/system-clock.ts';
import { systemRandom } from './runtime/system-random.ts';
import { createMemoryStore } from './storage/memory.ts';
import { openStore } from './storage/open.ts';
import { StoreError, type Store } from './storage/store.ts';
import type { FrameSessions } from './transports/frame-sessions.ts';
import type { PollingEndpoint } from './transports/polling-endpoint.ts';
import type { WebSocketEndpoint } from './transports/websocket-endpoint.ts';
import type { Transport } from './xmpp/transport.ts';

/** What a server takes from outside; each has a default. */
export interface ServerDependencies {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** Replaces the store that the configuration names. The server closes it. */
  readonly store?: Store;
  /**
   * What administrators may have done to the process. Without, stopping closes the server, reloading
   * reads the certificates, and nothing restarts.
   */
  readonly actions?: ServerActions;
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

export interface ListenOptions {
  /** TCP ports that are taken are left out, and logged. */
  readonly skipsTaken?: boolean;
}

/** Idle connections are kept this much longer than a client may be silent. H-05 */
const KEEP_ALIVE_MARGIN: Duration = seconds(15);
const WHY_UNREADY = { new: 'not listening yet', draining: 'shutting down', closed: 'closed' } as const;
/** Modules and stores have this long each to finish, however little time there is for goodbyes. */
const FLUSH_TIME: Duration = seconds(2);

/**
 * A whole server: hosts, BOSH, HTTP, store. There may be many in one process; none of them touches
 * signals, environment or working directory.
 */
export class HoldfastServer extends EventEmitter<ServerEvents> {
  readonly hosts = new Hosts();
  readonly manager: ConnectionManager;
  readonly webSockets: WebSocketEndpoint;
  readonly frameSessions: FrameSessions;
  readonly polling: PollingEndpoint;
  readonly tcp: TcpService;
  readonly metrics: Metrics;
  readonly app: Koa;
  /** What the commands of operators work on. */
  readonly administration: AdminTarget;
  readonly startedAt: number;
  readonly #parts: ServerParts;
  readonly #stores: readonly Store[];
  readonly #resumptions: Resumptions;
  readonly #clients: ClientAddress;
  readonly #bosh: HttpBindOptions;
  readonly #switch: ProtocolSwitch;
  readonly #certificates: readonly Certificates[];
  readonly #detachments: (() => void)[] = [];
  #listeners: Listener[] = [];
  #closing: Promise<void> | undefined;
  #phase: 'new' | 'ready' | 'draining' | 'closed' = 'new';

  /** @param store where accounts and messages are kept; the server closes it */
  constructor(config: Config, store: Store, dependencies: Omit<ServerDependencies, 'store'> = {}) {
    super();
    const { clock = systemClock, random = systemRandom, log = silent } = dependencies;
    this.startedAt = clock.date();
    this.metrics = new Metrics({
      boshSessions: () => this.manager.size,
      heldRequests: () => this.manager.held,
      webSockets: () => this.webSockets.size,
      frameSessions: () => this.frameSessions.size,
      pollingSessions: () => this.polling.size,
      tcpConnections: () => this.tcp.endpoint.size,
      components: () => this.tcp.components.size,
      awaySessions: () => this.#resumptions.away,
      boundSessions: () => [...this.hosts.all()].reduce((sum, host) => sum + host.sessions.size, 0),
    });
    this.#parts = { config, clock, random, log, metrics: this.metrics };
    this.#resumptions = createResumptions(this.#parts);
    const anonymousStore = createMemoryStore();
    this.#stores = [store, anonymousStore];
    for (const [domain, { anonymous }] of Object.entries(config.hosts)) {
      this.#addHost(domain, anonymous ? anonymousStore : store);
    }
    const carriers = {
      ...this.#parts,
      admission: new Admission(clock, config.limits),
      ...streamOpeners({ ...this.#parts, hosts: this.hosts, resumptions: this.#resumptions }),
    };
    this.manager = createConnectionManager({
      ...carriers,
      isServed: (domain) => this.hosts.find(domain) !== undefined,
    });
    this.webSockets = createWebSocketEndpoint(carriers);
    this.frameSessions = createFrameSessions(carriers);
    this.polling = createPollingEndpoint(carriers);
    this.tcp = new TcpService(carriers);
    this.#clients = new ClientAddress(config.http.trusted_proxies);
    this.#bosh = {
      manager: this.manager,
      paths: endpointPaths(config.bosh),
      bodyBytes: config.bosh.max_body,
      cors: new Cors(config.http.cors_origins),
      clients: this.#clients,
    };
    this.#switch = this.#createSwitch();
    this.app = this.#createApp();
    this.#certificates = this.#openCertificates();
    this.administration = serverTarget(this, clock, dependencies.actions ?? ownActions(this));
  }

  get config(): Config {
    return this.#parts.config;
  }

  /**
   * Listens where the configuration says. A server that cannot is closed.
   *
   * @throws Error when a port is taken, or the server was closed
   * @throws ConfigError when the certificate is no good
   */
  async listen({ skipsTaken = false }: ListenOptions = {}): Promise<void> {
    if (this.#closing) throw new Error('the server is closed');
    const { listen, listen_tls: listenTls } = this.config.http;
    try {
      this.#listeners = [
        ...listen.map((address) => this.#listener(address, false)),
        ...listenTls.map((address) => this.#listener(address, true)),
      ];
      for (const certificates of this.#certificates) certificates.load();
      for (const listener of this.#listeners) await listener.listen();
      await this.tcp.listen(skipsTaken);
    } catch (error) {
      await this.close({ drain: 0 });
      throw error;
    }
    for (const certificates of this.#certificates) certificates.watch();
    this.#open();
    this.#parts.log.info('server.listening', {
      urls: [...this.urls, ...this.tcp.urls, ...this.tcp.componentUrls].join(' '),
    });
  }

  /** `http://host:port` of each listener. */
  get urls(): string[] {
    return this.#listeners.map((listener) => listener.url);
  }

  /** Where others reach this server, without a slash at the end; undefined where only another HTTP server knows. */
  get publicUrl(): string | undefined {
    return this.config.http.public_url.replace(/\/$/, '') || this.urls[0];
  }

  /** The URL for clients. */
  get boshUrl(): string {
    return `${this.urls[0] ?? ''}${this.config.bosh.path}`;
  }

  /** The WebSocket URL for clients. */
  get webSocketUrl(): string {
    return `${(this.urls[0] ?? '').replace(/^http/, 'ws')}${this.config.websocket.path}`;
  }

  /** The BOSH endpoint as Koa middleware, for an application of one's own. It must come before body parsers. */
  middleware(): Middleware {
    this.#open();
    return httpBind(this.#bosh);
  }

  /** A request listener for a `node:http` server of one's own, with all pages. */
  callback(): RequestListener {
    this.#open();
    const handle = this.app.callback();
    return postsFirst(this.#bosh, (request, response) => void handle(request, response));
  }

  /**
   * Takes the requests for the BOSH endpoint and WebSocket connections from an HTTP server of one's own,
   * until this server is closed; its listeners so far get the others. Its time-outs stay as they are.
   */
  attach(http: Server | SecureServer): void {
    const { paths } = this.#bosh;
    const { prebind } = this.config;
    const handle = this.callback();
    this.#detachments.push(
      attach(http, {
        takes: (path) =>
          paths.has(path) || path.startsWith(UPLOAD_PATH) || (prebind.secret !== '' && path === prebind.path),
        handle,
        upgrade: this.#switch.upgrade,
      }),
    );
  }

  /** Reads the certificates again. False when one is no good, and the old one stays. */
  reloadCertificates(): boolean {
    return this.#certificates.map((certificates) => certificates.reload()).every(Boolean);
  }

  /** What a BOSH session agreed on, and how it stands; undefined for other transports. */
  boshFacts(transport: Transport): BoshFacts | undefined {
    return boshFacts(transport);
  }

  /** Why this server should not be given work. */
  get unready(): string[] {
    return this.#phase === 'ready' ? [] : [WHY_UNREADY[this.#phase]];
  }

  /**
   * Ends all sessions with `system-shutdown`, lets their answers out, finishes writing. Once: whoever asks
   * again waits for the same.
   *
   * @throws StoreError when what was to be kept may not have been written
   * @spec XEP-0124 §17.2 B-17.2-09 D-47
   */
  close({ drain = this.config.shutdown.drain }: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(drain);
    return this.#closing;
  }

  async #close(drain: Duration): Promise<void> {
    this.#phase = 'draining';
    const until = this.#parts.clock.now() + drain;
    for (const certificates of this.#certificates) certificates.close();
    this.manager.shutdown();
    this.frameSessions.shutdown();
    this.polling.shutdown();
    this.webSockets.shutdown(this.config.websocket.see_other_uri || undefined);
    this.tcp.shutdown();
    for (const detach of this.#detachments) detach();
    const listeners = [...this.#listeners, this.tcp];
    const gone = Promise.all(listeners.map((listener) => listener.close()));
    await within(this.#parts.clock, until, gone);
    for (const listener of listeners) listener.cut();
    await gone;
    try {
      await this.#finishWriting(until);
    } finally {
      this.metrics.close();
      this.#phase = 'closed';
      this.#parts.log.info('server.closed');
      this.emit('closed');
    }
  }

  async #finishWriting(until: Instant): Promise<void> {
    const clock = this.#parts.clock;
    const latest = (): Instant => Math.max(until, clock.now() + FLUSH_TIME);
    const stopped = Promise.all(Array.from(this.hosts.all(), (host) => host.stop()));
    if (!(await within(clock, latest(), stopped))) this.#parts.log.warn('server.close.late');
    const written = Promise.all(this.#stores.map((store) => store.close()));
    if (!(await within(clock, latest(), written))) throw new StoreError('the store did not close in time');
  }

  /** It works from now on, unless it is over. */
  #open(): void {
    if (!this.#closing) this.#phase = 'ready';
  }

  // ---- composition

  #addHost(domain: string, store: Store): void {
    const host = createHost(domain, {
      ...this.#parts,
      store,
      hosts: this.hosts,
      publicUrl: () => this.publicUrl,
      administration: () => this.administration,
      onBound: (jid) => void this.emit('session:bound', jid.toString()),
      onEnded: (jid) => void this.emit('session:ended', jid.toString()),
    });
    this.hosts.add(host);
    host.start();
  }

  #createApp(): Koa {
    const boshPath = this.config.bosh.path;
    const webSocketPath = webSocketPaths(this.config.websocket)[0];
    return createApp({
      log: this.#parts.log,
      bosh: this.#bosh,
      webSocketPaths: webSocketPaths(this.config.websocket),
      frameSessions: {
        sessions: this.frameSessions,
        path: this.config.frame_sessions.enabled ? this.config.frame_sessions.path : undefined,
        bodyBytes: this.config.frame_sessions.max_body,
        cors: this.#bosh.cors,
        clients: this.#clients,
      },
      httpPoll: {
        endpoint: this.polling,
        path: this.config.http_poll.enabled ? this.config.http_poll.path : undefined,
        bodyBytes: this.config.http_poll.max_body,
        cors: this.#bosh.cors,
        clients: this.#clients,
      },
      hostMeta: { publicUrl: this.config.http.public_url, boshPath, webSocketPath, clients: this.#clients },
      ...pageFacts(this.config, this.#clients),
      upload: uploadRoute(this.config, { hosts: this.hosts, clock: this.#parts.clock, cors: this.#bosh.cors }),
      prebind: prebindRoute({ ...this.#parts, manager: this.manager, hosts: this.hosts, clients: this.#clients }),
      unready: () => this.unready,
      metrics: { read: () => this.metrics.read(), allow: this.config.metrics.allow, clients: this.#clients },
    });
  }

  #createSwitch(): ProtocolSwitch {
    const { websocket } = this.config;
    return webSocketSwitch({
      endpoint: this.webSockets,
      paths: webSocketPaths(websocket),
      maxMessage: websocket.max_message,
      compression: websocket.compression,
      cors: this.#bosh.cors,
      clients: this.#clients,
    });
  }

  #listener(address: string, isSecure: boolean): Listener {
    const colon = address.lastIndexOf(':');
    const { max_wait: wait, inactivity } = this.config.bosh;
    return new Listener(
      {
        host: address.slice(0, colon).replace(/^\[|\]$/g, ''),
        port: Number(address.slice(colon + 1)),
        isSecure,
        http2: this.config.http.http2,
        keepAlive: wait + inactivity + KEEP_ALIVE_MARGIN,
      },
      this.callback(),
      this.#switch,
    );
  }

  /** TCP takes the certificate of HTTP when it has none of its own. */
  #openCertificates(): Certificates[] {
    const { http, tcp } = this.config;
    const forHttp = (context: SecureContextOptions): void => {
      for (const listener of this.#listeners) listener.setCertificate(context);
      if (!tcp.tls) this.tcp.setCertificate(context);
    };
    const forTcp = (context: SecureContextOptions): void => this.tcp.setCertificate(context);
    const log = this.#parts.log;
    return [
      ...(http.tls ? [new Certificates({ option: 'http.tls', ...http.tls }, log, forHttp)] : []),
      ...(tcp.tls
        ? [new Certificates({ option: 'tcp.tls', ...tcp.tls, clientCa: tcp.tls.client_ca }, log, forTcp)]
        : []),
    ];
  }
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

/** The same with a complete configuration, as `loadConfig` returns it. @throws StoreError @throws ConfigError */
export async function openServer(config: Config, dependencies: ServerDependencies = {}): Promise<HoldfastServer> {
  const store = dependencies.store ?? (await openStore(config.storage));
  try {
    return new HoldfastServer(config, store, dependencies);
  } catch (error) {
    await store.close(); // or its thread would keep the process
    throw error;
  }
}
