import type { Duration, Instant } from '../base/time.ts';
import type { Payload } from '../xmpp/transport.ts';

export interface ProofLimits {
  /** How long a payload may be on its way before the client is asked whether it has arrived. */
  readonly proof: Duration;
  /** Payloads on their way before the client is asked at once. */
  readonly unproven: number;
}

/**
 * What was sent and may not have arrived, for a carrier that keeps order and answers pings: each ping
 * says how much was sent before it, so its pong proves that so much has arrived.
 */
export class Unconfirmed {
  readonly #limits: ProofLimits;
  #payloads: Payload[] = [];
  /** Payloads that have arrived. */
  #arrived = 0;
  /** How many were sent before the ping that is not answered yet. */
  #asked: number | undefined;
  /** Since when there is something to ask for. */
  #since: Instant | undefined;

  constructor(limits: ProofLimits) {
    this.#limits = limits;
  }

  /** In the order in which they were sent. */
  get payloads(): readonly Payload[] {
    return this.#payloads;
  }

  add(payloads: readonly Payload[], now: Instant): void {
    if (payloads.length === 0) return;
    this.#payloads.push(...payloads);
    this.#since ??= now;
  }

  /** When the client should be asked; undefined when there is nothing to ask for, or an answer is awaited. */
  get askAt(): Instant | undefined {
    if (this.#since === undefined || this.#asked !== undefined) return undefined;
    return this.#payloads.length >= this.#limits.unproven ? this.#since : this.#since + this.#limits.proof;
  }

  /** What to say in a ping. */
  ask(): string {
    this.#asked = this.#sent;
    this.#since = undefined;
    return String(this.#asked);
  }

  /** Takes what a pong says. @returns what is known to have arrived by it */
  confirm(data: string): readonly Payload[] {
    const count = /^\d{1,15}$/.test(data) ? Number(data) : 0;
    if (this.#asked === undefined || count > this.#asked || count < this.#arrived) return [];
    if (count === this.#asked) this.#asked = undefined;
    const arrived = this.#payloads.splice(0, count - this.#arrived);
    this.#arrived = count;
    return arrived;
  }

  get #sent(): number {
    return this.#arrived + this.#payloads.length;
  }
}
