/** One WebSocket connection, as far as a transport cares. None of these throws. */
export interface FrameSocket {
  /** Bytes handed over and not yet written. */
  readonly buffered: number;
  /** Sends messages, in as few writes as possible. */
  write(messages: readonly string[]): void;
  ping(data: string): void;
  /** Stops reading. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Starts, or answers, the closing handshake. @spec RFC 6455 §7.1.2 */
  close(code: number): void;
  /** Cuts the connection. */
  terminate(): void;
}
