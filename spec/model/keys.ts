import { createHash } from 'node:crypto';

/** More keys than any plan has requests. */
const COUNT = 200;

/** K(1) to K(COUNT) of each sequence, for all plans the same: the server cannot know. B-15.3-02 */
const SEQUENCES: string[][] = [];

/** The hash of the characters of a key, in lower case. B-15.3-02 */
export function hashOf(key: string): string {
  return createHash('sha1').update(key).digest('hex');
}

/** The keys of a sequence, the first to be told first. */
export function keysOf(sequence: number): readonly string[] {
  return (SEQUENCES[sequence] ??= makeKeys(`seed ${sequence}`));
}

function makeKeys(seed: string): string[] {
  const keys: string[] = [];
  for (let key = hashOf(seed); keys.length < COUNT; key = hashOf(key)) keys.unshift(key);
  return keys;
}

/** The keys of one client, which may go over to another sequence. */
export class KeyRing {
  /** The requests that began a sequence each. */
  readonly #starts: number[] = [];

  /** Begins a sequence. @returns the `newkey` of this request, now and then in capitals B-15.3-03 */
  begin(rid: number): string | undefined {
    const [top] = keysOf(this.#starts.length);
    this.#starts.push(rid);
    return this.#starts.length % 2 === 0 ? top?.toUpperCase() : top;
  }

  /** The key of a request: of the sequence that was begun before it. B-15.4-02 */
  keyOf(rid: number): string | undefined {
    const sequence = this.#starts.findLastIndex((start) => start < rid);
    const start = this.#starts[sequence];
    return start === undefined ? undefined : keysOf(sequence)[rid - start];
  }
}
