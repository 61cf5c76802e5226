import type { TransportInfo } from '../xmpp/transport.ts';

/** The ways in which a frame session is read from. */
export type SinkKind = Extract<TransportInfo['name'], 'sse' | 'http-stream' | 'long-poll' | 'poll'>;

export interface NumberedFrame {
  /** Of a stanza; other frames have none. */
  readonly number: number | undefined;
  /** Without line ends. */
  readonly xml: string;
}

/** One response that carries frames to the client. None of these throws. */
export interface FrameSink {
  readonly kind: SinkKind;
  /** Bytes handed over and not yet written. */
  readonly buffered: number;
  write(frame: NumberedFrame): void;
  /** Shows that the connection is alive. */
  beat(): void;
  /** Ends the response; the client may ask again. */
  end(): void;
}
