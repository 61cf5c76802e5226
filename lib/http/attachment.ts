import type { RequestListener, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { serveUpgrades, type Upgrade } from './upgrade.ts';

export interface AttachmentOptions {
  /** Whether a request for this path, without its query, is for `handle`. */
  readonly takes: (path: string) => boolean;
  readonly handle: RequestListener;
  readonly upgrade: Upgrade;
}

/**
 * Takes requests for some paths from the listeners that an HTTP server has; they get all others, as
 * before. What nobody would answer gets a 404.
 *
 * @returns what gives everything back to them
 */
export function attach(http: Server | SecureServer, { takes, handle, upgrade }: AttachmentOptions): () => void {
  const others = http.listeners('request') as RequestListener[]; // what this event has
  let isAttached = true;
  http.removeAllListeners('request');
  // Stays when it is given back: a later attachment may have it among its own others.
  http.on('request', (request, response) => {
    if (isAttached && takes(pathOf(request.url))) handle(request, response);
    else if (others.length === 0) response.writeHead(404).end('Not Found\n');
    else for (const other of others) other.call(http, request, response);
  });
  serveUpgrades(http, (request, socket, head) => isAttached && upgrade(request, socket, head));
  return () => {
    isAttached = false;
  };
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}
