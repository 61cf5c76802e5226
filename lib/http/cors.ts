import type { IncomingMessage } from 'node:http';

/** Header names and values in turn, as `writeHead` takes them. */
export type HeaderList = readonly string[];

const PREFLIGHT: HeaderList = [
  'Access-Control-Allow-Methods',
  'POST, GET, OPTIONS',
  'Access-Control-Allow-Headers',
  'Content-Type, Content-Encoding, X-Requested-With, Accept, Authorization',
  // One day; browsers cap it at their own limit.
  'Access-Control-Max-Age',
  '86400',
];

const ANY_ORIGIN: HeaderList = ['Access-Control-Allow-Origin', '*'];
const VARY: HeaderList = ['Vary', 'Origin'];

/** Lets pages of other origins use the endpoints, on every answer, also errors. H-01, H-02 */
export class Cors {
  readonly #origins: ReadonlySet<string> | undefined;

  /** @param origins the origins that may, or `*` for all */
  constructor(origins: '*' | readonly string[]) {
    this.#origins = origins === '*' ? undefined : new Set(origins);
  }

  /** The headers of an ordinary answer. */
  headers(request: IncomingMessage): HeaderList {
    if (!this.#origins) return ANY_ORIGIN;
    const origin = request.headers.origin;
    if (origin === undefined || !this.#origins.has(origin)) return VARY;
    return ['Access-Control-Allow-Origin', origin, ...VARY];
  }

  /** Whether a WebSocket from this origin is taken, which has no CORS of its own. WH-04 */
  allows(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    return origin === undefined || (this.#origins?.has(origin) ?? true);
  }

  /** The headers of the answer to a preflight. */
  preflight(request: IncomingMessage): HeaderList {
    return [...this.headers(request), ...PREFLIGHT];
  }
}
