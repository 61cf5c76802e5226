import { TRANSPORTS, type Endpoints, type TransportName } from '../../client/index.ts';

/** What the server tells the page of itself. */
export interface Settings {
  readonly version: string;
  /** Where guests log in; undefined when somebody has to have an account. */
  readonly guestDomain: string | undefined;
  /** Where accounts are; undefined when there are only guests. */
  readonly domain: string | undefined;
  readonly boshPath: string;
  readonly webSocketPath: string | undefined;
  /** Undefined where there are no frame sessions. */
  readonly sessionsPath: string | undefined;
  /** Another origin of the same server, for connections of its own; undefined where there is none. */
  readonly sibling: string | undefined;
}

/** Transports whose lanes use the other origin. Each origin is then left with the six connections that a browser opens at most. */
const AT_SIBLING: ReadonlySet<TransportName> = new Set(['sse', 'stream', 'long-poll']);

export function readSettings(): Settings {
  // Written by this server into its own page.
  return JSON.parse(document.querySelector('#settings')?.textContent ?? '{}') as Settings;
}

/** The endpoints for a lane of this transport. */
export function endpointsOf(transport: TransportName, settings: Settings): Partial<Endpoints> {
  const origin = AT_SIBLING.has(transport) ? (settings.sibling ?? location.origin) : location.origin;
  const { boshPath, webSocketPath, sessionsPath } = settings;
  return {
    bosh: origin + boshPath,
    ...(sessionsPath === undefined ? {} : { sessions: origin + sessionsPath }),
    ...(webSocketPath === undefined ? {} : { websocket: origin.replace(/^http/, 'ws') + webSocketPath }),
  };
}

/** Over HTTP/2 all requests share one connection; over HTTP/1.1 a browser opens six for each origin, and others wait. */
export function isShort({ sibling }: Settings): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]; // by definition of the type
  return sibling === undefined && !(navigation?.nextHopProtocol ?? '').startsWith('h2');
}

/** Those that the server has switched on, the best first. */
export function transportsOf({ webSocketPath, sessionsPath }: Settings): TransportName[] {
  return TRANSPORTS.filter((name) => {
    if (name === 'websocket') return webSocketPath !== undefined;
    return name === 'bosh' || sessionsPath !== undefined;
  });
}
