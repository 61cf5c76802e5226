import type { LogFields, Logger } from '../base/log.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';

/** Bits of the reference that ties a user's report to the log line. */
const REFERENCE_BITS = 40;

/** Turns what a handler threw into the refusal that the sender gets. A bug is logged, and told as a reference. */
export class Failures {
  readonly #log: Logger;
  readonly #random: Random;

  constructor(log: Logger, random: Random) {
    this.#log = log;
    this.#random = random;
  }

  refusal(error: unknown, where: LogFields): StanzaError {
    if (error instanceof StanzaError) return error;
    const reference = this.log(error, where);
    return new StanzaError('internal-server-error', `Something went wrong here; it is logged as ${reference}.`);
  }

  /** Logs a bug. @returns its reference */
  log(error: unknown, where: LogFields): string {
    const reference = opaqueId(this.#random, REFERENCE_BITS);
    const cause = error instanceof Error ? error : new Error(String(error));
    this.#log.error('core.failed', { ...where, reference, error: cause });
    return reference;
  }
}
