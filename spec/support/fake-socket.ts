import type { FrameSocket } from '../../lib/transports/frame-socket.ts';

/** A WebSocket that remembers what it is told. */
export class FakeSocket implements FrameSocket {
  buffered = 0;
  readonly messages: string[] = [];
  readonly pings: string[] = [];
  readonly codes: number[] = [];
  isPaused = false;
  isTerminated = false;
  /** Keeps what it is given, as when the client does not read. */
  isFull = false;

  write(messages: readonly string[]): void {
    this.messages.push(...messages);
    if (this.isFull) this.buffered += messages.join('').length;
  }

  ping(data: string): void {
    this.pings.push(data);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(code: number): void {
    this.codes.push(code);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}
