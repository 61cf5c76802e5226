import type { AdminTarget } from '../admin/target.ts';
import type { Config } from '../config/schema.ts';
import { Accounts } from '../core/accounts.ts';
import { Host } from '../core/host.ts';
import { landingUrl } from '../core/invitation-links.ts';
import type { HostDirectory } from '../core/hosts.ts';
import type { ArchiveOptions } from '../modules/archive/index.ts';
import type { InvitationOptions } from '../modules/invitations/index.ts';
import { installModules, type ModuleSettings } from '../modules/index.ts';
import type { RoomOptions } from '../modules/muc/index.ts';
import type { RegistrationOptions } from '../modules/registration/index.ts';
import type { PubsubLimits } from '../modules/pubsub/service.ts';
import { SOFTWARE } from '../software.ts';
import type { Store } from '../storage/store.ts';
import { Jid } from '../xmpp/jid.ts';
import { adminCommands } from './administration.ts';
import { componentsOf } from './components.ts';
import { createLogin } from './login/index.ts';
import type { ServerParts } from './server-parts.ts';
import { slotOptions } from './uploads.ts';

export interface HostParts extends ServerParts {
  readonly store: Store;
  readonly hosts: HostDirectory;
  /** Where others reach the server, without a slash at the end; undefined while nobody knows. */
  readonly publicUrl: () => string | undefined;
  /** What administrators work on, as soon as there is one. */
  readonly administration: () => AdminTarget;
  readonly onBound: (jid: Jid) => void;
  readonly onEnded: (jid: Jid) => void;
}

/** One domain with all its modules, not started yet. */
export function createHost(domain: string, parts: HostParts): Host {
  const { config, store, clock, random, log, hosts, metrics } = parts;
  const { anonymous, conflict, max_resources: maxResources, contacts, registration, login } = optionsOf(domain, config);
  const accounts = new Accounts({
    store,
    random,
    clock,
    iterations: config.auth.iterations,
    tokens: config.auth.fast,
    login: createLogin(domain, login, parts),
  });
  const observer = {
    stanza: (kind: string, direction: 'in' | 'out') => metrics.stanzas[direction].add(kind),
  };
  const options = { anonymous, conflict, maxResources, registration, contacts: defined(contacts) };
  const host = new Host(
    { domain, ...options, maxPending: config.limits.pending_stanzas },
    { clock, random, log, store, hosts, accounts, observer },
  );
  installModules(host, {
    ...moduleSettings(config, domain, parts.publicUrl),
    administration: { commands: adminCommands({ domain: host.domain, config, log, target: parts.administration }) },
  });
  tell(host, parts);
  return host;
}

/** What the modules of a domain are told of the configuration. */
export function moduleSettings(
  config: Config,
  domain: string,
  publicUrl: HostParts['publicUrl'] = () => undefined,
): ModuleSettings {
  const { limits, archive, external_services: external, rooms } = config;
  return {
    software: SOFTWARE,
    administration: { commands: [] },
    maxRosterItems: limits.roster_items,
    maxOfflineMessages: limits.offline_messages,
    pubsub: pubsubLimits(limits),
    archive: archiveOptions(archive),
    externalServices: external.services,
    components: componentsOf(domain, config),
    rooms: roomOptions(rooms, optionsOf(domain, config).rooms),
    registration: registrationOptions(config, domain),
    invitations: invitationOptions(config, publicUrl),
    upload: slotOptions(config, publicUrl),
  };
}

function archiveOptions(archive: Config['archive']): ArchiveOptions | undefined {
  const { enabled, policy, expire_after: expireAfter, max_messages: maxMessages } = archive;
  return enabled ? { policy, expireAfter, maxMessages } : undefined;
}

function roomOptions(rooms: Config['rooms'], domain: string): RoomOptions | undefined {
  if (!rooms.enabled) return undefined;
  return {
    domain: domain || undefined,
    admitsLegacy: rooms.groupchat_1_0,
    limits: {
      rooms: rooms.max,
      roomsPerAccount: rooms.max_per_account,
      occupants: rooms.max_occupants,
      affiliations: rooms.max_affiliations,
      history: rooms.history,
      stanzaBytes: rooms.max_stanza,
      messagesPerSecond: rooms.messages_per_second,
      nickLength: rooms.max_nick,
    },
  };
}

function registrationOptions({ registration, auth, hosts }: Config, domain: string): RegistrationOptions {
  const admins = Object.values(hosts).flatMap((host) => host.admins.map((admin) => Jid.parse(admin)));
  // Whoever has the name of an administrator is one.
  const adminNames = admins.flatMap((jid) => (jid?.domain === domain ? (jid.local ?? []) : []));
  return {
    maxAttempts: registration.attempts_per_address || Number.POSITIVE_INFINITY,
    window: registration.attempt_window,
    patience: registration.timeout,
    minPassword: registration.min_password,
    reservedNames: [...registration.reserved_names, ...adminNames],
    allowsReading: auth.plain_without_tls,
  };
}

function invitationOptions({ registration, pages }: Config, publicUrl: HostParts['publicUrl']): InvitationOptions {
  return {
    lifetime: registration.invitation_lifetime,
    usersInvite: registration.users_invite,
    landing: (uri) => {
      const base = publicUrl();
      return pages.invite && base !== undefined ? landingUrl(base, uri) : undefined;
    },
  };
}

function pubsubLimits(limits: Config['limits']): PubsubLimits {
  return {
    nodes: limits.pep_nodes,
    items: limits.pep_items,
    itemBytes: limits.pep_item_size,
    subscriptions: limits.pep_subscriptions,
  };
}

function optionsOf(domain: string, { hosts }: Config): Config['hosts'][string] {
  const options = hosts[domain];
  if (!options) throw new Error(`${domain} is not configured`);
  return options;
}

function tell(host: Host, { onBound, onEnded }: HostParts): void {
  host.use({
    name: 'server-events',
    implements: [],
    setup: (context) => {
      context.hook('session:bound', 'observe', ({ session }) => onBound(session.jid));
      context.hook('session:ended', 'observe', ({ session }) => onEnded(session.jid));
    },
  });
}

/** Leaves out what is undefined. */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // just filtered
}
