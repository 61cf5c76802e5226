import { parse, type Element } from '../xml/index.ts';
import { distance, MODULUS } from '../xmpp/ledger.ts';
import type { Carrier, CarrierEvents, Claim, Frame, Surroundings } from './carrier.ts';
import { isStanza, opening } from './elements.ts';
import { pause, persist } from './waiting.ts';

const PATHS = { sse: 'events', stream: 'stream', 'long-poll': 'poll?wait=25', poll: 'poll?wait=0' };
/** Nobody may take the session over so. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 409]);
/** Stanzas after which a client that only reads says so, and milliseconds after which it does so at the latest. */
const ACK = { stanzas: 20, after: 5000 };

/** Frames over Server-Sent Events, a response without an end, or polls; see docs/reference/protocol.md. */
export class FrameCarrier implements Carrier {
  readonly name: keyof typeof PATHS;
  readonly #surroundings: Surroundings;
  readonly #events: CarrierEvents;
  readonly #cut = new AbortController();
  #url = '';
  #token = '';
  #generation = '0';
  #waiting: Frame[] = [];
  #isPosting = false;
  #isOver = false;
  /** What the server was told to have been taken. */
  #told = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(name: keyof typeof PATHS, surroundings: Surroundings, events: CarrierEvents) {
    this.name = name;
    this.#surroundings = surroundings;
    this.#events = events;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  open(claim?: Claim): void {
    void (claim ? this.#claim(claim) : this.#create()).catch((error: unknown) => this.#end(String(error)));
  }

  restart(): void {
    this.send([{ xml: opening(this.#surroundings.domain) }]);
  }

  send(frames: readonly Frame[]): void {
    this.#waiting.push(...frames);
    void this.#post();
  }

  acknowledge(): void {
    const news = distance(this.#told, this.#events.taken ?? 0);
    if (news >= ACK.stanzas) void this.#post(true);
    else if (news > 0) this.#ackTimer ??= setTimeout(() => void this.#post(true), ACK.after);
  }

  close(): void {
    const headers = { Authorization: `Bearer ${this.#token}` };
    void this.#surroundings.fetch(this.#url, { method: 'DELETE', headers, keepalive: true }).catch(() => undefined);
    this.drop();
  }

  drop(): void {
    this.#isOver = true;
    clearTimeout(this.#ackTimer);
    this.#cut.abort();
  }

  // ---- opening

  async #create(): Promise<void> {
    const { fetch, endpoints } = this.#surroundings;
    const created = await fetch(endpoints.sessions, { method: 'POST', signal: this.#cut.signal });
    if (created.status !== 201) return this.#end(`the server answered with ${created.status}`);
    this.#url = `${endpoints.sessions}/${created.headers.get('holdfast-session')}`;
    this.#token = created.headers.get('holdfast-token') ?? '';
    this.restart();
    await this.#readOn(await this.#get());
  }

  /** The GET itself takes the session over. */
  async #claim({ id, token, h, ordinal }: Claim): Promise<void> {
    this.#url = `${this.#surroundings.endpoints.sessions}/${id}`;
    this.#token = token;
    this.#told = h;
    const answer = await this.#ask(`/${PATHS[this.name]}`, {
      headers: { 'Holdfast-Attach': String(ordinal), 'Holdfast-Ack': String(h) },
    });
    if (REFUSALS.has(answer.status)) return this.#end(`the server answered with ${answer.status}`, true);
    this.#token = answer.headers.get('holdfast-token') ?? '';
    this.#generation = answer.headers.get('holdfast-gen') ?? '';
    await this.#readOn(answer);
  }

  // ---- reading

  async #readOn(first: Response): Promise<void> {
    for (let answer = first; ; answer = await this.#get()) {
      if (answer.status !== 200 || !answer.body) return this.#end(`the server answered with ${answer.status}`);
      this.#events.heard();
      await this.#consume(answer.body, Number(answer.headers.get('holdfast-first')));
      if (this.#isOver) return;
      if (this.name === 'poll') await pause(this.#surroundings.pollInterval);
    }
  }

  #get(): Promise<Response> {
    return this.#ask(`/${PATHS[this.name]}`, { headers: this.#position() });
  }

  async #consume(body: ReadableStream<Uint8Array>, first: number): Promise<void> {
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let number = first;
    let text = '';
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      this.#events.heard();
      text += decoder.decode(chunk.value, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const xml = this.name === 'sse' ? dataOf(line) : line;
        if (xml) number = this.#take(xml, number);
      }
    }
  }

  /** @param number of the frame, if it is a stanza @returns that of the next */
  #take(text: string, number: number): number {
    if (this.#isOver) return number;
    const parsed = parse(text);
    if (!parsed.ok) {
      this.#end(parsed.error.reason);
      return number;
    }
    const element = parsed.value;
    const before = this.#events.taken;
    if (before !== undefined && isStanza(element)) {
      this.#takeStanza(element, distance(before, number));
      return (number + 1) % MODULUS;
    }
    if (element.name === 'close') this.#end('the stream is closed');
    else this.#events.frame(element);
    // Numbers begin with resource binding, or where a session goes on.
    return before === undefined ? ((this.#events.taken ?? 0) + 1) % MODULUS : number;
  }

  /** @param steps from the last that was taken: 1 for the next one, more for a gap, and what was taken before is far away */
  #takeStanza(element: Element, steps: number): void {
    if (steps === 1) this.#events.frame(element);
    else if (steps > 1 && steps < MODULUS / 2) this.#end('stanzas are missing');
  }

  // ---- sending

  /** One POST at a time; it is sent again when its answer is lost, which its numbers make harmless. */
  async #post(evenIfEmpty = false): Promise<void> {
    if (this.#isPosting || this.#isOver || this.#url === '' || (!evenIfEmpty && this.#waiting.length === 0)) return;
    this.#isPosting = true;
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    const frames = this.#waiting.splice(0);
    const first = frames.find(({ number }) => number !== undefined)?.number;
    const taken = this.#events.taken;
    const headers = { ...this.#position(), ...(first === undefined ? {} : { 'Holdfast-First': String(first) }) };
    try {
      const body = frames.map(({ xml }) => xml).join('\n');
      const post = (): Promise<Response> => this.#ask('/frames', { method: 'POST', body, headers });
      const answer = await (taken === undefined ? post() : persist(this.#cut.signal, post));
      this.#told = taken ?? 0;
      this.#posted(answer);
    } catch (error) {
      this.#end(String(error));
    }
    this.#isPosting = false;
    void this.#post();
  }

  #posted({ status, headers }: Response): void {
    // Who sent too much reads why.
    if (status !== 200 && status !== 413) return this.#end(`the server answered with ${status}`);
    this.#events.heard();
    if (this.#events.taken !== undefined) this.#events.acknowledged(Number(headers.get('holdfast-ack')));
  }

  #position(): Record<string, string> {
    const { taken } = this.#events;
    const position = taken === undefined ? {} : { 'Holdfast-Ack': String(taken) };
    return { 'Holdfast-Gen': this.#generation, ...position };
  }

  #ask(
    path: string,
    { headers = {}, ...init }: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { signal } = this.#cut;
    const authorization = { Authorization: `Bearer ${this.#token}` };
    return this.#surroundings.fetch(`${this.#url}${path}`, {
      ...init,
      signal,
      headers: { ...authorization, ...headers },
    });
  }

  #end(why: string, isRefusal = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#ackTimer);
    this.#events.lost(why, isRefusal);
  }
}

function dataOf(line: string): string | undefined {
  return line.startsWith('data: ') ? line.slice('data: '.length) : undefined;
}
