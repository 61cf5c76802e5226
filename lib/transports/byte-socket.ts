/** One connection of bytes, as far as a transport cares. None of these throws. */
export interface ByteSocket {
  /** Bytes handed over and not yet written. */
  readonly buffered: number;
  /** Sends a text; the transport is told when it has been written. */
  write(text: string): void;
  /** Stops reading. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Closes the connection in this direction once everything is written. */
  end(): void;
  /** Cuts the connection. */
  destroy(): void;
  /** TLS begins behind what was written: nothing more is read or written in the clear. Undefined where it cannot. */
  readonly startTls?: (() => void) | undefined;
}
