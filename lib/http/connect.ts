import type { IncomingMessage } from 'node:http';
import { constants, type Http2SecureServer, type Http2ServerRequest, type ServerHttp2Stream } from 'node:http2';
import type { Refusal } from './upgrade.ts';

/** Takes a request for a WebSocket, and the stream that it is on; false when it is not for this one. */
export type Connect = (request: IncomingMessage, stream: ServerHttp2Stream) => boolean;

const { HTTP2_HEADER_STATUS } = constants;
const PROTOCOL = ':protocol';

/**
 * Lets an HTTP/2 server take up extended CONNECT. A CONNECT of any other kind is refused.
 *
 * @spec RFC 8441 §4
 */
export function serveConnects(server: Http2SecureServer, connect: Connect): void {
  server.on('connect', (request: Http2ServerRequest | IncomingMessage) => {
    if (!isHttp2(request)) return void request.socket.destroy();
    const { stream } = request;
    const protocol = request.headers[PROTOCOL];
    // For everybody else a request is of the older type: it has the same shape.
    if (protocol === 'websocket' && connect(request as unknown as IncomingMessage, stream)) return;
    stream.respond({ [HTTP2_HEADER_STATUS]: statusFor(protocol) }, { endStream: true });
  });
}

/** Answers instead of connecting. */
export function refuseConnect(stream: ServerHttp2Stream, { status, text, headers }: Refusal): void {
  stream.respond({ [HTTP2_HEADER_STATUS]: status, 'content-type': 'text/plain; charset=utf-8', ...headers });
  stream.end(`${text}\n`);
}

function isHttp2(request: Http2ServerRequest | IncomingMessage): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}

function statusFor(protocol: unknown): number {
  if (protocol === undefined) return 405;
  return protocol === 'websocket' ? 404 : 501;
}
