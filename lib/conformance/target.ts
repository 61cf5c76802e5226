import { isIP } from 'node:net';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** An endpoint under test, of BOSH or WebSocket. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly secure: boolean;
  /** What the `Host` header says. */
  readonly authority: string;
}

const SECURE: Readonly<Record<string, boolean>> = { 'http:': false, 'https:': true, 'ws:': false, 'wss:': true };

export function isWebSocket(url: string): boolean {
  return /^wss?:/i.test(url);
}

/** @throws TypeError when it is no URL of http, https, ws or wss */
export function targetOf(url: string): Target {
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  const secure = SECURE[protocol];
  if (secure === undefined) throw new TypeError(`${url} is no URL of http, https, ws or wss`);
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const number = port === '' ? (secure ? 443 : 80) : Number(port);
  return { host: name, port: number, path: `${pathname}${search}`, secure, authority: host };
}

/** Certificates are not judged: servers under test often have one that they signed themselves. */
export function connectTo({ host, port, secure }: Target): Socket {
  if (!secure) return connectPlain({ host, port, noDelay: true });
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, rejectUnauthorized: false, ...servername }).setNoDelay(true);
}
