import type { SecureContextOptions } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { StreamListener } from '../tcp/stream-listener.ts';
import { TcpEndpoint } from '../transports/tcp-endpoint.ts';
import { DEFAULT_TCP_LIMITS, type TcpObserver, type TcpPolicy } from '../transports/tcp-policy.ts';
import { NS_CLIENT } from '../xmpp/ns.ts';
import type { Admission } from './admission.ts';
import { componentListeners, createComponentEndpoint } from './components.ts';
import type { ServerParts } from './server-parts.ts';
import type { StreamOpeners } from './streams.ts';

export interface TcpParts extends ServerParts, StreamOpeners {
  readonly admission: Admission;
}

/** The TCP side of a server: its listeners, and the connections that they took. */
export class TcpService {
  readonly endpoint: TcpEndpoint;
  readonly #parts: TcpParts;
  readonly components: TcpEndpoint;
  readonly #listeners: readonly StreamListener[];
  #listening: readonly StreamListener[] = [];

  constructor(parts: TcpParts) {
    const { clock, log, config, admission, openStream } = parts;
    this.#parts = parts;
    this.endpoint = new TcpEndpoint({
      clock,
      log,
      policy: policyOf(config.tcp),
      openStream,
      refuse: (address) => admission.secondsToWait(address),
      observer: observerOf(parts),
    });
    this.components = createComponentEndpoint(parts);
    admission.include((address) => this.endpoint.connectionsFrom(address));
    const { endpoint, components } = this;
    const tls = { isDirect: false, asksForCertificate: config.tcp.tls?.client_ca !== undefined };
    const directTls = { ...tls, isDirect: true };
    this.#listeners = [
      ...config.tcp.listen.map((address) => new StreamListener({ address, endpoint, tls })),
      ...config.tcp.listen_tls.map((address) => new StreamListener({ address, endpoint, tls: directTls })),
      ...componentListeners(config).map((address) => new StreamListener({ address, endpoint: components })),
    ];
  }

  /** `xmpp://host:port` and `xmpps://host:port` of each listener for clients. */
  get urls(): string[] {
    return this.#listening.filter((listener) => listener.endpoint === this.endpoint).map(({ url }) => url);
  }

  /** `xmpp://host:port` of each listener for components. */
  get componentUrls(): string[] {
    return this.#listening.filter((listener) => listener.endpoint === this.components).map(({ url }) => url);
  }

  setCertificate(context: SecureContextOptions): void {
    for (const listener of this.#listeners) listener.setCertificate(context);
  }

  /**
   * @param skipsTaken goes on without ports that are taken, and logs which
   * @throws Error when a port is taken
   */
  async listen(skipsTaken: boolean): Promise<void> {
    for (const listener of this.#listeners) {
      try {
        await listener.listen();
        this.#listening = [...this.#listening, listener];
      } catch (error) {
        if (!skipsTaken || !isTaken(error)) throw error;
        this.#parts.log.warn('tcp.port.taken', { address: listener.address });
      }
    }
  }

  /** Sends the clients away, and then the components, which still hear that the clients have gone. */
  shutdown(): void {
    this.endpoint.shutdown(this.#parts.config.tcp.see_other_host || undefined);
    this.components.shutdown();
  }

  /** Takes no new connection; resolves when the last one is gone. */
  async close(): Promise<void> {
    await Promise.all(this.#listening.map((listener) => listener.close()));
  }

  /** Cuts the connections that are left. */
  cut(): void {
    for (const listener of this.#listening) listener.cut();
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function observerOf({ metrics, log }: TcpParts): TcpObserver {
  return {
    opened: () => metrics.tcpOpened.add(),
    ended: (why) => {
      metrics.tcpEnded.add(why);
      log.info('tcp.ended', { why });
    },
  };
}

function policyOf(tcp: Config['tcp']): TcpPolicy {
  return {
    content: NS_CLIENT,
    maxStanza: tcp.max_stanza,
    maxStanzaUnauthenticated: tcp.max_stanza_unauthenticated,
    ping: tcp.ping,
    requireTls: tcp.require_tls,
    limits: DEFAULT_TCP_LIMITS,
  };
}
