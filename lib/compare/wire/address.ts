import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Host and port, as a browser names them. */
  readonly authority: string;
  readonly secure: boolean;
}

export function addressOf(url: string): Address {
  const { hostname, port, host, protocol } = new URL(url);
  return { host: hostname, port: Number(port), authority: host, secure: /^(?:https|wss):$/.test(protocol) };
}

/** Of our own server on this machine: its certificate is not judged. */
export function connectTo({ host, port, secure }: Address, protocols: readonly string[] = ['http/1.1']): Socket {
  if (!secure) return connect({ host, port, noDelay: true });
  const socket = connectTls({ host, port, ALPNProtocols: [...protocols], rejectUnauthorized: false });
  return socket.setNoDelay(true);
}
