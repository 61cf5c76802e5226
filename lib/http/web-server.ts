import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { seconds, type Duration } from '../base/time.ts';
import { DEFAULT_HTTP2_LIMITS, guardSession, MAX_STREAMS } from './http2-session.ts';

/** One for HTTP/2 that takes HTTP/1.1 as well has more than its types say. */
interface DoubleServer extends Http2SecureServer {
  timeout: number;
  closeIdleConnections(): void;
}

/** An HTTP server of Node, of whatever kind. */
export type WebServer = Server | HttpsServer | DoubleServer;

/** The whole request must be here within this time of its first byte: an upload takes its time. H-09 */
const REQUEST_TIMEOUT: Duration = seconds(1800);
const HEADERS_TIMEOUT: Duration = seconds(20);
/** How often these two are looked at. */
const CHECK_INTERVAL: Duration = seconds(5);
/** Bytes of a request head. */
const MAX_HEADER_BYTES = 16 * 1024;

/** A server with every time-out of Node's set on purpose. @param keepAlive how long an idle connection is kept */
export function createWebServer(
  kind: 'http' | 'https' | 'http2',
  keepAlive: Duration,
  handle: RequestListener,
): WebServer {
  const settings = {
    keepAliveTimeout: keepAlive,
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  } satisfies ServerOptions;
  const server = createServer(kind, settings, handle);
  // A held request has no time-out of its own: `wait` bounds it.
  server.timeout = 0;
  return server;
}

type Settings = ServerOptions & { readonly keepAliveTimeout: Duration };

function createServer(kind: 'http' | 'https' | 'http2', settings: Settings, handle: RequestListener): WebServer {
  if (kind === 'http') return createHttpServer(settings, handle);
  const tls = { ...settings, handshakeTimeout: HEADERS_TIMEOUT };
  return kind === 'https' ? createHttpsServer(tls, handle) : createHttp2Server(tls, handle);
}

/** HTTP/2 with those that ask for it during the TLS handshake, HTTP/1.1 with all others. @spec RFC 9113 §3.2 */
function createHttp2Server(settings: Settings, handle: RequestListener): DoubleServer {
  const server = createSecureServer({
    ...settings,
    allowHTTP1: true,
    settings: {
      enableConnectProtocol: true,
      maxConcurrentStreams: MAX_STREAMS,
      maxHeaderListSize: MAX_HEADER_BYTES,
    },
  });
  const limits = { ...DEFAULT_HTTP2_LIMITS, idle: settings.keepAliveTimeout };
  server.on('session', (session) => guardSession(session, limits));
  // What Koa is given of either version has the same shape; its types are those of the older one.
  server.on('request', handle as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void);
  // For connections without HTTP/2: such a server takes these from nowhere else.
  return Object.assign(server as DoubleServer, settings);
}
