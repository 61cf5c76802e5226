import { isEmpty, type Body } from './body.ts';

/** How many closed streams are remembered, so that a late request of one is told from a guess. */
const REMEMBERED = 16;

/**
 * The XML streams of one session, by name, and what a request means for them.
 *
 * A session that offers one stream only does not look at names.
 *
 * @spec XEP-0124 §16 B-16.1-01 B-16.2-03 B-16.3-02
 */
export class Streams {
  /** The first: payloads without a name are of it, also when it is closed. @spec XEP-0124 §16.4 B-16.4-07 */
  readonly first: string;
  readonly #most: number;
  readonly #open = new Set<string>();
  readonly #closed = new Set<string>();
  #areNamed = false;
  /** The client puts `to` everywhere, and means nothing by it. */
  #ignoresTo = false;

  /** @param most streams that may be open at once; with 1 none can be added */
  constructor(first: string, most: number) {
    this.first = first;
    this.#most = most;
    this.#open.add(first);
  }

  get open(): ReadonlySet<string> {
    return this.#open;
  }

  get isFull(): boolean {
    return this.#open.size >= this.#most;
  }

  /** Whether names have to be told: once a second stream was opened, for good. @spec XEP-0124 §16.4 B-16.4-01 */
  get areNamed(): boolean {
    return this.#areNamed;
  }

  add(name: string): void {
    this.#open.add(name);
    this.#areNamed = true;
  }

  close(name: string): void {
    if (!this.#open.delete(name)) return;
    this.#closed.add(name);
    const [oldest] = this.#closed;
    if (oldest !== undefined && this.#closed.size > REMEMBERED) this.#closed.delete(oldest);
  }

  // ---- what a request means

  /**
   * Whether the stream that a request is for is there. What is sent to one that has just been closed
   * is dropped; a name that never was ends the session. An empty body is for no stream.
   *
   * @spec XEP-0124 §16.4 B-16.4-04 B-16.4-05
   */
  aim(body: Body): 'open' | 'closed' | 'unknown' {
    const { stream } = body;
    const isForStream = body.payloads.length > 0 || body.terminate || body.restart;
    if (stream === undefined || !isForStream || this.#most === 1 || this.#open.has(stream)) return 'open';
    return this.#closed.has(stream) ? 'closed' : 'unknown';
  }

  /** The one stream of several that a request closes. @spec XEP-0124 §16.5 B-16.5-01 B-16.5-02 B-16.5-03 */
  closedBy({ terminate, stream }: Body): string | undefined {
    return terminate && this.#open.size > 1 ? stream : undefined;
  }

  /**
   * Whether a request asks for another stream. Clients that have `to` also beside payloads, where it
   * means nothing, mean nothing by it anywhere.
   *
   * @spec XEP-0124 §16.3 B-16.3-01 B-16.3-02
   */
  isAddedBy(body: Body): boolean {
    if (body.to === undefined || this.#most === 1) return false;
    if (isEmpty(body)) return !this.#ignoresTo;
    if (!body.restart && !body.terminate) this.#ignoresTo = true;
    return false;
  }

  /** The stream that a request restarts. */
  restartedBy({ stream }: Body): string {
    if (stream !== undefined && this.#open.has(stream)) return stream;
    const [only] = this.#open;
    return this.#open.size === 1 && only !== undefined ? only : this.first;
  }
}
