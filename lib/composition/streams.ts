import { AuthLimiter } from '../core/auth-limiter.ts';
import { ClientStream } from '../core/client-stream.ts';
import { ComponentStream } from '../core/component-stream.ts';
import type { HostDirectory } from '../core/hosts.ts';
import { DEFAULT_MANAGEMENT_LIMITS, DEFAULT_REMEMBERED, Resumptions } from '../core/resumptions.ts';
import type { Transport } from '../xmpp/transport.ts';
import { findPort } from './components.ts';
import type { ServerParts } from './server-parts.ts';
import { transportLinks } from './transport-links.ts';

export interface StreamParts extends ServerParts {
  readonly hosts: HostDirectory;
  readonly resumptions: Resumptions;
}

/** Makes the streams that a server's connections carry. */
export interface StreamOpeners {
  readonly openStream: (transport: Transport) => ClientStream;
  readonly openComponent: (transport: Transport) => ComponentStream;
}

/** The sessions of a server that wait for their clients. */
export function createResumptions({ clock, random, config }: ServerParts): Resumptions {
  const { resumption: window, max_away: sessions, handover } = config.stream_management;
  const policy = { window, sessions, handover, remembered: DEFAULT_REMEMBERED, limits: DEFAULT_MANAGEMENT_LIMITS };
  return new Resumptions(clock, random, policy);
}

export function streamOpeners({ hosts, resumptions, ...parts }: StreamParts): StreamOpeners {
  const { auth, limits, stream_management: management } = parts.config;
  const limiter = limiterOf(parts);
  const { clock, random, log } = parts;
  const transports = transportLinks(parts.config);
  const common = { clock, random, log, limiter };
  return {
    openStream: (transport) =>
      new ClientStream(transport, {
        ...common,
        hosts,
        resumptions,
        mechanisms: auth.mechanisms,
        allowsPlainAnywhere: auth.plain_without_tls,
        authenticationTimeout: auth.timeout,
        transports,
        announcesManagement: ({ name }) => name !== 'bosh' || management.announce_over_bosh,
      }),
    openComponent: (transport) =>
      new ComponentStream(transport, {
        ...common,
        findPort: (domain) => findPort(domain, hosts),
        timeout: auth.timeout,
        maxPending: limits.pending_stanzas,
      }),
  };
}

function limiterOf({ clock, config: { auth } }: ServerParts): AuthLimiter {
  return new AuthLimiter(clock, {
    perAccount: auth.max_failures_per_account || Number.POSITIVE_INFINITY,
    perAddress: auth.max_failures_per_address || Number.POSITIVE_INFINITY,
    window: auth.failure_window,
  });
}
