import { resolve } from 'node:path';
import { ejabberdVersion, startEjabberd } from '../peers/ejabberd.ts';
import { freePort, LocalProcess } from '../peers/local-process.ts';
import { BOSH_PATH, GUEST_DOMAIN, ROOMS, type Peer } from '../peers/peer.ts';
import { prosodyVersion, startProsody } from '../peers/prosody.ts';
import type { Job, Transport } from './plan.ts';
import { startHoldfast, type HoldfastOptions } from './holdfast.ts';

/** A server under measurement: fresh, and in a process of its own. */
export interface Running {
  readonly pid: number;
  readonly urls: Readonly<Partial<Record<Transport, string>>>;
  /** Where everybody logs in, by SASL ANONYMOUS unless there is a `secret`. */
  readonly domain: string;
  /** Of the tokens of people with accounts. */
  readonly secret?: string;
  /** Where rooms for them are. */
  readonly rooms: string;
  readonly metricsUrl?: string;
  stop(): Promise<void>;
}

export interface Contestant {
  /** As it is asked for: `prosody`. */
  readonly key: string;
  /** With the version, where there is one. */
  readonly name: string;
  /** Why it cannot take part, and what to do about it. */
  readonly missing?: string;
  readonly transports: readonly Transport[];
  readonly hasRooms: boolean;
  /** Whether it can be told how to treat people with accounts. */
  readonly hasAccounts?: boolean;
  start(core: number | undefined, accounts?: Job['accounts']): Promise<Running>;
}

export const KEYS = ['holdfast', 'http', 'koa', 'prosody', 'ejabberd'] as const;
export type ContestantKey = (typeof KEYS)[number];

/** Those asked for, in the order of asking. */
export function contestants(keys: readonly ContestantKey[], options: HoldfastOptions): readonly Contestant[] {
  return keys.map((key) => contestant(key, options));
}

function contestant(key: ContestantKey, options: HoldfastOptions): Contestant {
  switch (key) {
    case 'holdfast':
      return {
        key,
        name: 'Holdfast',
        transports: ['bosh', 'websocket', 'tcp', 'sse', 'stream', 'long-poll', 'poll', 'xep-0025'],
        hasRooms: true,
        hasAccounts: true,
        start: (core, accounts) => startHoldfast(core, options, accounts),
      };
    case 'http':
      return floor(key, 'node:http');
    case 'koa':
      return floor(key, 'Koa');
    case 'prosody':
      return peer(key, 'Prosody', prosodyVersion(), async (core) => startProsody(pinned(core)));
    case 'ejabberd':
      return peer(key, 'ejabberd', ejabberdVersion(), async (core) => startEjabberd(pinned(core)));
  }
}

function peer(
  key: ContestantKey,
  product: string,
  version: string | undefined,
  startPeer: (core: number | undefined) => Promise<Peer>,
): Contestant {
  return {
    key,
    name: version === undefined ? product : `${product} ${version}`,
    transports: ['bosh', 'websocket', 'tcp'],
    hasRooms: true,
    ...(version === undefined ? { missing: `${product} is not installed (apt install ${key})` } : {}),
    async start(core) {
      const running = await startPeer(core);
      const { pid, boshUrl, webSocketUrl, tcpUrl, guestDomain } = running;
      return {
        pid,
        urls: { bosh: boshUrl, websocket: webSocketUrl, tcp: tcpUrl },
        domain: guestDomain,
        rooms: ROOMS,
        stop: () => running.stop(),
      };
    },
  };
}

function floor(key: 'http' | 'koa', what: string): Contestant {
  return {
    key,
    name: `floor: ${what}`,
    transports: ['bosh'],
    hasRooms: false,
    start: (core) => startFloor(key, core),
  };
}

function pinned(core: number | undefined): { readonly core?: number } {
  return core === undefined ? {} : { core };
}

/** The same answers without XML: what the platform costs. */
async function startFloor(kind: 'http' | 'koa', core: number | undefined): Promise<Running> {
  const port = await freePort();
  const program = resolve(import.meta.dirname, 'floor.ts');
  const running = new LocalProcess(process.execPath, ['--import', 'tsx', program, kind, String(port)], { core });
  await running.listening(port);
  return {
    pid: running.pid,
    urls: { bosh: `http://127.0.0.1:${port}${BOSH_PATH}` },
    domain: GUEST_DOMAIN,
    rooms: ROOMS,
    stop: () => running.stop(),
  };
}
