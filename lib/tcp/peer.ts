import type { Socket } from 'node:net';

/** Where a connection comes from. */
export interface Peer {
  readonly address: string;
  /** It comes from this machine. */
  readonly loopback: boolean;
}

/** An IPv4 client of a dual-stack socket is written as IPv6. */
export function peerOf({ remoteAddress = '' }: Socket): Peer {
  const address = remoteAddress.replace(/^::ffff:/, '');
  return { address, loopback: address === '::1' || address.startsWith('127.') };
}
