import type { Endpoints, Surroundings, TransportName } from './carrier.ts';
import type { Credentials } from './login.ts';

export interface ClientOptions extends Credentials {
  /** The XMPP domain. */
  readonly domain: string;
  /** The URL under which the server's endpoints are, such as `https://chat.example`; that of the page unless told. */
  readonly service?: string;
  /** Endpoints elsewhere than below `service`. */
  readonly endpoints?: Partial<Endpoints>;
  /** Transports that the client may choose by itself, the best first; the first one is where it starts. */
  readonly transports?: readonly TransportName[];
  /** Whether it climbs and falls back by itself; true unless told. */
  readonly automatic?: boolean;
  /** Milliseconds that one attempt to open or move may take; 10,000 unless told. */
  readonly patience?: number;
  /** Milliseconds between two polls over `poll`; 2000 unless told. */
  readonly pollInterval?: number;
  /** For a platform without, such as Node.js 20: `import { WebSocket } from 'ws'`. */
  readonly WebSocket?: unknown;
  readonly fetch?: typeof fetch;
}

/** What only browsers have, or newer versions of Node.js. */
interface Platform {
  readonly WebSocket?: unknown;
  readonly location?: { readonly origin: string };
  addEventListener?(name: 'online', listener: () => void): void;
  removeEventListener?(name: 'online', listener: () => void): void;
}

export const PLATFORM: Platform = globalThis;

/** Milliseconds between two polls. */
const POLL_INTERVAL = 2000;

/** What a client with these options finds around it. */
export function surroundingsOf(options: ClientOptions): Surroundings {
  const base = (options.service ?? PLATFORM.location?.origin ?? '').replace(/\/$/, '');
  return {
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    // A class of the platform, or one of the same interface that the caller vouches for.
    WebSocket: (options.WebSocket ?? PLATFORM.WebSocket) as typeof WebSocket | undefined,
    domain: options.domain,
    pollInterval: options.pollInterval ?? POLL_INTERVAL,
    endpoints: {
      bosh: `${base}/http-bind`,
      websocket: `${base.replace(/^http/, 'ws')}/xmpp-websocket`,
      sessions: `${base}/xmpp/v1/sessions`,
      probe: `${base}/xmpp/v1/probe`,
      ...options.endpoints,
    },
  };
}
