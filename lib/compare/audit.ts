/** What became of the messages. All but `sent` and `received` must be 0. */
export interface Audit {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly repeated: number;
  readonly reordered: number;
}

const MARK = /#(\d+)\.(\d+)\.(\d+);/g;
/** Makes a message as long as people's are. */
const SMALL_TALK = 'Art thou not Romeo, and a Montague? Neither, fair saint, if either thee dislike.';

/** One message that came. */
export interface Received {
  readonly channel: number;
  /** When it was due to be sent, in milliseconds of the one clock. */
  readonly sentAt: number;
  readonly isFirst: boolean;
}

/** Numbers the messages of each channel (from one client to another), and sees that each comes once, in order. */
export class Auditor {
  readonly #sent: number[] = [];
  readonly #highest: number[] = [];
  readonly #missing = new Map<number, Set<number>>();
  #received = 0;
  #repeated = 0;
  #reordered = 0;

  /** The body of the next message of a channel. */
  next(channel: number, at: number): string {
    const number = (this.#sent[channel] ?? 0) + 1;
    this.#sent[channel] = number;
    return `#${channel}.${number}.${Math.round(at * 1000)}; ${SMALL_TALK}`;
  }

  /** The body of a message that goes to the channels 0, 1 … below `count` at once. */
  broadcast(count: number, at: number): string {
    for (let channel = 1; channel < count; channel += 1) this.next(channel, at);
    return this.next(0, at);
  }

  /**
   * Finds the messages in what a client heard.
   *
   * @param receiver the channel of messages that went to all
   */
  read(text: string, receiver?: number): readonly Received[] {
    return Array.from(text.matchAll(MARK), ([, named, number, at]) => {
      const channel = receiver ?? Number(named);
      return { channel, sentAt: Number(at) / 1000, isFirst: this.#note(channel, Number(number)) };
    });
  }

  /** Messages on their way. */
  get pending(): number {
    return this.#total - this.#received;
  }

  get result(): Audit {
    return {
      sent: this.#total,
      received: this.#received,
      lost: this.pending,
      repeated: this.#repeated,
      reordered: this.#reordered,
    };
  }

  get #total(): number {
    return this.#sent.reduce((sum, count) => sum + count, 0);
  }

  #note(channel: number, number: number): boolean {
    const highest = this.#highest[channel] ?? 0;
    const missing = this.#missing.get(channel) ?? new Set();
    this.#missing.set(channel, missing);
    if (number > highest) {
      for (let skipped = highest + 1; skipped < number; skipped += 1) missing.add(skipped);
      this.#highest[channel] = number;
    } else if (missing.delete(number)) {
      this.#reordered += 1;
    } else {
      this.#repeated += 1;
      return false;
    }
    this.#received += 1;
    return true;
  }
}

/** What must not have been, in words; empty when all is well. */
export function faultsOf({ lost, repeated, reordered }: Audit): readonly string[] {
  const faults = [
    [lost, 'lost'],
    [repeated, 'repeated'],
    [reordered, 'out of order'],
  ] as const;
  return faults.filter(([count]) => count > 0).map(([count, what]) => `${count} messages ${what}`);
}
