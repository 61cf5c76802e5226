import type { Host } from './host.ts';

/** The domains that this server serves. */
export interface HostDirectory {
  /** @param domain a prepared domain */
  find(domain: string): Host | undefined;
  all(): Iterable<Host>;
}

export class Hosts implements HostDirectory {
  readonly #hosts = new Map<string, Host>();

  /** @throws Error when the domain is served already */
  add(host: Host): void {
    if (this.#hosts.has(host.domain)) throw new Error(`domain "${host.domain}" is served twice`);
    this.#hosts.set(host.domain, host);
  }

  find(domain: string): Host | undefined {
    return this.#hosts.get(domain);
  }

  all(): Iterable<Host> {
    return this.#hosts.values();
  }
}
