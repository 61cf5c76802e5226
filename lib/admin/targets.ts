import { randomBytes } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { Accounts } from '../core/accounts.ts';
import type { Host } from '../core/host.ts';
import { Invitations } from '../core/invitations.ts';
import { systemClock } from '../runtime/system-clock.ts';
import type { HoldfastServer } from '../server.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import { formatDateTime } from '../xmpp/payloads/date-time.ts';
import type { Store } from '../storage/store.ts';
import type { Jid } from '../xmpp/jid.ts';
import { SOFTWARE } from '../software.ts';
import type { AdminTarget, Reloaded, ServerControl, SessionInfo } from './target.ts';

export interface ServerActions {
  reload(): Reloaded;
  stop(): void;
}

/** A running server as administration sees it. */
export function serverTarget(server: HoldfastServer, actions: ServerActions): AdminTarget {
  const find = (domain: string): Host | undefined => {
    const host = server.hosts.find(domain);
    return host?.options.anonymous ? undefined : host;
  };
  return {
    config: server.config,
    domains: domainsWithAccounts(server.config),
    accounts: (domain) => find(domain)?.accounts,
    invitations: (domain) => find(domain)?.invitations,
    removeAccount: async (jid) => (await server.hosts.find(jid.domain)?.removeAccount(jid)) ?? false,
    server: controlOf(server, actions),
  };
}

/** A store without a server. */
export function storeTarget(config: Config, store: Store): AdminTarget {
  const random = { bytes: (count: number): Uint8Array => randomBytes(count) };
  const clock = systemClock;
  const accounts = new Accounts({ store, random, clock, iterations: config.auth.iterations });
  const domains = domainsWithAccounts(config);
  return {
    config,
    domains,
    accounts: (domain) => (domains.includes(domain) ? accounts : undefined),
    invitations: (domain) => (domains.includes(domain) ? new Invitations({ store, random, clock, domain }) : undefined),
    removeAccount: (jid) => accounts.remove(jid),
  };
}

function domainsWithAccounts(config: Config): string[] {
  return Object.entries(config.hosts).flatMap(([domain, host]) => (host.anonymous ? [] : [domain]));
}

function controlOf(server: HoldfastServer, actions: ServerActions): ServerControl {
  return {
    sessions: () => sessionsOf(server),
    kill: (jid) => kill(server, jid),
    status: () => ({
      version: SOFTWARE.version,
      pid: process.pid,
      uptimeSeconds: Math.round((Date.now() - server.startedAt) / 1000),
      urls: server.urls,
      domains: Object.keys(server.config.hosts),
      sessions: sessionsOf(server).length,
      boshSessions: server.manager.size,
      heldRequests: server.manager.held,
    }),
    reload: () => actions.reload(),
    stop: () => actions.stop(),
  };
}

function sessionsOf(server: HoldfastServer): SessionInfo[] {
  return [...server.hosts.all()]
    .flatMap((host) => [...host.sessions.all()])
    .map((session) => {
      const { name, address, secure } = session.transport.info;
      const bosh = server.boshFacts(session.transport);
      return {
        jid: session.jid.toString(),
        transport: name,
        address,
        secure,
        since: formatDateTime(session.since),
        available: session.isAvailable,
        priority: session.priority,
        ...(bosh ? { bosh } : {}),
      };
    });
}

function kill(server: HoldfastServer, jid: Jid): number {
  const host = server.hosts.find(jid.domain);
  const sessions = host?.sessions.of(jid).filter((session) => jid.isBare || session.jid.equals(jid)) ?? [];
  for (const session of sessions) session.end(new StreamError('policy-violation', 'ended by an operator'));
  return sessions.length;
}
