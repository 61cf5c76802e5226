import type { Config } from '../config/schema.ts';
import type { FrameStream } from '../transports/frame-stream.ts';
import { PollingEndpoint } from '../transports/polling-endpoint.ts';
import { DEFAULT_POLLING_LIMITS, type PollingObserver, type PollingPolicy } from '../transports/polling-policy.ts';
import type { Transport } from '../xmpp/transport.ts';
import type { Admission } from './admission.ts';
import type { ServerParts } from './server-parts.ts';

export interface PollingParts extends ServerParts {
  readonly admission: Admission;
  readonly openStream: (transport: Transport) => FrameStream;
}

/** The endpoint of XEP-0025, with the limits of the configuration. */
export function createPollingEndpoint(parts: PollingParts): PollingEndpoint {
  const { clock, log, random, config, admission, openStream } = parts;
  const endpoint = new PollingEndpoint({
    clock,
    log,
    random,
    policy: policyOf(config.http_poll),
    openStream,
    refuse: (address) => admission.secondsToWait(address),
    observer: observerOf(parts),
  });
  admission.include((address) => endpoint.sessionsFrom(address));
  return endpoint;
}

function observerOf({ metrics, log }: PollingParts): PollingObserver {
  return {
    opened: () => metrics.pollingOpened.add(),
    ended: (why) => {
      metrics.pollingEnded.add(why);
      log.info('polling.ended', { why });
    },
    refused: (identifier) => metrics.pollingRefused.add(identifier),
  };
}

function policyOf(poll: Config['http_poll']): PollingPolicy {
  return {
    maxElement: poll.max_body,
    maxElementUnauthenticated: poll.max_body_unauthenticated,
    inactivity: poll.inactivity,
    limits: DEFAULT_POLLING_LIMITS,
  };
}
