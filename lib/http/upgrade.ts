import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebServer } from './web-server.ts';

/** Takes a request that asks for another protocol, and its connection; false when it is not for this one. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/** Why a connection is not made over to another protocol. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers instead of upgrading, and closes the connection. */
export function refuseUpgrade(socket: Duplex, { status, text, headers }: Refusal): void {
  const body = `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Headers that ask for the upgrade. */
const ASKING = new Set(['upgrade', 'http2-settings']);

/** What an HTTP server calls for an upgrade. */
type UpgradeListener = (this: unknown, request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Lets a server take up `upgrade`. What that does not take goes to the listeners there were; without
 * any, the request is answered as if it asked for nothing else: clients that offer HTTP/2 without
 * TLS do so with any request, also with a POST.
 *
 * @spec RFC 9110 §7.8
 */
export function serveUpgrades(server: WebServer, upgrade: Upgrade): void {
  const others = server.listeners('upgrade') as UpgradeListener[]; // what this event has
  const connected = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (upgrade(request, socket, head)) return;
    if (others.length > 0) {
      for (const other of others) other.call(server, request, socket, head);
    } else {
      socket.unshift(Buffer.concat([Buffer.from(withoutUpgrade(request), 'latin1'), head]));
      server.emit(connected, socket);
    }
  });
}

function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (ASKING.has(name.toLowerCase())) continue;
    lines.push(`${name}: ${name.toLowerCase() === 'connection' ? tokensLeft(value) : value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function tokensLeft(connection: string): string {
  const tokens = connection.split(',').map((token) => token.trim());
  return tokens.filter((token) => !ASKING.has(token.toLowerCase())).join(', ') || 'keep-alive';
}
