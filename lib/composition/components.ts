import type { Config } from '../config/schema.ts';
import { COMPONENT_PORTS, type ComponentPort, type ComponentPortOptions } from '../core/component-port.ts';
import type { HostDirectory } from '../core/hosts.ts';
import { TcpEndpoint } from '../transports/tcp-endpoint.ts';
import { DEFAULT_TCP_LIMITS } from '../transports/tcp-policy.ts';
import { prepareDomain } from '../xmpp/jid.ts';
import { NS_COMPONENT } from '../xmpp/ns.ts';
import type { TcpParts } from './tcp.ts';

/** All TCP connections of components. */
export function createComponentEndpoint({
  clock,
  log,
  config,
  metrics,
  admission,
  openComponent,
}: TcpParts): TcpEndpoint {
  const { components, tcp } = config;
  return new TcpEndpoint({
    clock,
    log,
    policy: {
      content: NS_COMPONENT,
      maxStanza: components.max_stanza,
      maxStanzaUnauthenticated: tcp.max_stanza_unauthenticated,
      ping: tcp.ping,
      requireTls: false,
      limits: DEFAULT_TCP_LIMITS,
    },
    openStream: openComponent,
    refuse: (address) => admission.secondsToWait(address),
    observer: { opened: () => metrics.componentsOpened.add(), ended: (why) => metrics.componentsEnded.add(why) },
  });
}

/** Where components connect: nowhere when there are none. */
export function componentListeners({ components }: Config): readonly string[] {
  return components.services.length > 0 ? components.listen : [];
}

/** The components of a host: those below its domain, and for the first host all that are below none. */
export function componentsOf(domain: string, { components, hosts }: Config): ComponentPortOptions[] {
  const { services, patience, max_waiting: maxWaiting } = components;
  const known = Object.keys(hosts);
  return services
    .map((service) => ({ ...service, domain: prepareDomain(service.domain) ?? service.domain, patience, maxWaiting }))
    .filter((service) => parentOf(service.domain, known) === domain);
}

/** The component that is configured for a prepared domain. */
export function findPort(domain: string, hosts: HostDirectory): ComponentPort | undefined {
  for (const host of hosts.all()) {
    const port = host.services.find(COMPONENT_PORTS)?.get(domain);
    if (port) return port;
  }
  return undefined;
}

function parentOf(domain: string, hosts: readonly string[]): string | undefined {
  const above = hosts.filter((host) => domain.endsWith(`.${host}`));
  return above.toSorted((one, other) => other.length - one.length)[0] ?? hosts[0];
}
