import { HttpReader } from '../wire/http-reader.ts';

/** What a buffering proxy does to responses: none goes on before it is complete, or too big to keep. */
export class ResponseBuffer {
  readonly #limit: number;
  readonly #reader = new HttpReader();
  #kept: Uint8Array[] = [];
  #size = 0;

  /** @param limit bytes it keeps at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns what goes on now. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    this.#kept.push(bytes);
    this.#size += bytes.length;
    this.#reader.push(bytes);
    return this.#reader.isBetween || this.#size >= this.#limit ? this.release() : [];
  }

  /** Everything that was kept: the sender has ended. */
  release(): readonly Uint8Array[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#size = 0;
    return kept;
  }
}
