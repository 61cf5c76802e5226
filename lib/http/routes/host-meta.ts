import type { Context, Middleware } from 'koa';
import { serialize, xml } from '../../xml/index.ts';
import type { ClientAddress } from '../client-address.ts';

export interface HostMetaOptions {
  /** Where clients reach this server: an https origin; empty for the host that they ask, when they ask with TLS. */
  readonly publicUrl: string;
  readonly boshPath: string;
  /** Undefined when there is no such endpoint. */
  readonly webSocketPath: string | undefined;
  readonly clients: ClientAddress;
}

interface Link {
  readonly rel: string;
  readonly href: string;
}

const NS_XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';
const REL = 'urn:xmpp:alt-connections:';
const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * How else to connect to this server, as XRD and as JSON. Links are to TLS only.
 *
 * @spec XEP-0156 §2.2 @spec RFC 7395 §4 W-4-01 @spec RFC 6415 §3
 */
export function hostMeta(options: HostMetaOptions): { readonly xrd: Middleware; readonly jrd: Middleware } {
  const jrd: Middleware = (ctx) => {
    answer(ctx, 'application/jrd+json', JSON.stringify({ links: linksFor(ctx, options) }));
  };
  const xrd: Middleware = (ctx, next) => {
    if (ctx.accepts('application/xrd+xml', 'application/json') === 'application/json') return jrd(ctx, next);
    const links = linksFor(ctx, options).map(({ rel, href }) => xml('Link', { rel, href }));
    answer(ctx, 'application/xrd+xml', `<?xml version='1.0'?>${serialize(xml('XRD', { xmlns: NS_XRD }, ...links))}`);
    return undefined;
  };
  return { xrd, jrd };
}

/** Anybody's page may read this, whatever it may do elsewhere. @spec XEP-0156 §3 */
function answer(ctx: Context, type: string, body: string): void {
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Vary', 'Accept, Host');
  ctx.type = type;
  ctx.body = body;
}

function linksFor(ctx: Context, { publicUrl, boshPath, webSocketPath, clients }: HostMetaOptions): Link[] {
  const { host } = ctx;
  const asked = clients.originOf(ctx.req).secure && HOST.test(host) ? `https://${host}` : undefined;
  const base = publicUrl === '' ? asked : publicUrl.replace(/\/$/, '');
  if (base === undefined) return [];
  const links = [{ rel: `${REL}xbosh`, href: `${base}${boshPath}` }];
  if (webSocketPath !== undefined) {
    links.push({ rel: `${REL}websocket`, href: `${base.replace(/^https/, 'wss')}${webSocketPath}` });
  }
  return links;
}
