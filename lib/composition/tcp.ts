import type { SecureContextOptions } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { ClientListener } from '../tcp/client-listener.ts';
import { TlsServer } from '../tcp/tls-server.ts';
import { TcpEndpoint } from '../transports/tcp-endpoint.ts';
import { DEFAULT_TCP_LIMITS, type TcpObserver, type TcpPolicy } from '../transports/tcp-policy.ts';
import type { ProbedStream } from '../transports/tcp-transport.ts';
import type { Transport } from '../xmpp/transport.ts';
import type { Admission } from './admission.ts';
import type { ServerParts } from './server-parts.ts';

export interface TcpParts extends ServerParts {
  readonly admission: Admission;
  readonly openStream: (transport: Transport) => ProbedStream;
}

/** The TCP side of a server: its listeners, and the connections that they took. */
export class TcpService {
  readonly endpoint: TcpEndpoint;
  readonly #parts: TcpParts;
  readonly #tls: TlsServer;
  readonly #listeners: readonly ClientListener[];
  #listening: readonly ClientListener[] = [];

  constructor(parts: TcpParts) {
    const { clock, config, admission, openStream } = parts;
    this.#parts = parts;
    this.#tls = new TlsServer(clock);
    this.endpoint = new TcpEndpoint({
      clock,
      policy: policyOf(config.tcp),
      openStream,
      refuse: (address) => admission.secondsToWait(address),
      observer: observerOf(parts),
    });
    admission.include((address) => this.endpoint.connectionsFrom(address));
    const { listen, listen_tls: listenTls } = config.tcp;
    this.#listeners = [
      ...listen.map((address) => this.#listener(address, false)),
      ...listenTls.map((address) => this.#listener(address, true)),
    ];
  }

  /** `xmpp://host:port` and `xmpps://host:port` of each listener. */
  get urls(): string[] {
    return this.#listening.map((listener) => listener.url);
  }

  setCertificate(context: SecureContextOptions): void {
    this.#tls.setCertificate(context);
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

  /** Sends the clients away. */
  shutdown(): void {
    this.endpoint.shutdown(this.#parts.config.tcp.see_other_host || undefined);
  }

  /** Takes no new connection; resolves when the last one is gone. */
  async close(): Promise<void> {
    await Promise.all(this.#listening.map((listener) => listener.close()));
  }

  /** Cuts the connections that are left. */
  cut(): void {
    for (const listener of this.#listening) listener.cut();
  }

  #listener(address: string, isDirectTls: boolean): ClientListener {
    return new ClientListener({ address, endpoint: this.endpoint, tls: this.#tls, isDirectTls });
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
    maxStanza: tcp.max_stanza,
    maxStanzaUnauthenticated: tcp.max_stanza_unauthenticated,
    ping: tcp.ping,
    requireTls: tcp.require_tls,
    limits: DEFAULT_TCP_LIMITS,
  };
}
