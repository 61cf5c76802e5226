import type { Instant } from '../base/time.ts';
import { SendQueue, type Outgoing } from './send-queue.ts';

export interface OutflowLimits {
  /** Bytes given to the socket before the rest waits. */
  readonly socketBytes: number;
  /** Stanzas waiting for one client before its stream is ended. */
  readonly queuedStanzas: number;
  /** Bytes (UTF-16 units) waiting for one client before its stream is ended. */
  readonly queuedBytes: number;
}

/** What an outflow needs of a socket. */
interface Outlet {
  readonly buffered: number;
  pause(): void;
  resume(): void;
}

/**
 * What is on its way to one client: a bounded queue in front of a socket. Who does not read what it is
 * sent is not read from either.
 */
export class Outflow {
  readonly #limits: OutflowLimits;
  readonly #outlet: Outlet;
  readonly #hand: (outgoing: readonly Outgoing[]) => void;
  readonly #queue = new SendQueue();
  #stalledSince: Instant | undefined;

  /** @param hand writes to the socket */
  constructor(limits: OutflowLimits, outlet: Outlet, hand: (outgoing: readonly Outgoing[]) => void) {
    this.#limits = limits;
    this.#outlet = outlet;
    this.#hand = hand;
  }

  /** Since when the client has read nothing although something waits. */
  get stalledSince(): Instant | undefined {
    return this.#stalledSince;
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  /** More waits than may. */
  get isOverfull(): boolean {
    const { queuedStanzas, queuedBytes } = this.#limits;
    return this.#queue.size > queuedStanzas || this.#queue.length > queuedBytes;
  }

  add(outgoing: Outgoing): void {
    this.#queue.add(outgoing);
  }

  /** Takes back what was not handed over. */
  takeAll(): readonly Outgoing[] {
    return this.#queue.takeAll();
  }

  /** The socket has written something. */
  progressed(now: Instant): void {
    if (this.#stalledSince !== undefined) this.#stalledSince = now;
  }

  /** Gives the socket as much as it should have. */
  flush(now: Instant): void {
    const most = this.#limits.socketBytes;
    while (!this.isEmpty && this.#outlet.buffered < most) this.#hand(this.#queue.take(most));
    if (!this.isEmpty && this.#stalledSince === undefined) {
      this.#stalledSince = now;
      this.#outlet.pause();
    } else if (this.isEmpty && this.#stalledSince !== undefined) {
      this.#stalledSince = undefined;
      this.#outlet.resume();
    }
  }

  /** Gives the socket everything, because nothing follows. */
  finish(): void {
    if (!this.isEmpty) this.#hand(this.#queue.takeAll());
    this.#stalledSince = undefined;
    this.#outlet.resume();
  }
}
