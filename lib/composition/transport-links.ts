import type { Config } from '../config/schema.ts';
import type { TransportLink } from '../xmpp/stream-features.ts';
import { webSocketPaths } from './websocket.ts';

/** Where else a session can go on, the best first. Paths, where the configuration does not say how others reach this server. */
export function transportLinks(config: Config): TransportLink[] {
  const base = config.http.public_url.replace(/\/$/, '');
  const [webSocketPath] = webSocketPaths(config.websocket);
  const { frame_sessions: frames, http_poll: polling } = config;
  const paths: readonly (readonly [name: string, path: string | undefined])[] = [
    ['websocket', webSocketPath],
    ['sse', frames.enabled ? frames.path : undefined],
    ['stream', frames.enabled ? frames.path : undefined],
    ['bosh', config.bosh.path],
    ['long-poll', frames.enabled ? frames.path : undefined],
    ['poll', frames.enabled ? frames.path : undefined],
    ['xep-0025', polling.enabled ? polling.path : undefined],
  ];
  return paths.flatMap(([name, path]) => {
    if (path === undefined) return [];
    return [{ name, href: `${name === 'websocket' ? base.replace(/^http/, 'ws') : base}${path}` }];
  });
}
