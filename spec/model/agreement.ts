import { DEFAULT_POLICY, type BoshPolicy } from '../../lib/bosh/policy.ts';
import type { Setting } from './plan.ts';

/** What was agreed at creation; times in milliseconds. */
export interface Agreement {
  readonly wait: number;
  readonly hold: number;
  readonly requests: number;
  /** 0: not told. */
  readonly polling: number;
  readonly inactivity: number;
  readonly maxPause: number;
  /** The server acknowledges requests. */
  readonly acksRequests: boolean;
  /** The client acknowledges responses. */
  readonly acksResponses: boolean;
  readonly strict: boolean;
  /** Most streams open at once; with one, names mean nothing. */
  readonly streams: number;
}

const INACTIVITY = 3;
const POLLING_INACTIVITY = 8;
const GAP = 10_000;

/** What the server grants. */
export function policyOf({ strict, polling, maxPause, streams }: Setting): BoshPolicy {
  return {
    ...DEFAULT_POLICY,
    maxWait: 5,
    maxHold: 5,
    polling,
    inactivity: INACTIVITY,
    pollingInactivity: POLLING_INACTIVITY,
    maxPause,
    maxStreams: streams,
    strict,
  };
}

/** What has to come of it, by §7.2. */
export function agree({ wait, hold, ver, acks, strict, polling, maxPause, streams }: Setting): Agreement {
  const isPolling = wait === 0 || hold === 0;
  return {
    wait: wait * 1000,
    hold,
    requests: hold + 1,
    polling: polling * 1000,
    inactivity: (isPolling ? POLLING_INACTIVITY : INACTIVITY) * 1000,
    maxPause: maxPause * 1000,
    acksRequests: ver !== '1.5',
    acksResponses: acks,
    strict,
    streams,
  };
}

/** How long an early request waits for those before it. D-10 */
export function gapOf({ wait }: Agreement): number {
  return wait === 0 ? GAP : Math.min(wait, GAP);
}

/** How many requests may be held. D-08 */
export function heldAtMost({ wait, hold }: Agreement): number {
  return wait === 0 ? 0 : hold;
}
