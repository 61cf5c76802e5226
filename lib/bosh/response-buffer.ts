import type { Instant } from '../base/time.ts';
import type { Payload } from '../xmpp/transport.ts';
import type { Batch } from './outbox.ts';

/** One answer as it was first sent; a repeated request gets the same characters. */
export interface StoredResponse {
  readonly rid: number;
  readonly body: string;
  /** What the answer carried, while it is not known to have arrived. */
  payloads: readonly Payload[];
  /** The stream that these are of. */
  readonly stream: string | undefined;
  readonly at: Instant;
  /** Copies of the request seen so far, the first included. */
  copies: number;
  /** What a copy must have in common with the request. */
  readonly proof: string;
}

export interface AnsweredRequest {
  readonly rid: number;
  readonly copies: number;
  readonly proof: string;
}

export interface BufferLimits {
  /** Responses kept when the client does not acknowledge: `requests`. */
  readonly unacknowledged: number;
  readonly keptResponses: number;
  readonly keptBytes: number;
}

const NONE: readonly Payload[] = [];

/**
 * The answers that may have to be given again, in rid order.
 *
 * Without response-acks the last `requests` answers are kept. With them, every answer until it is
 * acknowledged, up to a limit.
 *
 * @spec XEP-0124 §14.3 B-14.3-01 B-14.3-02 B-14.3-03
 * @spec XEP-0124 §9.2 B-9.2-03
 */
export class ResponseBuffer {
  readonly #responses = new Map<number, StoredResponse>();
  readonly #limits: BufferLimits;
  readonly #acknowledged: boolean;
  /** The answer to the last pause, which carried nothing: it takes no room from the others. D-14 */
  #pause: StoredResponse | undefined;
  #bytes = 0;
  #highest = 0;

  /** @param acknowledged whether the client acknowledges responses */
  constructor(limits: BufferLimits, acknowledged: boolean) {
    this.#limits = limits;
    this.#acknowledged = acknowledged;
  }

  /** The highest rid answered so far. */
  get highest(): number {
    return this.#highest;
  }

  get(rid: number): StoredResponse | undefined {
    return this.#pause?.rid === rid ? this.#pause : this.#responses.get(rid);
  }

  /** Keeps one more answer; returns what those carried that had to make room, and so count as received. */
  add(request: AnsweredRequest, body: string, { payloads, stream }: Batch, at: Instant): Payload[] {
    const { rid, copies, proof } = request;
    this.#responses.set(rid, { rid, body, payloads, stream, at, copies, proof });
    this.#bytes += body.length;
    this.#highest = Math.max(this.#highest, rid);
    return this.#trim();
  }

  /** Keeps the answer to a pause, beside the others. @spec XEP-0124 §14.3 B-14.3-01 D-14 */
  addPause({ rid, copies, proof }: AnsweredRequest, body: string, at: Instant): void {
    this.#pause = { rid, body, payloads: NONE, stream: undefined, at, copies, proof };
    this.#highest = Math.max(this.#highest, rid);
  }

  /** The client has every response up to and including `rid`. Returns what they carried. */
  acknowledge(rid: number): Payload[] {
    const arrived: Payload[] = [];
    for (const response of this.#responses.values()) {
      if (response.rid > rid) break;
      arrived.push(...response.payloads);
      this.#drop(response);
    }
    return arrived;
  }

  /** Takes out what was answered to a stream, or to any, and may not have arrived. The answers stay for a repeat. */
  takeUnconfirmed(stream?: string): Payload[] {
    const taken: Payload[] = [];
    for (const response of this.#responses.values()) {
      if (response.payloads.length === 0 || (stream !== undefined && response.stream !== stream)) continue;
      taken.push(...response.payloads);
      response.payloads = NONE;
    }
    return taken;
  }

  /** The kept answers by rid, without what they carried. */
  get kept(): ReadonlyMap<number, Pick<StoredResponse, 'body' | 'proof'>> {
    const kept = [...this.#responses.values(), ...(this.#pause ? [this.#pause] : [])];
    return new Map(kept.map(({ rid, body, proof }) => [rid, { body, proof }]));
  }

  #trim(): Payload[] {
    const arrived: Payload[] = [];
    const { unacknowledged, keptResponses, keptBytes } = this.#limits;
    const most = this.#acknowledged ? keptResponses : unacknowledged;
    for (const oldest of this.#responses.values()) {
      const tooMany = this.#responses.size > most;
      const tooLarge = this.#acknowledged && this.#bytes > keptBytes && this.#responses.size > 1;
      if (!tooMany && !tooLarge) break;
      arrived.push(...oldest.payloads);
      this.#drop(oldest);
    }
    return arrived;
  }

  #drop(response: StoredResponse): void {
    this.#responses.delete(response.rid);
    this.#bytes -= response.body.length;
  }
}
