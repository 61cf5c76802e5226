/** What comes of reading responses. Text is one character for each byte. */
export type HttpEvent =
  | { readonly is: 'head'; readonly status: number; readonly head: string }
  | { readonly is: 'data'; readonly text: string }
  | { readonly is: 'end' };

const HEAD_END = '\r\n\r\n';
const STATUS = /^HTTP\/1\.[01] (\d{3})/;
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const SWITCHING_PROTOCOLS = 101;
const WITHOUT_BODY = new Set([204, 304]);

type State = 'head' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'until-close' | 'raw';

/**
 * Reads HTTP/1.1 responses piece by piece. After 101, or when something comes that is not HTTP, everything is data
 * that never ends.
 */
export class HttpReader {
  #state: State = 'head';
  #text = '';
  #left = 0;

  /** True when no response is under way, or when this is no HTTP any more. */
  get isBetween(): boolean {
    return (this.#state === 'head' && this.#text === '') || this.#state === 'raw';
  }

  push(bytes: Uint8Array): readonly HttpEvent[] {
    this.#text += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const events: HttpEvent[] = [];
    while (this.#step(events));
    return events;
  }

  /** Makes one step; false when more bytes are needed for the next. */
  #step(events: HttpEvent[]): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead(events);
      case 'sized':
      case 'chunk':
        return this.#readSized(events);
      case 'chunk-size':
        return this.#readChunkSize();
      case 'chunk-end':
        return this.#line() !== undefined && this.#enter('chunk-size');
      case 'trailer':
        return this.#readTrailer(events);
      case 'until-close':
      case 'raw':
        if (this.#text !== '') events.push({ is: 'data', text: this.#text });
        this.#text = '';
        return false;
    }
  }

  #readHead(events: HttpEvent[]): boolean {
    const end = this.#text.indexOf(HEAD_END);
    if (end < 0) return this.#text !== '' && !'HTTP/'.startsWith(this.#text.slice(0, 5)) && this.#enter('raw');
    const head = this.#text.slice(0, end + HEAD_END.length);
    this.#text = this.#text.slice(head.length);
    const status = Number(STATUS.exec(head)?.[1] ?? 0);
    events.push({ is: 'head', status, head });
    if (status === SWITCHING_PROTOCOLS || status === 0) return this.#enter('raw');
    if (CHUNKED.test(head)) return this.#enter('chunk-size');
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined && !WITHOUT_BODY.has(status)) return this.#enter('until-close');
    this.#left = Number(length ?? 0);
    return this.#enter('sized');
  }

  #readSized(events: HttpEvent[]): boolean {
    const text = this.#text.slice(0, this.#left);
    if (text !== '') events.push({ is: 'data', text });
    this.#text = this.#text.slice(text.length);
    this.#left -= text.length;
    if (this.#left > 0) return false;
    if (this.#state === 'chunk') return this.#enter('chunk-end');
    return this.#finish(events);
  }

  #readChunkSize(): boolean {
    const line = this.#line();
    if (line === undefined) return false;
    this.#left = Number.parseInt(line, 16);
    return this.#enter(this.#left === 0 ? 'trailer' : 'chunk');
  }

  #readTrailer(events: HttpEvent[]): boolean {
    const line = this.#line();
    if (line === undefined) return false;
    return line === '' ? this.#finish(events) : true;
  }

  #finish(events: HttpEvent[]): boolean {
    events.push({ is: 'end' });
    return this.#enter('head') && this.#text !== '';
  }

  /** The next line without its end. */
  #line(): string | undefined {
    const end = this.#text.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    return line;
  }

  #enter(state: State): true {
    this.#state = state;
    return true;
  }
}
