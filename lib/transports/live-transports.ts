import type { Clock } from '../base/clock.ts';
import { Turns, type Worker } from '../base/turns.ts';
import type { TransportInfo } from '../xmpp/transport.ts';

/** A carrier with a connection or a client of its own. */
export interface LiveTransport extends Worker {
  readonly info: TransportInfo;
  /** Sends what waits, and does what has come due. */
  settle(): void;
}

/** What a carrier tells those that run it. */
export interface TransportOwner<T> {
  /** `settle` must run at the end of this turn. */
  changed(transport: T): void;
  ended(transport: T): void;
}

/** The carriers of one kind. */
export class LiveTransports<T extends LiveTransport> extends Turns<T> implements TransportOwner<T> {
  constructor(clock: Clock) {
    super(clock, (transport) => transport.settle());
  }
}
