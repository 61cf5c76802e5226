import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import { seconds } from '../../base/time.ts';
import type { FrameSession, Taken } from '../../transports/frame-session.ts';
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
  'Location, Holdfast-Session, Holdfast-Token, Holdfast-Ack, Holdfast-First, Holdfast-Gen, Holdfast-Ticket',
  'X-Content-Type-Options',
  'nosniff',
];
const PREFLIGHT: HeaderList = [
  'Access-Control-Allow-Methods',
  'GET, POST, DELETE, OPTIONS',
  'Access-Control-Allow-Headers',
  'Authorization, Content-Type, Last-Event-ID, Holdfast-Ack, Holdfast-First, Holdfast-Gen, Holdfast-Attach',
  'Access-Control-Max-Age',
  '7200',
];
const METHODS: Readonly<Record<string, string>> = {
  '': 'DELETE, OPTIONS',
  events: 'GET, OPTIONS',
  stream: 'GET, OPTIONS',
  poll: 'GET, OPTIONS',
  frames: 'POST, OPTIONS',
  ticket: 'POST, OPTIONS',
};
/** The cookie that a ticket is in, too; its path is that of the one response that it opens. */
const COOKIE = 'holdfast-ticket';
const TAKEN: Readonly<Record<Taken, number>> = { taken: 200, unnumbered: 400, gap: 409, over: 409 };
const POSITION = /^(?:(\d{1,10})\.)?(\d{1,10})(?:\.([a-z2-7]+))?$/;
const DEFAULT_WAIT = 25;
/** Seconds. */
const RETRY_WHEN_STOPPING = '5';
const RETRY_WHEN_BLOCKED = '60';

/** One request, taken apart. */
interface Ask {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: HeaderList;
  readonly origin: RequestOrigin;
  readonly query: URLSearchParams;
  /** Set for a client that came with a ticket. */
  readonly proof?: string;
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
      origin: clients.originOf(request),
      query: new URLSearchParams(ctx.querystring),
    };
    if (ctx.path === path) create(ask, ctx, options);
    else serve(ask, ctx.path.slice(path.length + 1).split('/'), options);
    return DONE;
  };
}

/** Where clients try the path to the endpoint: beside it. */
export function probePath(path: string | undefined): string | undefined {
  return path?.replace(/[^/]*$/, 'probe');
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
  const { method, headers } = ask.request;
  const methods = more.length === 0 ? METHODS[what] : undefined;
  if (methods === undefined) return answer(ask, 404);
  if (method === 'OPTIONS') return answer(ask, 204, PREFLIGHT);
  if (!methods.startsWith(method ?? '')) return answer(ask, 405, ['Allow', methods]);
  const ordinal = numberOf(headers['holdfast-attach']);
  if (method === 'GET' && ordinal !== undefined) return takeOver(ask, { sid, what, ordinal }, options);
  const ticket = what === 'events' && headers.authorization === undefined ? ticketOf(ask) : undefined;
  if (ticket !== undefined) return readWithTicket(ask, sid, ticket, options);
  const { generation = numberOf(headers['holdfast-gen']), h } = positionOf(ask.request);
  const session = options.sessions.find(sid, { token: tokenOf(ask.request), generation }, ask.origin);
  if (session === 'unknown') return answer(ask, 404);
  if (session === 'moved') return answer(ask, 409, generationOf(options.sessions, sid));
  if (method === 'GET') return session.isTold ? answer(ask, 204) : readOn(ask, session, what, h);
  if (h !== undefined && !session.acknowledge(h)) return answer(ask, 409, positionHeaders(session));
  if (what === 'ticket') return giveTicket(ask, session, options);
  if (method === 'POST') return take(ask, session, options);
  session.leave();
  answer(ask, 204);
}

/** For an EventSource, which can set no header: in the query of its URL, or better in the cookie. */
function giveTicket(ask: Ask, session: FrameSession, { sessions, path }: FrameSessionsRoute): void {
  const ticket = sessions.issueTicket(session);
  const attributes = `Path=${path}/${session.sid}/events; HttpOnly; SameSite=Strict${ask.origin.secure ? '; Secure' : ''}`;
  answer(ask, 200, ['Holdfast-Ticket', ticket, 'Set-Cookie', `${COOKIE}=${ticket}; ${attributes}`]);
}

/** An EventSource stops at 204, and comes again after its connection broke. */
function readWithTicket(ask: Ask, sid: string, ticket: string, { sessions }: FrameSessionsRoute): void {
  const { generation, h, proof = '' } = positionOf(ask.request);
  const isForeign = ask.request.headers['sec-fetch-site'] === 'cross-site' && ask.origin.page === undefined;
  const found = isForeign ? 'unknown' : sessions.findReader(sid, { ticket, proof, generation }, ask.origin);
  if (found === 'unknown') return answer(ask, 404);
  if (found === 'moved' || found.session.isTold) return answer(ask, 204);
  readOn({ ...ask, proof: found.proof }, found.session, 'events', h);
}

function ticketOf({ request: { headers }, query }: Ask): string | undefined {
  const [, cookie] = new RegExp(`(?:^|; )${COOKIE}=([a-z2-7]+)`).exec(headers.cookie ?? '') ?? [];
  return query.get('ticket') ?? cookie;
}

/** Resumption in one request, instead of a login and an element. @spec XEP-0198 §5 */
function takeOver(
  ask: Ask,
  { sid, what, ordinal }: { readonly sid: string; readonly what: string; readonly ordinal: number },
  { sessions }: FrameSessionsRoute,
): void {
  const { h } = positionOf(ask.request);
  if (h === undefined) return answer(ask, 400);
  if (sessions.refusal(ask.origin.address) === 'stopping')
    return answer(ask, 503, ['Retry-After', RETRY_WHEN_STOPPING]);
  const taken = sessions.takeOver(sid, { token: tokenOf(ask.request), ordinal, h }, ask.origin);
  if (taken === 'unknown') answer(ask, 404);
  else if (taken === 'blocked') answer(ask, 429, ['Retry-After', RETRY_WHEN_BLOCKED]);
  else if (typeof taken === 'string') answer(ask, 409, generationOf(sessions, sid));
  else read(ask, taken.session, what, ['Holdfast-Token', taken.token]);
}

/** Frames of the client: a line each, the first of them numbered by the header. */
function take(ask: Ask, session: FrameSession, { bodyBytes }: FrameSessionsRoute): void {
  const first = numberOf(ask.request.headers['holdfast-first']);
  readBody(ask.request, bodyBytes, (body) => {
    if (body.is === 'oversize') {
      session.tooBig();
      return answer(ask, 413);
    }
    if (body.is === 'undecodable') return answer(ask, 400, positionHeaders(session));
    const taken = session.receive(
      first,
      body.text.split('\n').filter((line) => line.trim() !== ''),
    );
    answer(ask, TAKEN[taken], positionHeaders(session));
  });
}

/** A client that has the session reads on from where it says it is. */
function readOn(ask: Ask, session: FrameSession, what: string, h: number | undefined): void {
  if (session.readOn(h)) read(ask, session, what);
  else answer(ask, 409, positionHeaders(session));
}

/** Opens a response on which the client reads. */
function read(ask: Ask, session: FrameSession, what: string, more: HeaderList = []): void {
  const { response, headers, query, proof } = ask;
  const { generation, written } = session;
  const wait = numberOf(query.get('wait')) ?? DEFAULT_WAIT;
  const first = ['Holdfast-First', String(session.next)];
  const own = (): HeaderList => [...headers, ...more, ...positionHeaders(session), ...first];
  const sink: FrameSink =
    what === 'events'
      ? new EventSink(response, own(), { generation, written, proof })
      : what === 'stream'
        ? new LineSink(response, own())
        : new PollSink(response, wait === 0 ? 'poll' : 'long-poll', own);
  response.on('drain', () => session.drained());
  response.on('close', () => session.lost(sink));
  session.attach(sink, seconds(wait));
}

/** Where a client is. */
interface Position {
  readonly generation?: number;
  readonly h: number | undefined;
  /** In the ids of events for a client that came with a ticket. */
  readonly proof?: string | undefined;
}

/**
 * Up to where the client says to have read: a number, after that of the carrier and a point if it is the id of an
 * event.
 */
function positionOf({ headers }: IncomingMessage): Position {
  const said = headers['holdfast-ack'] ?? headers['last-event-id'];
  const [, generation, h, proof] = (typeof said === 'string' && POSITION.exec(said)) || [];
  const number = numberOf(h);
  return generation === undefined ? { h: number } : { generation: Number(generation), h: number, proof };
}

function positionHeaders({ handled, generation }: FrameSession): HeaderList {
  return ['Holdfast-Ack', String(handled), 'Holdfast-Gen', String(generation)];
}

function generationOf(sessions: FrameSessions, sid: string): HeaderList {
  const generation = sessions.generationOf(sid);
  return generation === undefined ? [] : ['Holdfast-Gen', String(generation)];
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
