import { BoshTransport } from '../bosh/bosh-transport.ts';
import { ConnectionManager } from '../bosh/connection-manager.ts';
import type { BoshObserver } from '../bosh/exchange.ts';
import { DEFAULT_LIMITS, type BoshPolicy } from '../bosh/policy.ts';
import { StreamPort, type BoshStream } from '../bosh/stream-port.ts';
import type { Config } from '../config/schema.ts';
import { CHARSETS } from '../http/charset.ts';
import { CODINGS } from '../http/content-coding.ts';
import { prepareDomain } from '../xmpp/jid.ts';
import type { Transport } from '../xmpp/transport.ts';
import type { Admission } from './admission.ts';
import type { ServerParts } from './server-parts.ts';

export interface BoshParts extends ServerParts {
  readonly admission: Admission;
  readonly isServed: (domain: string) => boolean;
  readonly openStream: (transport: Transport) => BoshStream;
}

/** A BOSH session as operators see it. */
export interface BoshFacts {
  readonly ver: string;
  readonly wait: number;
  readonly hold: number;
  readonly requests: number;
  readonly inactivity: number;
  /** Requests held at this moment. */
  readonly held: number;
  /** Payloads that wait for a request. */
  readonly queued: number;
}

/** The connection manager of a server, with the limits of its configuration. */
export function createConnectionManager(parts: BoshParts): ConnectionManager {
  const { config, clock, random, log, admission, isServed, openStream } = parts;
  const retired = new Set(config.bosh.retired_domains.map((domain) => prepareDomain(domain)));
  const manager = new ConnectionManager({
    clock,
    random,
    log,
    policy: policyOf(config.bosh),
    domainStatus: (domain) => (isServed(domain) ? 'served' : retired.has(domain) ? 'gone' : 'unknown'),
    openStream,
    refuse: (address) => admission.secondsToWait(address),
    observer: observerOf(parts),
  });
  admission.include((address) => manager.sessionsFrom(address));
  return manager;
}

/** What a BOSH session agreed on, and how it stands; undefined for other transports. */
export function boshFacts(transport: Transport): BoshFacts | undefined {
  const carrier = transport instanceof StreamPort ? transport.owner : undefined;
  if (!(carrier instanceof BoshTransport)) return undefined;
  const { terms, held, queued } = carrier.session;
  const { ver, wait, hold, requests, inactivity } = terms;
  return { ver, wait, hold, requests, inactivity, held, queued };
}

function observerOf({ metrics, log }: BoshParts): BoshObserver {
  return {
    created: () => metrics.sessionsCreated.add(),
    ended: (why, condition) => {
      metrics.sessionsEnded.add(why);
      if (why.startsWith('rid-')) metrics.violations.add(why);
      log.info('bosh.session.ended', { why, condition });
    },
    requested: () => metrics.requests.add(),
    responded: (reason, condition) => {
      metrics.responses.add(reason);
      if (reason === 'replay') metrics.replays.add();
      if (condition !== undefined) metrics.errors.add(condition);
    },
  };
}

function policyOf(bosh: Config['bosh']): BoshPolicy {
  return {
    maxWait: Math.floor(bosh.max_wait / 1000),
    maxHold: bosh.max_hold,
    inactivity: Math.floor(bosh.inactivity / 1000),
    pollingInactivity: Math.floor(bosh.polling_inactivity / 1000),
    polling: Math.floor(bosh.polling / 1000),
    maxPause: Math.floor(bosh.max_pause / 1000),
    ack: bosh.ack,
    accept: CODINGS,
    charsets: CHARSETS,
    maxStreams: bosh.max_streams,
    seeOtherUri: bosh.see_other_uri || undefined,
    scriptSyntax: bosh.script_syntax,
    strict: bosh.strict,
    limits: {
      ...DEFAULT_LIMITS,
      bodyBytes: bosh.max_body,
      bodyBytesUnauthenticated: bosh.max_body_unauthenticated,
    },
  };
}
