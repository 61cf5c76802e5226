import { prepareDomain } from './domain.ts';
import { opaqueString, usernameCaseMapped } from './precis.ts';

/** Octets of UTF-8 in one part. @spec RFC 7622 §3.1 */
const MAX_OCTETS = 1023;
/** Octets of the longest address: three parts and two separators. */
const MAX_LENGTH = 3 * MAX_OCTETS + 2;
/** Parsed addresses that are remembered. */
const CACHE_SIZE = 10_000;
/** What no localpart may contain. @spec RFC 7622 §3.3.1 */
const NOT_IN_LOCAL = /["&'/:<>@]/;
const PLAIN_LOCAL = /^[a-z0-9._=+-]{1,255}$/;
const PLAIN_RESOURCE = /^[!-~]{1,255}$/;

const cache = new Map<string, Jid>();

/**
 * An XMPP address: prepared, comparable, immutable.
 *
 * @spec RFC 7622 §3
 */
export class Jid {
  readonly local: string | undefined;
  readonly domain: string;
  readonly resource: string | undefined;
  readonly #text: string;
  #bare: Jid | undefined;

  private constructor(local: string | undefined, domain: string, resource: string | undefined) {
    this.local = local;
    this.domain = domain;
    this.resource = resource;
    this.#text = `${local === undefined ? '' : `${local}@`}${domain}${resource === undefined ? '' : `/${resource}`}`;
  }

  /** Reads an address; undefined when it is malformed. */
  static parse(text: string): Jid | undefined {
    const known = cache.get(text);
    if (known) return known;
    if (text.length > MAX_LENGTH) return undefined;
    const slash = text.indexOf('/');
    const bare = slash < 0 ? text : text.slice(0, slash);
    const at = bare.indexOf('@');
    const jid = Jid.make(
      at < 0 ? undefined : bare.slice(0, at),
      bare.slice(at + 1),
      slash < 0 ? undefined : text.slice(slash + 1),
    );
    if (jid) remember(text, jid);
    return jid;
  }

  /** Makes an address of parts that may not be prepared yet; undefined when one is not allowed. */
  static make(local: string | undefined, domain: string, resource?: string): Jid | undefined {
    const preparedDomain = prepareDomain(domain);
    const preparedLocal = local === undefined ? undefined : prepareLocal(local);
    const preparedResource = resource === undefined ? undefined : prepareResource(resource);
    if (preparedDomain === undefined || !fits(preparedDomain)) return undefined;
    if (local !== undefined && preparedLocal === undefined) return undefined;
    if (resource !== undefined && preparedResource === undefined) return undefined;
    return new Jid(preparedLocal, preparedDomain, preparedResource);
  }

  /** The address without resource. */
  get bare(): Jid {
    if (this.resource === undefined) return this;
    this.#bare ??= new Jid(this.local, this.domain, undefined);
    return this.#bare;
  }

  get isBare(): boolean {
    return this.resource === undefined;
  }

  get isFull(): boolean {
    return this.resource !== undefined;
  }

  /** Neither local nor resource: a server or service. */
  get isDomain(): boolean {
    return this.local === undefined && this.resource === undefined;
  }

  /** The same account with this resource; undefined when that is none. */
  withResource(resource: string): Jid | undefined {
    const prepared = prepareResource(resource);
    return prepared === undefined ? undefined : new Jid(this.local, this.domain, prepared);
  }

  equals(other: Jid): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return this.#text;
  }
}

/** @spec RFC 7622 §3.3 */
function prepareLocal(text: string): string | undefined {
  if (PLAIN_LOCAL.test(text)) return text;
  if (NOT_IN_LOCAL.test(text)) return undefined;
  const prepared = usernameCaseMapped(text);
  return prepared !== undefined && !NOT_IN_LOCAL.test(prepared) && fits(prepared) ? prepared : undefined;
}

/** A space in front is allowed by the profile, and not by the table of examples. @spec RFC 7622 §3.4 §3.5 */
function prepareResource(text: string): string | undefined {
  if (PLAIN_RESOURCE.test(text)) return text;
  const prepared = opaqueString(text);
  return prepared !== undefined && !prepared.startsWith(' ') && fits(prepared) ? prepared : undefined;
}

function fits(part: string): boolean {
  if (part.length === 0) return false;
  return part.length * 3 <= MAX_OCTETS || Buffer.byteLength(part) <= MAX_OCTETS;
}

/** The oldest entry makes room: a Map keeps the order of insertion. */
function remember(text: string, jid: Jid): void {
  if (cache.size >= CACHE_SIZE) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(text, jid);
}

export { prepareDomain } from './domain.ts';
