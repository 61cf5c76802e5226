import type { Transport } from '../xmpp/transport.ts';
import type { Config } from '../config/schema.ts';
import type { FrameStream } from '../transports/frame-stream.ts';
import { WebSocketEndpoint } from '../transports/websocket-endpoint.ts';
import {
  DEFAULT_WEBSOCKET_LIMITS,
  type WebSocketObserver,
  type WebSocketPolicy,
} from '../transports/websocket-policy.ts';
import type { Admission } from './admission.ts';
import type { ServerParts } from './server-parts.ts';

export interface WebSocketParts extends ServerParts {
  readonly admission: Admission;
  readonly openStream: (transport: Transport) => FrameStream;
}

/** The WebSocket endpoint of a server, with the limits of its configuration. */
export function createWebSocketEndpoint(parts: WebSocketParts): WebSocketEndpoint {
  const { clock, log, config, admission, openStream } = parts;
  const endpoint = new WebSocketEndpoint({
    clock,
    log,
    policy: policyOf(config.websocket),
    openStream,
    refuse: (address) => admission.secondsToWait(address),
    observer: observerOf(parts),
  });
  admission.include((address) => endpoint.connectionsFrom(address));
  return endpoint;
}

/** The paths of the endpoint; none when it is switched off. */
export function webSocketPaths({ enabled, path, aliases }: Config['websocket']): string[] {
  return enabled ? [path, ...aliases] : [];
}

function observerOf({ metrics, log }: WebSocketParts): WebSocketObserver {
  return {
    opened: () => metrics.webSocketsOpened.add(),
    ended: (why) => {
      metrics.webSocketsEnded.add(why);
      log.info('websocket.ended', { why });
    },
    ignored: () => metrics.webSocketSpaces.add(),
  };
}

function policyOf(websocket: Config['websocket']): WebSocketPolicy {
  return {
    maxMessage: websocket.max_message,
    maxMessageUnauthenticated: websocket.max_message_unauthenticated,
    ping: websocket.ping,
    strict: websocket.strict,
    limits: DEFAULT_WEBSOCKET_LIMITS,
  };
}
