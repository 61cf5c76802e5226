import type { Acknowledged } from '../xmpp/ledger.ts';
import type { FrameStream } from './frame-stream.ts';

/** What a client says that takes its session over. */
export interface Claim {
  readonly id: string;
  readonly token: string;
  /** Counts the client's attempts. */
  readonly ordinal: number;
}

/** What a client has got with a session that it took over. */
export interface Handover {
  /** For requests on this carrier, and the next takeover. */
  readonly token: string;
  /** How often the session has been taken over. */
  readonly generation: number;
  /** The origin of the page that the session belongs to; browsers leave `Origin` out of a GET to where the page comes from. */
  readonly page: string | undefined;
}

/** There is no such session for this token; a later attempt was faster; too many wrong tokens; a wrong `h`. */
export type Refusal = 'unknown' | 'stale' | 'blocked' | 'too-high' | 'too-low';

/** The stream behind a carrier whose client numbers stanzas. The session alone counts; the carrier asks it. */
export interface NumberedStream extends FrameStream {
  /** The number of the last stanza taken from the client; undefined before resource binding. */
  readonly handled: number | undefined;
  /** The number of the last stanza that the client has acknowledged; 0 before resource binding. */
  readonly acknowledged: number;
  /** The client has the stanzas up to this number. */
  acknowledge(h: number): Acknowledged;
  /** Sends again what the client has not acknowledged. */
  resend(): void;
  /** Takes a session over without login. @param h the number of the last stanza that the client has */
  handOver(claim: Claim, h: number): Handover | Refusal;
}
