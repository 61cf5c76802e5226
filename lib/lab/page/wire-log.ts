import type { TransportName } from '../../client/index.ts';

/** What went over the wire, as the page saw it. */
export interface Entry {
  readonly id: number;
  /** Milliseconds since the page was opened. */
  readonly at: number;
  readonly way: 'up' | 'down';
  readonly transport: TransportName;
  readonly text: string;
}

/** A request while it is on its way or held, and how long that took. */
export interface Span {
  readonly from: number;
  until: number | undefined;
  readonly isReading: boolean;
}

/** How the parts of an exchange looked that last carried a message. */
export interface Latest {
  up?: string;
  down?: string;
}

const MOST = { entries: 80, spans: 200, text: 6000 };

/** Counts what one lane sends and gets, and keeps the last of it for people to see, without secrets. */
export class WireLog {
  requests = 0;
  bytesUp = 0;
  bytesDown = 0;
  readonly entries: Entry[] = [];
  readonly spans: Span[] = [];
  readonly latest = new Map<TransportName, Latest>();
  readonly #current: () => TransportName;
  #count = 0;

  /** @param current which transport carries what a URL does not tell */
  constructor(current: () => TransportName) {
    this.#current = current;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const transport = transportOf(url) ?? this.#current();
    const line = `${init?.method ?? 'GET'} ${url.pathname}${url.search}`;
    const body = typeof init?.body === 'string' ? init.body : '';
    const span: Span = { from: performance.now(), until: undefined, isReading: body === '' };
    push(this.spans, span, MOST.spans);
    this.requests += 1;
    this.bytesUp += sizeOf(body);
    this.#note('up', transport, [line, headersOf(new Headers(init?.headers)), body]);
    try {
      const answer = await fetch(input, init);
      return this.#watch(answer, span, transport, line);
    } catch (error) {
      span.until = performance.now();
      throw error;
    }
  };

  /** A WebSocket that is counted. */
  get WebSocket(): typeof WebSocket {
    const note = (way: 'up' | 'down', text: string): void => {
      if (way === 'up') this.bytesUp += sizeOf(text);
      else this.bytesDown += sizeOf(text);
      this.#note(way, 'websocket', [text]);
    };
    return class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener('message', ({ data }) => note('down', String(data)));
      }

      override send(data: string): void {
        note('up', data);
        super.send(data);
      }
    };
  }

  reset(): void {
    this.requests = 0;
    this.bytesUp = 0;
    this.bytesDown = 0;
    this.spans.splice(0, this.spans.length, ...this.spans.filter(({ until }) => until === undefined));
  }

  #watch(answer: Response, span: Span, transport: TransportName, line: string): Response {
    const head = [`${line} → ${answer.status}`, headersOf(answer.headers)];
    if (!answer.body) {
      span.until = performance.now();
      this.#note('down', transport, head);
      return answer;
    }
    const decoder = new TextDecoder();
    const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        this.bytesDown += chunk.byteLength;
        this.#note('down', transport, [...head, decoder.decode(chunk, { stream: true })]);
        controller.enqueue(chunk);
      },
      flush: () => void (span.until = performance.now()),
    });
    const body = answer.body.pipeThrough(counted);
    return new Response(body, { status: answer.status, headers: answer.headers });
  }

  #note(way: 'up' | 'down', transport: TransportName, parts: readonly string[]): void {
    const text = hide(parts.filter((part) => part !== '').join('\n')).slice(0, MOST.text);
    this.#count += 1;
    push(this.entries, { id: this.#count, at: performance.now(), way, transport, text }, MOST.entries);
    const latest = this.latest.get(transport) ?? {};
    if (text.includes('<message') || latest[way] === undefined) latest[way] = text;
    this.latest.set(transport, latest);
  }
}

function transportOf({ pathname, search }: URL): TransportName | undefined {
  if (pathname.endsWith('/events')) return 'sse';
  if (pathname.endsWith('/stream')) return 'stream';
  if (pathname.endsWith('/poll')) return search === '?wait=0' ? 'poll' : 'long-poll';
  return undefined;
}

function headersOf(headers: Headers): string {
  const shown = [...headers].filter(([name]) => /^(?:authorization|content-|holdfast-)/.test(name));
  return shown.map(([name, value]) => `${name}: ${value}`).join('\n');
}

/** Screenshots are shown around: tokens, session ids of BOSH and passwords are not in them. */
function hide(text: string): string {
  return text
    .replace(/(authorization: Bearer |holdfast-token: )\S+/g, '$1…')
    .replace(/((?:token|sid)=["'])[^"']+/g, '$1…')
    .replace(/(<(auth|response|challenge|success)\b[^>]*>)[^<]+/g, '$1…');
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function push<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
