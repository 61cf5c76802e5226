import type { Fetch } from './http2-client.ts';

/** Milliseconds between polls that do not wait, and before a request that failed is repeated. */
const PAUSE = { poll: 2, retry: 20 };
const MAX_RETRIES = 50;
const STANZA = /^<(?:message|presence|iq)[\s/>]/;
const BOUND = /^<iq [^>]*><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"|<bound xmlns="urn:xmpp:bind:0"/;

/**
 * A client of the frame session protocol, of a few lines: reads in any of the ways, writes in order.
 * Once a resource is bound it repeats what fails; whatever else goes wrong, `next` throws it.
 */
export class FrameSessionClient {
  readonly url: string;
  readonly token: string;
  /** The number of the last stanza that was read, and of the last that was sent. */
  received = 0;
  sent = 0;
  /** What is acknowledged. */
  taken: () => number = () => this.#taken;
  onFrame: (text: string) => void = () => undefined;
  onEnd: (why: string) => void = () => undefined;
  /** Frames that nobody has asked for, with the number of the last stanza up to each. */
  readonly #frames: { readonly text: string; readonly number: number }[] = [];
  #isCounting = false;
  /** The number of the last stanza that somebody asked for. */
  #taken = 0;
  #reading: AbortController | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | undefined;
  #end: string | undefined;

  readonly #fetch: Fetch;

  constructor(url: string, token: string, fetcher: Fetch = fetch) {
    this.#fetch = fetcher;
    this.url = url;
    this.token = token;
  }

  /** @param base the URL of the server @throws Error when it opens no session */
  static async create(
    base: string,
    headers: Record<string, string> = {},
    fetcher: Fetch = fetch,
  ): Promise<FrameSessionClient> {
    const created = await fetcher(`${base}/xmpp/v1/sessions`, { method: 'POST', headers });
    if (created.status !== 201) throw new Error(`no session: ${created.status}`);
    const location = created.headers.get('location') ?? '';
    return new FrameSessionClient(`${base}${location}`, created.headers.get('holdfast-token') ?? '', fetcher);
  }

  /** Reads from now on so: `events`, `stream`, or `poll?wait=…`. What was read before is not read again. */
  read(path: string): void {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    void this.#loop(path, reading.signal).catch((error: unknown) => {
      if (!reading.signal.aborted) this.#stop(String(error));
    });
  }

  /** Sends frames in one POST, after those before. @returns the status */
  send(...frames: string[]): Promise<number> {
    const sending = this.#sending.then(() => this.#deliver(frames));
    this.#sending = sending.catch((error: unknown) => this.#stop(String(error)));
    return sending;
  }

  /** One POST, numbered as told. */
  async post(
    first: number | undefined,
    frames: readonly string[],
    headers: Record<string, string> = {},
  ): Promise<number> {
    const answer = await this.ask('/frames', {
      method: 'POST',
      body: frames.join('\n'),
      headers: {
        ...this.#position,
        ...(first === undefined ? {} : { 'Holdfast-First': String(first) }),
        ...headers,
      },
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

  /** @throws Error when there will be none any more */
  async next(): Promise<string> {
    for (let frame = this.#frames.shift(); ; frame = this.#frames.shift()) {
      if (frame) {
        this.#taken = frame.number;
        return frame.text;
      }
      if (this.#end !== undefined) throw new Error(`the session has ended: ${this.#end}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  get #position(): Record<string, string> {
    return this.#isCounting ? { 'Holdfast-Ack': String(this.taken()) } : {};
  }

  /** Vanishes. */
  cut(): void {
    this.#stop('cut');
    this.#reading?.abort();
  }

  async #deliver(frames: readonly string[]): Promise<number> {
    const first = this.sent + 1;
    const resumption = frames.map((frame) => /<resume [^>]*h='(\d+)'/.exec(frame)?.[1]).find(Boolean);
    if (resumption !== undefined) this.received = this.#taken = Number(resumption);
    const isNumbered = this.#isCounting && frames.some((frame) => STANZA.test(frame));
    if (isNumbered) this.sent += frames.filter((frame) => STANZA.test(frame)).length;
    const status = await this.#persist(() => this.post(isNumbered ? first : undefined, frames));
    // Who sent too much reads why.
    if (status !== 200 && status !== 413) this.#stop(`a POST was answered with ${status}`);
    return status;
  }

  /** Once there are numbers, a request whose answer is lost may be sent again. */
  async #persist<T>(request: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await request();
      } catch (error) {
        if (!this.#isCounting || this.#end !== undefined || tries > MAX_RETRIES) throw error;
      }
      await pause(PAUSE.retry);
    }
  }

  async #loop(path: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#end === undefined) {
      await this.#persist(async () => {
        signal.throwIfAborted();
        await this.#readOnce(path, signal);
      });
      if (path === 'poll?wait=0') await pause(PAUSE.poll);
    }
  }

  async #readOnce(path: string, signal: AbortSignal): Promise<void> {
    const answer = await this.ask(`/${path}`, { signal, headers: this.#position });
    if (answer.status !== 200 || !answer.body) return this.#stop(`a GET was answered with ${answer.status}`);
    const first = Number(answer.headers.get('holdfast-first'));
    await this.#consume(answer.body, first, signal);
  }

  async #consume(body: ReadableStream<Uint8Array>, first: number, signal: AbortSignal): Promise<void> {
    let text = '';
    let number = first - 1;
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (signal.aborted) return;
        const frame = line.startsWith('data: ') ? line.slice('data: '.length) : line.startsWith('<') ? line : undefined;
        if (frame === undefined) continue;
        if (this.#isCounting && STANZA.test(frame)) this.#takeStanza((number += 1), frame);
        else if (this.#take(frame)) number = this.received;
      }
    }
  }

  #takeStanza(number: number, frame: string): void {
    if (number <= this.received) return;
    if (number > this.received + 1) return this.#stop(`stanza ${number} came after ${this.received}`);
    this.received = number;
    this.#take(frame);
  }

  /** @returns whether numbers begin here */
  #take(frame: string): boolean {
    const resumed = /^<resumed [^>]*h="(\d+)"/.exec(frame);
    if (resumed) this.sent = Number(resumed[1]);
    const isBeginning = resumed !== null || BOUND.test(frame);
    this.#isCounting ||= isBeginning;
    this.#frames.push({ text: frame, number: this.received });
    this.onFrame(frame);
    if (frame.startsWith('<close ')) this.#stop('closed');
    this.#wake?.();
    return isBeginning;
  }

  #stop(why: string): void {
    if (this.#end !== undefined) return;
    this.#end = why;
    this.onEnd(why);
    this.#wake?.();
  }
}

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
