import type { Payload } from '../xmpp/transport.ts';
import type { BodyAttributes } from './body.ts';

/** What goes into one wrapper: all of it belongs to one stream. */
export interface Batch {
  /** Undefined when there is nothing of any stream in it. */
  readonly stream: string | undefined;
  /** Of the wrapper: they open or end the stream. */
  readonly attributes: BodyAttributes | undefined;
  readonly payloads: readonly Payload[];
}

export const NOTHING: Batch = { stream: undefined, attributes: undefined, payloads: [] };

/** A batch that grows while it waits. */
interface Waiting extends Batch {
  attributes: BodyAttributes | undefined;
  readonly payloads: Payload[];
  /** Length of the payloads in UTF-16 units. */
  length: number;
  /** Nothing may be added. */
  readonly isComplete: boolean;
}

/**
 * What waits for a request to answer, in order, and parted by stream.
 *
 * @spec XEP-0124 §16.4 B-16.4-01 B-16.4-03
 */
export class Outbox {
  #batches: Waiting[] = [];
  #size = 0;
  #length = 0;

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** How many payloads wait. */
  get size(): number {
    return this.#size;
  }

  /** The length of the payloads in UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  add(stream: string, payload: Payload): void {
    const last = this.#batches.at(-1);
    const batch = last?.stream === stream && !last.isComplete ? last : this.#append(stream, undefined, false);
    this.#put(batch, payload);
  }

  /** A stream opens: these attributes go with its first payloads. @spec XEP-0124 §16.3 B-16.3-03 */
  addOpening(stream: string, attributes: BodyAttributes): void {
    this.#append(stream, attributes, false);
  }

  /** A stream ends, and its session does not. @spec XEP-0124 §16.6 B-16.6-01 */
  addEnd(stream: string, attributes: BodyAttributes, payload: Payload | undefined): void {
    const batch = this.#append(stream, attributes, true);
    if (payload) this.#put(batch, payload);
  }

  /** Takes what fits into `limit` units, at least one payload if there is one. D-49 */
  take(limit: number): Batch {
    const first = this.#batches[0];
    if (!first) return NOTHING;
    if (first.length > limit && first.payloads.length > 1) return this.#takePart(first, limit);
    this.#batches.shift();
    this.#forget(first.payloads.length, first.length);
    return first;
  }

  /** Takes out all payloads of one stream. */
  takeOf(stream: string): Payload[] {
    const taken = this.#batches.filter((batch) => batch.stream === stream);
    this.#batches = this.#batches.filter((batch) => batch.stream !== stream);
    for (const { payloads, length } of taken) this.#forget(payloads.length, length);
    return taken.flatMap(({ payloads }) => payloads);
  }

  #takePart(batch: Waiting, limit: number): Batch {
    const { stream, attributes } = batch;
    const payloads = batch.payloads.splice(0, countThatFits(batch.payloads, limit));
    const length = lengthOf(payloads);
    batch.attributes = undefined;
    batch.length -= length;
    this.#forget(payloads.length, length);
    return { stream, attributes, payloads };
  }

  #append(stream: string, attributes: BodyAttributes | undefined, isComplete: boolean): Waiting {
    const batch = { stream, attributes, payloads: [], length: 0, isComplete };
    this.#batches.push(batch);
    return batch;
  }

  #put(batch: Waiting, payload: Payload): void {
    batch.payloads.push(payload);
    batch.length += payload.xml.length;
    this.#size += 1;
    this.#length += payload.xml.length;
  }

  #forget(count: number, length: number): void {
    this.#size -= count;
    this.#length -= length;
  }
}

function countThatFits(payloads: readonly Payload[], limit: number): number {
  let units = 0;
  const tooMany = payloads.findIndex(({ xml }) => (units += xml.length) > limit);
  return Math.max(tooMany, 1);
}

function lengthOf(payloads: readonly Payload[]): number {
  return payloads.reduce((units, { xml }) => units + xml.length, 0);
}
