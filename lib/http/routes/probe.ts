import type { ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import type { Cors, HeaderList } from '../cors.ts';
import { FRAMES_TYPE, STREAMING } from '../frame-sinks.ts';

export interface ProbeOptions {
  /** Path of the endpoint; undefined when there is none. */
  readonly path: string | undefined;
  readonly cors: Cors;
}

/** Milliseconds between the two pieces of an answer: who holds up the first has them as one. */
const PAUSE = 300;
/** Milliseconds that a client may ask for instead, to see whether idle connections are cut. */
const MAX_PAUSE = 75_000;
/** Bytes of filling that a client may ask for, which makes some proxies pass on what they gather. */
const MAX_FILLING = 4096;
/** Probes under way. Nobody logs in for one. */
const MAX_PROBES = 100;
const RETRY_LATER = '5';
const METHODS = 'GET, OPTIONS';

const TYPES = { sse: 'text/event-stream; charset=utf-8', stream: FRAMES_TYPE } as const;
const PIECES = { sse: ['data: 1\n\n', 'data: 2\n\n'], stream: ['1\n', '2\n'] } as const;
/** What each kind takes for no content. */
const FILLING = {
  sse: (length: number) => `:${' '.repeat(length)}\n\n`,
  stream: (length: number) => `${' '.repeat(length)}\n`,
};

/**
 * Answers as the ways of reading a frame session do, without a session, so that a client sees what the path
 * to this server does with it; see docs/reference/protocol.md.
 */
export function probe({ path, cors }: ProbeOptions): Middleware {
  let underWay = 0;
  return (ctx, next) => {
    if (path === undefined || ctx.path !== path) return next();
    ctx.respond = false;
    const { req: request, res: response } = ctx;
    const headers = cors.headers(request);
    const query = new URLSearchParams(ctx.querystring);
    const kind = query.has('sse') ? 'sse' : query.has('stream') ? 'stream' : undefined;
    if (request.method === 'OPTIONS') answer(response, 204, [...cors.preflight(request)]);
    else if (request.method !== 'GET') answer(response, 405, [...headers, 'Allow', METHODS]);
    else if (kind === undefined) answer(response, query.has('poll') ? 200 : 400, headers);
    else if (underWay >= MAX_PROBES) answer(response, 503, [...headers, 'Retry-After', RETRY_LATER]);
    else {
      underWay += 1;
      response.once('close', () => (underWay -= 1));
      flow(response, kind, query, headers);
    }
    return DONE;
  };
}

const DONE = Promise.resolve();

function flow(response: ServerResponse, kind: 'sse' | 'stream', query: URLSearchParams, headers: HeaderList): void {
  const [first, second] = PIECES[kind];
  const filling = numberIn(query, 'pad', 0, MAX_FILLING);
  response.writeHead(200, ['Content-Type', TYPES[kind], ...STREAMING, ...headers]);
  response.write((filling > 0 ? FILLING[kind](filling) : '') + first);
  const timer = setTimeout(() => response.end(second), numberIn(query, 'after', PAUSE, MAX_PAUSE));
  response.once('close', () => clearTimeout(timer));
}

function numberIn(query: URLSearchParams, name: string, usual: number, most: number): number {
  const text = query.get(name) ?? '';
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text), most) : usual;
}

function answer(response: ServerResponse, status: number, headers: HeaderList): void {
  const length = status === 204 ? [] : ['Content-Length', '0'];
  response.writeHead(status, [...length, 'Cache-Control', 'no-store', ...headers]).end();
}
