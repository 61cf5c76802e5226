import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Turns, type Worker } from '../base/turns.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { TransportInfo } from '../xmpp/transport.ts';

/** A carrier with a connection or a client of its own. */
export interface LiveTransport extends Worker {
  readonly info: TransportInfo;
  /** Sends what waits, and does what has come due. */
  settle(): void;
  /** Ends the stream, with an error if there is one. */
  close(error?: StreamError): void;
}

/** What a carrier tells those that run it. */
export interface TransportOwner<T> {
  /** `settle` must run at the end of this turn. */
  changed(transport: T): void;
  ended(transport: T): void;
}

/** The carriers of one kind. A fault of the server ends the one that it happened in, and no other. */
export class LiveTransports<T extends LiveTransport> extends Turns<T> implements TransportOwner<T> {
  readonly #log: Logger;
  readonly #failed = new WeakSet<T>();

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    super(clock, (transport) => this.#settle(transport));
    this.#log = log;
  }

  #settle(transport: T): void {
    try {
      transport.settle();
    } catch (error) {
      this.#fail(transport, error);
    }
  }

  #fail(transport: T, error: unknown): void {
    this.#log.error('transport.failed', {
      transport: transport.info.name,
      error: error instanceof Error ? error : new Error(String(error)),
    });
    if (this.#failed.has(transport)) return this.ended(transport); // It cannot even say goodbye: it is forgotten.
    this.#failed.add(transport);
    try {
      transport.close(new StreamError('internal-server-error'));
    } catch {
      this.ended(transport);
    }
  }
}
