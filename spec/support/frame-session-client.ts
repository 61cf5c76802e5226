import type { Fetch } from './http2-client.ts';

const POLL_PAUSE = 2;

/** A client of the frame session protocol, of a few lines: reads in any of the ways, writes in order. */
export class FrameSessionClient {
  readonly url: string;
  readonly token: string;
  /** Frames that nobody has asked for. */
  readonly frames: string[] = [];
  /** The number of the last frame that was read, and of the last that was sent. */
  received = 0;
  sent = 0;
  onFrame: (text: string) => void = () => undefined;
  onUnreachable: () => void = () => undefined;
  #reading: AbortController | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #ordinal = 0;
  #wake: (() => void) | undefined;
  #isOver = false;

  readonly #fetch: Fetch;

  constructor(url: string, token: string, fetcher: Fetch = fetch) {
    this.#fetch = fetcher;
    this.url = url;
    this.token = token;
  }

  /** @param base the URL of the server */
  static async create(
    base: string,
    headers: Record<string, string> = {},
    fetcher: Fetch = fetch,
  ): Promise<FrameSessionClient> {
    const created = await fetcher(`${base}/xmpp/v1/sessions`, { method: 'POST', headers });
    const location = created.headers.get('location') ?? '';
    return new FrameSessionClient(`${base}${location}`, created.headers.get('holdfast-token') ?? '', fetcher);
  }

  /** Reads from now on so: `events`, `stream`, or `poll?wait=…`. What was read before is not read again. */
  read(path: string): void {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    void this.#loop(path, reading.signal).catch(() => this.onUnreachable());
  }

  /** Sends frames in one POST, after those before. @returns the status */
  send(...frames: string[]): Promise<number> {
    const first = this.sent + 1;
    this.sent += frames.length;
    const sending = this.#sending.then(() => this.post(first, frames));
    this.#sending = sending.catch(() => undefined);
    return sending;
  }

  /** One POST, numbered as told. */
  async post(first: number, frames: readonly string[], headers: Record<string, string> = {}): Promise<number> {
    const answer = await this.ask('/frames', {
      method: 'POST',
      body: frames.join('\n'),
      headers: { 'Holdfast-First': String(first), 'Holdfast-Ack': String(this.received), ...headers },
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  ask(
    path: string,
    { headers = {}, ...init }: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return this.#fetch(`${this.url}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${this.token}`, ...headers },
    });
  }

  async next(): Promise<string> {
    for (let frame = this.frames.shift(); ; frame = this.frames.shift()) {
      if (frame !== undefined) return frame;
      if (this.#isOver) throw new Error('the session has ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Vanishes. */
  cut(): void {
    this.#isOver = true;
    this.#reading?.abort();
  }

  async #loop(path: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isOver) {
      this.#ordinal += 1;
      const answer = await this.ask(`/${path}`, {
        signal,
        headers: { 'Last-Event-ID': String(this.received), 'Holdfast-Attach': String(this.#ordinal) },
      });
      if (answer.status !== 200 || !answer.body) return;
      const first = Number(answer.headers.get('holdfast-first'));
      await this.#consume(answer.body, path === 'events' ? undefined : first, signal);
      if (path === 'poll?wait=0') await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE));
    }
  }

  async #consume(body: ReadableStream<Uint8Array>, first: number | undefined, signal: AbortSignal): Promise<void> {
    let text = '';
    let number = (first ?? 1) - 1;
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (signal.aborted) return;
        if (line.startsWith('id: ')) number = Number(line.slice('id: '.length)) - 1;
        const frame = line.startsWith('data: ') ? line.slice('data: '.length) : line.startsWith('<') ? line : undefined;
        if (frame !== undefined) this.#take((number += 1), frame);
      }
    }
  }

  #take(number: number, frame: string): void {
    if (number <= this.received) return;
    this.received = number;
    this.frames.push(frame);
    this.onFrame(frame);
    if (frame.startsWith('<close ')) this.#isOver = true;
    this.#wake?.();
  }
}
