import { FIRST_STREAM, type Words } from './wire.ts';

/** How many closed streams a late request may name. B-16.4-04 */
const REMEMBERED = 16;

/** The streams of a session, for the naive model: those that are open, and those that were. */
export class StreamList {
  open: readonly string[] = [FIRST_STREAM];
  #closed: readonly string[] = [];
  #made = 1;
  readonly #most: number;

  /** @param most open at once; with one, names mean nothing */
  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.open.length >= this.#most;
  }

  get haveNames(): boolean {
    return this.#most > 1;
  }

  /** Names have to be told. B-16.4-01 */
  get areSeveral(): boolean {
    return this.#made > 1;
  }

  /** B-16.2-03: called by letters here. */
  make(): string {
    this.#made += 1;
    return String.fromCharCode(FIRST_STREAM.charCodeAt(0) + this.#made - 1);
  }

  add(stream: string): void {
    this.open = [...this.open, stream];
  }

  close(stream: string): void {
    this.open = this.open.filter((other) => other !== stream);
    this.#closed = [...this.#closed, stream].slice(-REMEMBERED);
  }

  /** What a request names; of one that says nothing to a stream the name is not looked at. B-16.4-04, B-16.4-05 */
  meant({ stream, payloads, terminate, restart }: Words): 'all' | 'open' | 'closed' | 'unknown' {
    const isSilent = payloads.length === 0 && !terminate && !restart;
    if (stream === undefined || isSilent || !this.haveNames) return 'all';
    if (this.open.includes(stream)) return 'open';
    return this.#closed.includes(stream) ? 'closed' : 'unknown';
  }
}
