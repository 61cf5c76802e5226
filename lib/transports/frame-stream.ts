import type { StreamError } from '../xmpp/stream-error.ts';
import type { StreamInput } from '../xmpp/transport.ts';

/** The stream behind a carrier that reads the client's XML itself. */
export interface FrameStream extends StreamInput {
  /** Decides how large a frame may be. */
  readonly isAuthenticated: boolean;
  /** The client sent what is no stream: the stream ends with this error, its header before it if there was none. */
  fail(error: StreamError): void;
}
