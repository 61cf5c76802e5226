import { readFileSync } from 'node:fs';
import type { Options } from './options.ts';
import type { Job, Transport, Work } from './plan.ts';

const SIZES = [100, 2000, 10_000];
/** Two points make the memory of a session; a client that polls costs something also when it is idle. */
const TRANSPORT_SIZES = [100, 1000];
const TRANSPORTS: readonly Transport[] = ['bosh', 'websocket', 'sse', 'stream', 'long-poll', 'poll', 'xep-0025'];
const QUICK_SIZES = [20, 60];
/** What is played with an archive, and without. */
const ARCHIVED = [{ scenario: 'ping-pong' }, { scenario: 'flood', batch: 10 }] as const;
/** Sockets of one session, in the server and in the load generator each. */
const SOCKETS = 2;
/** Files of a process beside the sockets of sessions. */
const OTHER_FILES = 200;

/** What the load generator has to do, for the scenarios asked for. */
export function jobs({ scenarios, isQuick, sessions }: Options): readonly Job[] {
  const time = isQuick ? { warmUp: 300, duration: 700 } : { warmUp: 2000, duration: 3000 };
  const pairs = isQuick ? 5 : 50;
  return scenarios.flatMap((scenario): readonly Job[] => {
    switch (scenario) {
      case 'login':
        return overBosh({
          scenario,
          sessions: isQuick ? 30 : 1000,
          warmUp: isQuick ? 5 : 1000,
          atOnce: isQuick ? 5 : 50,
        });
      case 'ping-pong':
        return overBosh({ scenario, pairs: 1, ...time }, { scenario, pairs, ...time });
      case 'flood':
        return overBosh({ scenario, pairs, batch: 10, ...time });
      case 'idle': {
        const sizes = allowed(sessions ?? (isQuick ? QUICK_SIZES : SIZES));
        return overBosh({ scenario, sizes, pairs, ...time, settle: isQuick ? 200 : 3000 });
      }
      case 'rooms':
        return overBosh({ scenario, occupants: isQuick ? 10 : 200, ...time });
      case 'archive':
        return [true, false].flatMap((archive) =>
          ARCHIVED.map((work) => ({ transport: 'bosh', accounts: { archive }, work: { ...work, pairs, ...time } })),
        );
      case 'transports': {
        const sizes = isQuick ? QUICK_SIZES : TRANSPORT_SIZES;
        const idle = { scenario: 'idle', sizes, pairs, ...time, settle: isQuick ? 200 : 3000 } as const;
        return TRANSPORTS.map((transport) => ({ transport, work: idle }));
      }
      case 'websocket':
      case 'tcp':
        return [{ transport: scenario, work: { scenario: 'ping-pong', pairs, ...time } }];
    }
  });
}

function overBosh(...works: readonly Work[]): readonly Job[] {
  return works.map((work) => ({ transport: 'bosh', work }));
}

/** As many sessions as a process may have files open for. */
export function allowed(sizes: readonly number[]): readonly number[] {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const files = Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1]);
  const most = Math.floor((files - OTHER_FILES) / SOCKETS);
  return [...new Set(sizes.map((size) => Math.min(size, most)))];
}
