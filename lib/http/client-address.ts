import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { ExchangeOrigin } from '../bosh/exchange.ts';

/**
 * Tells where a request really comes from. Forwarding headers count only when a proxy that the
 * configuration names has set them. H-13
 */
export class ClientAddress {
  readonly #trusted = new BlockList();
  readonly #trustsAny: boolean;

  /** @param proxies addresses and CIDR ranges of trusted proxies */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) trust(this.#trusted, proxy);
    this.#trustsAny = proxies.length > 0;
  }

  originOf(request: IncomingMessage): ExchangeOrigin {
    const peer = plain(request.socket.remoteAddress ?? '');
    const isEncrypted = 'encrypted' in request.socket;
    const { origin: page, 'x-forwarded-for': forwarded } = request.headers;
    if (forwarded === undefined || !this.#trustsAny || !this.#isTrusted(peer)) {
      // Something in front of us forwards for others: then its being on this machine means nothing.
      return { address: peer, secure: isEncrypted, loopback: forwarded === undefined && isLoopback(peer), page };
    }
    const address = this.#lastUntrusted(String(forwarded).split(','), peer);
    const isForwardedTls = firstWord(request.headers['x-forwarded-proto']) === 'https';
    return { address, secure: isEncrypted || isForwardedTls, loopback: isLoopback(address), page };
  }

  /** The chain grows to the right, so the last address that is not a proxy of ours is the client. */
  #lastUntrusted(chain: readonly string[], peer: string): string {
    let address = peer;
    for (const hop of chain.toReversed()) {
      const candidate = plain(hop.trim());
      if (isIP(candidate) === 0) return address;
      address = candidate;
      if (!this.#isTrusted(candidate)) return address;
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}

function trust(list: BlockList, proxy: string): void {
  const [address = '', prefix] = proxy.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}

/** An IPv4 client of a dual-stack socket is written as IPv6. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function firstWord(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim().toLowerCase();
}
