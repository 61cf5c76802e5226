import type { IncomingMessage } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import WebSocket, { WebSocketServer } from 'ws';
import { CLOSE_CODE } from '../transports/websocket-policy.ts';
import type { FrameSocket } from '../transports/frame-socket.ts';
import type { WebSocketEndpoint } from '../transports/websocket-endpoint.ts';
import type { WebSocketTransport } from '../transports/websocket-transport.ts';
import type { ClientAddress } from './client-address.ts';
import type { Cors } from './cors.ts';
import { refuseConnect } from './connect.ts';
import type { ProtocolSwitch } from './listener.ts';
import { refuseUpgrade, type Refusal } from './upgrade.ts';

export interface WebSocketOptions {
  readonly endpoint: WebSocketEndpoint;
  /** Paths of the endpoint, without trailing slash; each works with one, too. */
  readonly paths: readonly string[];
  /** Bytes of the largest message, after decompression. */
  readonly maxMessage: number;
  /** Offers permessage-deflate. WH-05 */
  readonly compression: boolean;
  readonly cors: Cors;
  readonly clients: ClientAddress;
}

const SUBPROTOCOL = 'xmpp';
const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** Messages below this many bytes are not worth compressing. */
const COMPRESSION_THRESHOLD = 1024;
const RETRY_WHEN_STOPPING = '5';
const { HTTP2_HEADER_STATUS } = constants;
const NOTHING_YET = Buffer.alloc(0);

/** Takes WebSocket connections to the endpoint, over HTTP/1.1 and HTTP/2. @spec RFC 7395 §3.1 */
export function webSocketSwitch(options: WebSocketOptions): ProtocolSwitch {
  const paths = new Set(options.paths.flatMap((path) => [path, `${path}/`]));
  const isFor = ({ url = '' }: IncomingMessage): boolean => paths.has(url.split('?')[0] ?? '');
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxMessage,
    handleProtocols: () => SUBPROTOCOL,
    WebSocket: XmppWebSocket,
    perMessageDeflate: options.compression && {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      threshold: COMPRESSION_THRESHOLD,
    },
  });
  return {
    upgrade(request, socket, head) {
      if (!isFor(request) || request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
      const refusal = handshakeFault(request) ?? refusalOf(request, options);
      if (refusal) refuseUpgrade(socket, refusal);
      else {
        const origin = options.clients.originOf(request);
        server.handleUpgrade(request, socket, head, (connection) => {
          carry(connection, socket, (frames) => options.endpoint.accept(frames, origin));
        });
      }
      return true;
    },
    connect(request, stream) {
      if (!isFor(request)) return false;
      const refusal = refusalOf(request, options);
      if (refusal) refuseConnect(stream, refusal);
      else {
        const origin = options.clients.originOf(request);
        const connection = openOver(stream, server.options);
        carry(connection, stream, (frames) => options.endpoint.accept(frames, origin));
      }
      return true;
    },
  };
}

/** What only HTTP/1.1 asks for. @spec RFC 6455 §4.2.1 WH-01 */
function handshakeFault({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'GET') return { status: 405, text: 'A WebSocket begins with GET.', headers: { Allow: 'GET' } };
  if (KEY.test(headers['sec-websocket-key'] ?? '')) return undefined;
  return { status: 400, text: 'Sec-WebSocket-Key is missing or wrong.', headers: {} };
}

/** Why a client may not connect. @spec RFC 6455 §4.2.1 WH-01 WH-04 WD-01 */
function refusalOf(request: IncomingMessage, { endpoint, cors, clients }: WebSocketOptions): Refusal | undefined {
  const { headers } = request;
  const refusal = (status: number, text: string, extra: Record<string, string> = {}): Refusal => ({
    status,
    text,
    headers: extra,
  });
  if (headers['sec-websocket-version'] !== '13') {
    return refusal(426, 'This server speaks version 13 of WebSocket.', { 'Sec-WebSocket-Version': '13' });
  }
  if (!offers(headers['sec-websocket-protocol'], SUBPROTOCOL)) {
    return refusal(400, 'This server speaks the WebSocket subprotocol "xmpp" only (RFC 7395); offer it.');
  }
  if (!cors.allows(request)) return refusal(403, 'Pages of this origin may not connect here.');
  const reason = endpoint.refusal(clients.originOf(request).address);
  if (reason === 'stopping') return refusal(503, 'This server stops.', { 'Retry-After': RETRY_WHEN_STOPPING });
  return reason === undefined ? undefined : refusal(429, 'Too many connections.', { 'Retry-After': String(reason) });
}

/** A WebSocket on an HTTP/2 stream, as on a connection of its own. @spec RFC 8441 §5 WH-07 */
function openOver(stream: ServerHttp2Stream, options: WebSocketServer['options']): XmppWebSocket {
  stream.respond({ [HTTP2_HEADER_STATUS]: 200, 'sec-websocket-protocol': SUBPROTOCOL });
  const connection = new ServerSide(null, undefined, options);
  connection.setSocket(stream, NOTHING_YET, options);
  return connection;
}

/** Names are compared as they are. WD-01 */
function offers(header: string | undefined, protocol: string): boolean {
  return header?.split(',').some((name) => name.trim() === protocol) ?? false;
}

/** Lets the stream say why before a message that is too big closes the connection. WH-03 */
class XmppWebSocket extends WebSocket {
  onTooBig: (() => void) | undefined;
  /** Makes it an open connection; of the package, whose types leave it out. */
  declare setSocket: (socket: Duplex, head: Buffer, options: WebSocketServer['options']) => void;

  override close(code?: number, reason?: string | Buffer): void {
    const { onTooBig } = this;
    this.onTooBig = undefined;
    if (code === CLOSE_CODE.tooBig) onTooBig?.();
    super.close(code, reason);
  }
}

/** How the package itself makes the server's side of a connection; its types know of the client's only. */
const ServerSide = XmppWebSocket as unknown as new (
  address: null,
  protocols: undefined,
  options: WebSocketServer['options'],
) => XmppWebSocket;

/** Connects a WebSocket and its transport. */
function carry(connection: XmppWebSocket, socket: Duplex, accept: (frames: FrameSocket) => WebSocketTransport): void {
  const transport = accept({
    get buffered() {
      return connection.bufferedAmount;
    },
    write(messages) {
      socket.cork();
      const last = messages.length - 1;
      for (const [index, message] of messages.entries()) connection.send(message, index === last ? drained : undefined);
      socket.uncork();
    },
    ping: (data) => connection.ping(data, undefined, ignoreFailure),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    close: (code) => connection.close(code),
    terminate: () => connection.terminate(),
  });
  function drained(): void {
    transport.drained();
  }
  connection.onTooBig = () => transport.tooBig();
  connection.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) transport.binary();
    else transport.message(data.toString('utf8'));
  });
  connection.on('ping', () => transport.pinged());
  connection.on('pong', (data: Buffer) => transport.pong(data.toString('latin1')));
  // What breaks a connection is followed by its end.
  connection.on('error', ignoreFailure);
  connection.on('close', () => transport.lost());
}

function ignoreFailure(): void {
  // A message that cannot be sent means that the connection is going: `close` follows.
}
