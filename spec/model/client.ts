import type { Call } from './server.ts';
import { FIRST_STREAM, type Reading, type Words } from './wire.ts';

/** One request of the client, with every copy that it sent. */
interface Sent {
  readonly words: Words;
  readonly calls: Call[];
}

/**
 * A client that follows XEP-0124: rids in sequence, answers read in rid order, the same words again
 * when a request is repeated. It knows what it may send, and what it has not read.
 */
export class Client {
  /** Ids of the stanzas read, in order. */
  readonly read: string[] = [];
  /** Streams that it heard of, in order; of the first it knows in any case. */
  readonly streams: string[] = [FIRST_STREAM];
  /** Those that it heard the end of. */
  readonly #ended = new Set<string>();
  readonly #sent = new Map<number, Sent>();
  /** First answers, by rid. */
  readonly #answers = new Map<number, { readonly text: string; readonly reading: Reading }>();
  /** The lowest rid whose answer has not been read. */
  #unread = 0;
  /** The lowest rid that never left. */
  #fresh = 0;

  /** The lowest rid whose answer has not been read. */
  get unread(): number {
    return this.#unread;
  }

  /** The lowest rid that has not been sent; higher ones may have been. */
  get fresh(): number {
    return this.#fresh;
  }

  wordsOf(rid: number): Words | undefined {
    return this.#sent.get(rid)?.words;
  }

  /** All requests sent, lowest rid first. */
  get requests(): readonly Sent[] {
    return [...this.#sent.values()].sort((a, b) => a.words.rid - b.words.rid);
  }

  get hasReadAll(): boolean {
    return this.#unread > Math.max(...this.#sent.keys());
  }

  /** Somebody waits for the answer to this rid. */
  isOpen(rid: number): boolean {
    return this.#sent.get(rid)?.calls.some((call) => call.isOpen) ?? false;
  }

  sent(words: Words, call: Call): void {
    const known = this.#sent.get(words.rid);
    if (known) known.calls.push(call);
    else this.#sent.set(words.rid, { words, calls: [call] });
    while (this.#sent.has(this.#fresh)) this.#fresh += 1;
  }

  /** No request with a higher rid was sent. */
  isHighest(rid: number): boolean {
    return rid > Math.max(...this.#sent.keys());
  }

  /**
   * Reads an answer.
   *
   * @returns what is wrong with it
   */
  answered(rid: number, text: string, reading: Reading): string | undefined {
    if (reading.is === 'error' || reading.condition === 'item-not-found') return undefined;
    const first = this.#answers.get(rid);
    if (first) return first.text === text ? undefined : `rid ${rid} was answered ${first.text} before`;
    this.#answers.set(rid, { text, reading });
    for (let next = this.#answers.get(this.#unread); next; next = this.#answers.get(this.#unread)) {
      this.#unread += 1;
      const fault = this.#readOne(next.reading);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #readOne({ is, ids, stream }: Reading): string | undefined {
    this.read.push(...ids);
    if (stream === undefined) return undefined;
    if (this.#ended.has(stream)) return `stream ${stream} goes on after its end`;
    if (!this.streams.includes(stream)) this.streams.push(stream);
    if (is === 'terminate') this.#ended.add(stream);
    return undefined;
  }
}
