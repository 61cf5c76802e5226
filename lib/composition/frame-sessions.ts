import { DEFAULT_FRAME_POLICY } from '../transports/frame-session.ts';
import { FrameSessions } from '../transports/frame-sessions.ts';
import type { NumberedStream } from '../transports/numbered-stream.ts';
import type { Transport } from '../xmpp/transport.ts';
import type { Admission } from './admission.ts';
import type { ServerParts } from './server-parts.ts';

export interface FrameSessionParts extends ServerParts {
  readonly admission: Admission;
  readonly openStream: (transport: Transport) => NumberedStream;
}

/** The frame sessions of a server, with the limits of its configuration. */
export function createFrameSessions({
  clock,
  log,
  random,
  config,
  admission,
  openStream,
}: FrameSessionParts): FrameSessions {
  const sessions = new FrameSessions({
    clock,
    log,
    random,
    policy: { ...DEFAULT_FRAME_POLICY, maxFrame: config.frame_sessions.max_body },
    openStream,
    refuse: (address) => admission.secondsToWait(address),
  });
  admission.include((address) => sessions.sessionsFrom(address));
  return sessions;
}
