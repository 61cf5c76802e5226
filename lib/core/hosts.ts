import type { Stanza } from '../xmpp/stanza.ts';
import type { ClientSession } from './client-session.ts';
import type { Host } from './host.ts';
import type { MaybePromise } from './maybe-promise.ts';

/** A domain of this server, as far as routing cares. */
export interface LocalDomain {
  /** Never throws or rejects: the sender gets the error. */
  route(stanza: Stanza, session?: ClientSession): MaybePromise<void>;
}

/** The domains that this server serves: hosts, which have accounts, and components, which have not. */
export interface HostDirectory {
  /** @param domain a prepared domain */
  find(domain: string): Host | undefined;
  all(): Iterable<Host>;
  /** The host or component of a prepared domain. */
  findDomain(domain: string): LocalDomain | undefined;
  /** @returns takes the component away @throws Error when the domain is served already */
  addComponent(domain: string, component: LocalDomain): () => void;
}

export class Hosts implements HostDirectory {
  readonly #hosts = new Map<string, Host>();
  readonly #components = new Map<string, LocalDomain>();

  /** @throws Error when the domain is served already */
  add(host: Host): void {
    this.#claim(host.domain);
    this.#hosts.set(host.domain, host);
  }

  find(domain: string): Host | undefined {
    return this.#hosts.get(domain);
  }

  all(): Iterable<Host> {
    return this.#hosts.values();
  }

  findDomain(domain: string): LocalDomain | undefined {
    return this.#hosts.get(domain) ?? this.#components.get(domain);
  }

  addComponent(domain: string, component: LocalDomain): () => void {
    this.#claim(domain);
    this.#components.set(domain, component);
    return () => void this.#components.delete(domain);
  }

  #claim(domain: string): void {
    if (this.findDomain(domain)) throw new Error(`domain "${domain}" is served twice`);
  }
}
