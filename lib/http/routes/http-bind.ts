import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { ConnectionManager } from '../../bosh/connection-manager.ts';
import { readBody } from '../body-reader.ts';
import type { ClientAddress } from '../client-address.ts';
import type { Cors } from '../cors.ts';
import { HttpExchange } from '../http-exchange.ts';
import { page, sendPage } from '../page.ts';

export interface HttpBindOptions {
  readonly manager: ConnectionManager;
  /** Every path of the endpoint, as `endpointPaths` makes them. */
  readonly paths: ReadonlySet<string>;
  /** Bytes of the largest request body. */
  readonly bodyBytes: number;
  readonly cors: Cors;
  readonly clients: ClientAddress;
}

/** Each path of the endpoint works with a slash behind it, too. H-07 */
export function endpointPaths({ path, aliases }: { path: string; aliases: readonly string[] }): ReadonlySet<string> {
  return new Set([path, ...aliases].flatMap((each) => [each, `${each}/`]));
}

const METHODS = 'POST, GET, HEAD, OPTIONS';
/** A query that is a wrapper in script syntax. */
const WRAPPER = /^(?:<|%3C)/i;
/** Beside the usual `no-store`, for old caches. @spec XEP-0252 §2.3 J-2.3-04 */
const NEVER_STORED = ['Cache-Control', 'no-cache', 'Pragma', 'no-cache'];
/** Not XML, so that it gets the answer of a body that is not. */
const UNREADABLE = '';

/**
 * The BOSH endpoint: hands POSTs to the connection manager and answers everything else itself.
 *
 * @spec XEP-0124 §5 B-5-05 B-5-06
 */
export function httpBind(options: HttpBindOptions): Middleware {
  const { paths } = options;
  return (ctx, next) => {
    if (!paths.has(ctx.path)) return next();
    if (ctx.method === 'POST') takeOver(ctx, options);
    else if (ctx.method === 'GET' && WRAPPER.test(ctx.querystring)) takeQuery(ctx, options);
    else answerOther(ctx, options);
    return DONE;
  };
}

const DONE = Promise.resolve();

/**
 * The same in front of a Koa application: a POST is taken before a context is made for it, which would
 * cost a fifth of what a message costs.
 */
export function postsFirst(options: HttpBindOptions, others: RequestListener): RequestListener {
  const { paths } = options;
  return (request, response) => {
    if (request.method === 'POST' && paths.has(request.url ?? '')) take(request, response, options);
    else others(request, response);
  };
}

/** Koa forgets the request. */
function takeOver(ctx: Context, options: HttpBindOptions): void {
  ctx.respond = false;
  take(ctx.req, ctx.res, options);
}

/** From here on the exchange owns the response. */
function take(request: IncomingMessage, response: ServerResponse, options: HttpBindOptions): void {
  const { manager, clients, cors, bodyBytes } = options;
  const exchange = new HttpExchange(response, clients.originOf(request), cors.headers(request));
  readBody(request, bodyBytes, (body) => {
    if (body.is === 'text') manager.receive(exchange, body.text);
    else if (body.is === 'undecodable') manager.receive(exchange, UNREADABLE);
    else if (!manager.receiveOversize(exchange, body.head)) tooLarge(exchange);
  });
}

/** @spec XEP-0252 §2.1 J-2.1-01 */
function takeQuery(ctx: Context, { manager, clients, cors }: HttpBindOptions): void {
  ctx.respond = false;
  const headers = [...cors.headers(ctx.req), ...NEVER_STORED];
  const exchange = new HttpExchange(ctx.res, clients.originOf(ctx.req), headers);
  if (!manager.receiveQuery(exchange, ctx.querystring)) {
    exchange.respond({ status: 404, contentType: 'text/plain; charset=utf-8', body: '' });
  }
}

/** H-08 */
function tooLarge(exchange: HttpExchange): void {
  exchange.respond({ status: 413, contentType: 'text/plain; charset=utf-8', body: 'Request body too large\n' });
}

/** H-02, H-06 */
function answerOther(ctx: Context, { cors }: HttpBindOptions): void {
  const isPreflight = ctx.method === 'OPTIONS';
  const headers = isPreflight ? cors.preflight(ctx.req) : cors.headers(ctx.req);
  for (let index = 0; index < headers.length; index += 2) ctx.set(headers[index] ?? '', headers[index + 1] ?? '');
  ctx.set('Cache-Control', 'no-store');
  if (isPreflight) {
    ctx.status = 200;
    ctx.body = '';
  } else if (ctx.method === 'GET' || ctx.method === 'HEAD') {
    sendPage(ctx, BOSH_PAGE);
  } else {
    ctx.status = 405;
    ctx.set('Allow', METHODS);
    ctx.body = `This is a BOSH endpoint; it takes ${METHODS}.\n`;
  }
}

const BOSH_PAGE = page(
  'BOSH endpoint',
  `<h1>BOSH endpoint</h1>
<p>This address speaks <a href="https://xmpp.org/extensions/xep-0124.html">BOSH</a>: chat clients send
it <code>POST</code> requests. Give it to your client as its BOSH or “HTTP bind” URL.</p>
<p><a href="/">About this server</a></p>`,
);
