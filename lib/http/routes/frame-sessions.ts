import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import { seconds } from '../../base/time.ts';
import type { FrameSession } from '../../transports/frame-session.ts';
import type { FrameSessions, RequestOrigin } from '../../transports/frame-sessions.ts';
import type { FrameSink } from '../../transports/frame-sink.ts';
import { readBody } from '../body-reader.ts';
import type { ClientAddress } from '../client-address.ts';
import type { Cors, HeaderList } from '../cors.ts';
import { EventSink, LineSink, PollSink } from '../frame-sinks.ts';

export interface FrameSessionsRoute {
  readonly sessions: FrameSessions;
  /** Path of the endpoint; undefined when there is none. */
  readonly path: string | undefined;
  /** Bytes of the largest request body. */
  readonly bodyBytes: number;
  readonly cors: Cors;
  readonly clients: ClientAddress;
}

const EXPOSED: HeaderList = [
  'Access-Control-Expose-Headers',
  'Location, Holdfast-Session, Holdfast-Token, Holdfast-Ack, Holdfast-First',
  'X-Content-Type-Options',
  'nosniff',
];
const PREFLIGHT: HeaderList = [
  'Access-Control-Allow-Methods',
  'GET, POST, DELETE, OPTIONS',
  'Access-Control-Allow-Headers',
  'Authorization, Content-Type, Last-Event-ID, Holdfast-Ack, Holdfast-First, Holdfast-Attach',
  'Access-Control-Max-Age',
  '7200',
];
const METHODS: Readonly<Record<string, string>> = {
  '': 'DELETE, OPTIONS',
  events: 'GET, OPTIONS',
  stream: 'GET, OPTIONS',
  poll: 'GET, OPTIONS',
  frames: 'POST, OPTIONS',
};
const DEFAULT_WAIT = 25;
const RETRY_WHEN_STOPPING = '5';

/** One request, taken apart. */
interface Ask {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: HeaderList;
  readonly origin: RequestOrigin;
  readonly query: URLSearchParams;
}

/** Sessions over Server-Sent Events, HTTP streaming, long-polling and polling; see docs/reference/protocol.md. */
export function frameSessions(options: FrameSessionsRoute): Middleware {
  const { path, cors, clients } = options;
  return (ctx, next) => {
    if (path === undefined || (ctx.path !== path && !ctx.path.startsWith(`${path}/`))) return next();
    ctx.respond = false;
    const { req: request, res: response } = ctx;
    const ask = {
      request,
      response,
      headers: [...cors.headers(request), ...EXPOSED],
      origin: { ...clients.originOf(request), page: request.headers.origin },
      query: new URLSearchParams(ctx.querystring),
    };
    if (ctx.path === path) create(ask, ctx, options);
    else serve(ask, ctx.path.slice(path.length + 1).split('/'), options);
    return DONE;
  };
}

const DONE = Promise.resolve();

function create(ask: Ask, { method, path }: Context, { sessions }: FrameSessionsRoute): void {
  if (method === 'OPTIONS') return answer(ask, 204, PREFLIGHT);
  if (method !== 'POST') return answer(ask, 405, ['Allow', 'POST, OPTIONS']);
  const reason = sessions.refusal(ask.origin.address);
  if (reason === 'stopping') return answer(ask, 503, ['Retry-After', RETRY_WHEN_STOPPING]);
  if (reason !== undefined) return answer(ask, 429, ['Retry-After', String(reason)]);
  const { session, token } = sessions.create(ask.origin);
  const location = ['Location', `${path}/${session.sid}`, 'Holdfast-Session', session.sid, 'Holdfast-Token', token];
  answer(ask, 201, location);
}

function serve(ask: Ask, [sid = '', what = '', ...more]: readonly string[], options: FrameSessionsRoute): void {
  const { method } = ask.request;
  const methods = more.length === 0 ? METHODS[what] : undefined;
  if (methods === undefined) return answer(ask, 404);
  if (method === 'OPTIONS') return answer(ask, 204, PREFLIGHT);
  if (!methods.startsWith(method ?? '')) return answer(ask, 405, ['Allow', methods]);
  const session = options.sessions.find(sid, tokenOf(ask.request), ask.origin);
  if (!session) return answer(ask, 404);
  if (!acknowledges(ask, session)) return answer(ask, 409, ackOf(session));
  if (what === '') {
    session.leave();
    answer(ask, 204);
  } else if (what === 'frames') take(ask, session, options);
  else if (session.isTold) answer(ask, 204);
  else read(ask, session, what);
}

/** Frames of the client: a line each, the first of them numbered by the header. */
function take(ask: Ask, session: FrameSession, { bodyBytes }: FrameSessionsRoute): void {
  const first = numberOf(ask.request.headers['holdfast-first']);
  readBody(ask.request, bodyBytes, (body) => {
    if (body.is === 'oversize') {
      session.tooBig();
      return answer(ask, 413);
    }
    if (body.is === 'undecodable' || first === undefined || first === 0) return answer(ask, 400);
    const taken = session.receive(
      first,
      body.text.split('\n').filter((line) => line.trim() !== ''),
    );
    answer(ask, taken === 'taken' ? 200 : 409, ackOf(session));
  });
}

/** Opens a response on which the client reads. */
function read({ request, response, headers, query }: Ask, session: FrameSession, what: string): void {
  const ordinal = numberOf(request.headers['holdfast-attach']) ?? 0;
  const wait = numberOf(query.get('wait')) ?? DEFAULT_WAIT;
  const own = (): HeaderList => [...headers, ...ackOf(session), 'Holdfast-First', String(session.next)];
  if (!session.mayAttach(ordinal)) return answer({ response, headers }, 409, ackOf(session));
  const sink: FrameSink =
    what === 'events'
      ? new EventSink(response, own())
      : what === 'stream'
        ? new LineSink(response, own())
        : new PollSink(response, wait === 0 ? 'poll' : 'long-poll', own);
  response.on('drain', () => session.drained());
  response.on('close', () => session.lost(sink));
  session.attach(sink, { ordinal, wait: seconds(wait) });
}

/** What the client says to have read. @returns false when it was never sent that much */
function acknowledges({ request: { headers } }: Ask, session: FrameSession): boolean {
  const said = headers['holdfast-ack'] ?? headers['last-event-id'];
  if (said === undefined) return true;
  const number = numberOf(said);
  return number !== undefined && session.acknowledge(number);
}

function ackOf({ handled }: FrameSession): HeaderList {
  return ['Holdfast-Ack', String(handled)];
}

function tokenOf({ headers }: IncomingMessage): string {
  return /^Bearer ([a-z2-7]+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

function numberOf(text: string | string[] | null | undefined): number | undefined {
  return typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function answer({ response, headers }: Pick<Ask, 'response' | 'headers'>, status: number, more: HeaderList = []): void {
  const length = status === 204 ? [] : ['Content-Length', '0'];
  response.writeHead(status, [...length, 'Cache-Control', 'no-store', ...headers, ...more]).end();
}
