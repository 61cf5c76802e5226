import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import type { PollingEndpoint } from '../../transports/polling-endpoint.ts';
import type { PollingExchange } from '../../transports/polling-exchange.ts';
import { IDENTIFIER } from '../../transports/polling-policy.ts';
import { readBytes } from '../body-reader.ts';
import type { ClientAddress } from '../client-address.ts';
import type { Cors, HeaderList } from '../cors.ts';
import { wasWritten } from '../outcome.ts';

export interface HttpPollOptions {
  readonly endpoint: PollingEndpoint;
  /** Path of the endpoint; undefined when there is none. */
  readonly path: string | undefined;
  /** Bytes of the largest request body. */
  readonly bodyBytes: number;
  readonly cors: Cors;
  readonly clients: ClientAddress;
}

const METHODS = 'POST, OPTIONS';

/** The endpoint of Jabber HTTP Polling. Its answers to POSTs are 200 always. @spec XEP-0025 §3 P-3-05 */
export function httpPoll(options: HttpPollOptions): Middleware {
  const { path, cors } = options;
  return (ctx, next) => {
    if (path === undefined || ctx.path !== path) return next();
    ctx.respond = false;
    const { req: request, res: response } = ctx;
    if (request.method === 'POST') take(request, response, path, options);
    else if (request.method === 'OPTIONS') answer(response, 200, cors.preflight(request), '');
    else answer(response, 405, ['Allow', METHODS, ...cors.headers(request)], '');
    return DONE;
  };
}

const DONE = Promise.resolve();

/** What is in the body is UTF-8, whatever its headers say. @spec XEP-0025 §3 P-3-01 P-3-02 PD-01 */
function take(request: IncomingMessage, response: ServerResponse, path: string, options: HttpPollOptions): void {
  const { endpoint, bodyBytes, cors, clients } = options;
  const origin = clients.originOf(request);
  const attributes = `Path=${path}; HttpOnly; SameSite=Lax${origin.secure ? '; Secure' : ''}`;
  let isOpen = true;
  const exchange: PollingExchange = {
    origin,
    get isOpen() {
      return isOpen;
    },
    onLost: undefined,
    answer(identifier, body) {
      const cookie = ['Set-Cookie', `ID=${identifier}; ${attributes}`];
      answer(response, 200, ['Content-Type', 'text/xml', ...cookie, ...cors.headers(request)], body);
    },
  };
  response.once('close', () => {
    isOpen = false;
    if (!wasWritten(response)) exchange.onLost?.();
  });
  readBytes(request, bodyBytes, (body) => {
    if (body.is === 'bytes') endpoint.receive(exchange, body.bytes);
    else if (body.is === 'oversize') endpoint.receiveOversize(exchange, body.head);
    else endpoint.refuse(exchange, IDENTIFIER.badRequest);
  });
}

/** @spec XEP-0025 §3 P-3-02 P-3-03 PD-04 */
function answer(response: ServerResponse, status: number, headers: HeaderList, body: string): void {
  const length = ['Content-Length', String(Buffer.byteLength(body)), 'Cache-Control', 'no-store'];
  response.writeHead(status, [...length, 'X-Content-Type-Options', 'nosniff', ...headers]).end(body);
}
