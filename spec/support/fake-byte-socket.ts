import type { ByteSocket } from '../../lib/transports/byte-socket.ts';

/** A TCP connection that remembers what it is told. */
export class FakeByteSocket implements ByteSocket {
  buffered = 0;
  readonly texts: string[] = [];
  readonly calls: string[] = [];
  /** Keeps what it is given, as when the client does not read. */
  isFull = false;
  readonly startTls = (): void => void this.calls.push('startTls');

  write(text: string): void {
    this.texts.push(text);
    if (this.isFull) this.buffered += text.length;
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  end(): void {
    this.calls.push('end');
  }

  destroy(): void {
    this.calls.push('destroy');
  }
}
