import type { Config } from '../config/schema.ts';
import type { AppOptions } from '../http/app.ts';
import type { ClientAddress } from '../http/client-address.ts';
import { SOFTWARE } from '../software.ts';
import { webSocketPaths } from './websocket.ts';

/** What a configuration means for the pages that people see. */
export function pageFacts(
  config: Config,
  clients: ClientAddress,
): Pick<AppOptions, 'home' | 'chat' | 'invite' | 'lab'> {
  const { hosts, pages } = config;
  const guestDomains = Object.keys(hosts).filter((domain) => hosts[domain]?.anonymous);
  const domains = Object.keys(hosts).filter((domain) => !guestDomains.includes(domain));
  const endpoints = { boshPath: config.bosh.path, webSocketPath: webSocketPaths(config.websocket)[0] };
  const home = {
    ...endpoints,
    version: SOFTWARE.version,
    domains,
    guestDomains,
    hasChat: pages.chat,
    hasLab: pages.lab,
    publicUrl: config.http.public_url,
    clients,
  };
  const chat = {
    ...endpoints,
    domain: domains[0],
    guestDomain: guestDomains[0],
    roomsDomain: config.rooms.enabled ? roomsDomainOf(config, domains[0] ?? guestDomains[0] ?? '') : undefined,
    hasRegistration: domains.some((domain) => hosts[domain]?.registration !== 'off'),
  };
  const lab = {
    ...endpoints,
    version: SOFTWARE.version,
    domain: domains[0],
    guestDomain: guestDomains[0],
    sessionsPath: config.frame_sessions.enabled ? config.frame_sessions.path : undefined,
    takesOtherOrigins: config.http.cors_origins === '*',
    clients,
  };
  return {
    home: pages.home ? home : undefined,
    chat: pages.chat ? chat : undefined,
    invite: pages.invite ? { hasChat: pages.chat } : undefined,
    lab: pages.lab ? lab : undefined,
  };
}

function roomsDomainOf({ hosts }: Config, domain: string): string {
  return hosts[domain]?.rooms || `rooms.${domain}`;
}
