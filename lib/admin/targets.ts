import { randomBytes } from 'node:crypto';
import type { Cancel, Clock } from '../base/clock.ts';
import type { Duration } from '../base/time.ts';
import type { Config } from '../config/schema.ts';
import { Accounts } from '../core/accounts.ts';
import { ANNOUNCEMENTS } from '../core/announcements.ts';
import type { ClientSession } from '../core/client-session.ts';
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

/** What only whoever runs the process can do. */
export interface ServerActions {
  reload(): Reloaded;
  stop(): void;
  /** Looks whether it can begin anew, and returns what does. @throws AdminError */
  prepareRestart(): () => void;
}

/** A server as administration sees it. @param actions left out for one that does not run */
export function serverTarget(server: HoldfastServer, clock: Clock, actions?: ServerActions): AdminTarget {
  const find = (domain: string): Host | undefined => {
    const host = server.hosts.find(domain);
    return host?.options.anonymous ? undefined : host;
  };
  return {
    config: server.config,
    domains: domainsWithAccounts(server.config),
    accounts: (domain) => find(domain)?.accounts,
    invitations: (domain) => find(domain)?.invitations,
    store: (domain) => find(domain)?.store,
    modules: {
      removeAccount: async (jid) => (await find(jid.domain)?.removeAccount(jid)) ?? false,
      announcements: (domain) => find(domain)?.services.find(ANNOUNCEMENTS),
    },
    server: actions && controlOf(server, clock, actions),
  };
}

/** A store without a server. */
export function storeTarget(config: Config, store: Store): AdminTarget {
  const random = { bytes: (count: number): Uint8Array => randomBytes(count) };
  const clock = systemClock;
  const accounts = new Accounts({ store, random, clock, iterations: config.auth.iterations });
  const domains = domainsWithAccounts(config);
  const here = <T>(domain: string, make: () => T): T | undefined => (domains.includes(domain) ? make() : undefined);
  return {
    config,
    domains,
    accounts: (domain) => here(domain, () => accounts),
    invitations: (domain) => here(domain, () => new Invitations({ store, random, clock, domain })),
    store: (domain) => here(domain, () => store),
  };
}

/** The part of a target that belongs to one domain: no command reaches beyond it. */
export function domainTarget(target: AdminTarget, domain: string): AdminTarget {
  const here = <T>(name: string, value: T): T | undefined => (name === domain ? value : undefined);
  const { modules, server } = target;
  return {
    config: target.config,
    domains: [domain],
    accounts: (name) => here(name, target.accounts(name)),
    invitations: (name) => here(name, target.invitations(name)),
    store: (name) => here(name, target.store(name)),
    modules: modules && {
      removeAccount: async (jid) => jid.domain === domain && modules.removeAccount(jid),
      announcements: (name) => here(name, modules.announcements(name)),
    },
    server: server && {
      ...server,
      sessions: () => server.sessions(domain),
      kill: (jid) => (jid.domain === domain ? server.kill(jid) : 0),
    },
  };
}

function domainsWithAccounts(config: Config): string[] {
  return Object.entries(config.hosts).flatMap(([domain, host]) => (host.anonymous ? [] : [domain]));
}

function controlOf(server: HoldfastServer, clock: Clock, actions: ServerActions): ServerControl {
  let cancel: Cancel = () => {};
  server.once('closed', () => cancel());
  const later = (after: Duration, work: () => void): void => {
    cancel();
    cancel = clock.at(clock.now() + after, work);
  };
  return {
    sessions: (domain) => sessionsOf(server, domain),
    kill: (jid) => kill(server, jid),
    status: () => ({
      version: SOFTWARE.version,
      pid: process.pid,
      uptimeSeconds: Math.round((clock.date() - server.startedAt) / 1000),
      urls: server.urls,
      domains: Object.keys(server.config.hosts),
      sessions: sessionsOf(server).length,
      boshSessions: server.manager.size,
      heldRequests: server.manager.held,
    }),
    reload: () => actions.reload(),
    stop: (after) => later(after, () => actions.stop()),
    restart: (after) => later(after, actions.prepareRestart()),
  };
}

function sessionsOf(server: HoldfastServer, domain?: string): SessionInfo[] {
  return [...server.hosts.all()]
    .filter((host) => domain === undefined || host.domain === domain)
    .flatMap((host) => [...host.sessions.all()])
    .map((session) => infoOf(server, session));
}

function infoOf(server: HoldfastServer, session: ClientSession): SessionInfo {
  const { name, address, secure } = session.transport.info;
  const bosh = server.boshFacts(session.transport);
  return {
    jid: session.jid.toString(),
    account: session.account.toString(),
    transport: name,
    address,
    secure,
    since: formatDateTime(session.since),
    available: session.isAvailable,
    priority: session.priority,
    ...(bosh ? { bosh } : {}),
  };
}

function kill(server: HoldfastServer, jid: Jid): number {
  const host = server.hosts.find(jid.domain);
  const sessions = host?.sessions.of(jid).filter((session) => jid.isBare || session.jid.equals(jid)) ?? [];
  for (const session of sessions) session.end(new StreamError('policy-violation', 'ended by an operator'));
  return sessions.length;
}
