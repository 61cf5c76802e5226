import { BlockList, isIP } from 'node:net';
import type { Middleware } from 'koa';
import type { ClientAddress } from '../client-address.ts';

export interface MetricsOptions {
  /** The metrics in Prometheus' text format, and its Content-Type. */
  readonly read: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Addresses and CIDR ranges that may read them. */
  readonly allow: readonly string[];
  readonly clients: ClientAddress;
}

export function metricsPage({ read, allow, clients }: MetricsOptions): Middleware {
  const allowed = listOf(allow);
  return async (ctx) => {
    const { address } = clients.originOf(ctx.req);
    const family = isIP(address);
    if (family === 0 || !allowed.check(address, family === 6 ? 'ipv6' : 'ipv4')) {
      ctx.status = 403;
      ctx.body = 'Metrics are not for this address; see "metrics.allow" in the configuration.\n';
      return;
    }
    const { contentType, text } = await read();
    ctx.set('Content-Type', contentType);
    ctx.body = text;
  };
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
