/** One HTTP response as it came, with the moments it came at (milliseconds of one clock). */
export interface HttpResponse {
  readonly version: string;
  readonly status: number;
  /** In order, names as sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** First and last byte. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The value of a header; several are joined as HTTP says. */
export function headerOf(response: HttpResponse, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = response.headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** A response as people read it: status line, headers, body. */
export function textOf({ version, status, headers, body }: HttpResponse): string {
  const head = headers.map(([name, value]) => `${name}: ${value}\n`).join('');
  return `HTTP/${version} ${status}\n${head}\n${body.toString('utf8')}`;
}

/** The peer does not speak HTTP as RFC 9112 has it. */
class HttpViolation extends Error {
  override readonly name = 'HttpViolation';
}

const STATUS_LINE = /^HTTP\/(1\.[01]) ([1-5][0-9]{2})(?: [^\r\n]*)?$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEAD_BYTES = 64 * 1024;

type Head = Pick<HttpResponse, 'version' | 'status' | 'headers' | 'startedAt'>;

/** Takes responses out of the bytes of one connection, strictly. */
export class HttpResponseReader {
  #bytes: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #startedAt: number | undefined;

  /** More bytes; returns the responses that are complete with them. @throws HttpViolation */
  push(chunk: Buffer, now: number, isHead: () => boolean): HttpResponse[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#startedAt ??= now;
    const responses: HttpResponse[] = [];
    for (let next = this.#next(now, isHead()); next; next = this.#next(now, isHead())) {
      responses.push(next);
      // What follows an upgrade is not HTTP any more.
      if (next.status === 101) break;
    }
    return responses;
  }

  /** The connection has ended; returns the response that only its end completes. @throws HttpViolation */
  end(now: number): HttpResponse | undefined {
    const head = this.#head;
    if (!head) {
      if (this.#bytes.length > 0) throw new HttpViolation('the connection ended inside a response head');
      return undefined;
    }
    if (valueOf(head, 'content-length') !== undefined || isChunked(head)) {
      throw new HttpViolation('the connection ended before the body was complete');
    }
    return this.#take(head, this.#bytes.length, now);
  }

  /** Bytes that belong to no response yet. */
  get rest(): Buffer {
    return this.#bytes;
  }

  #next(now: number, isHead: boolean): HttpResponse | undefined {
    this.#head ??= this.#readHead(now);
    const head = this.#head;
    if (!head) return undefined;
    if (isHead || head.status < 200 || head.status === 204 || head.status === 304) return this.#take(head, 0, now);
    if (isChunked(head)) return this.#takeChunked(head, now);
    const length = lengthOf(head);
    if (length === undefined || this.#bytes.length < length) return undefined;
    return this.#take(head, length, now);
  }

  #readHead(now: number): Head | undefined {
    const end = this.#bytes.indexOf(HEAD_END);
    if (end < 0) {
      if (this.#bytes.length > MAX_HEAD_BYTES) throw new HttpViolation('a response head without end');
      return undefined;
    }
    const [statusLine = '', ...lines] = this.#bytes.toString('latin1', 0, end).split('\r\n');
    const status = STATUS_LINE.exec(statusLine);
    if (!status) throw new HttpViolation(`no status line: ${statusLine.slice(0, 80)}`);
    this.#bytes = this.#bytes.subarray(end + HEAD_END.length);
    return {
      version: status[1] ?? '',
      status: Number(status[2]),
      headers: lines.map(readHeader),
      startedAt: this.#startedAt ?? now,
    };
  }

  #take(head: Head, length: number, now: number, body = this.#bytes.subarray(0, length)): HttpResponse {
    this.#bytes = this.#bytes.subarray(length);
    this.#head = undefined;
    this.#startedAt = this.#bytes.length > 0 ? now : undefined;
    return { ...head, body: Buffer.from(body), endedAt: now };
  }

  #takeChunked(head: Head, now: number): HttpResponse | undefined {
    const chunks: Buffer[] = [];
    let position = 0;
    for (;;) {
      const lineEnd = this.#bytes.indexOf('\r\n', position);
      if (lineEnd < 0) return undefined;
      const line = this.#bytes.toString('latin1', position, lineEnd);
      if (!/^[0-9a-fA-F]{1,8}(?:;.*)?$/.test(line)) throw new HttpViolation(`no chunk size: ${line.slice(0, 40)}`);
      const size = Number.parseInt(line, 16);
      const start = lineEnd + 2;
      if (this.#bytes.length < start + size + 2) return undefined;
      chunks.push(this.#bytes.subarray(start, start + size));
      position = start + size + 2;
      if (size === 0) return this.#take(head, position, now, Buffer.concat(chunks));
    }
  }
}

function readHeader(line: string): readonly [string, string] {
  const match = HEADER_LINE.exec(line);
  if (!match) throw new HttpViolation(`no header: ${line.slice(0, 80)}`);
  return [match[1] ?? '', match[2] ?? ''];
}

function valueOf(head: Head, name: string): string | undefined {
  return head.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function isChunked(head: Head): boolean {
  return valueOf(head, 'transfer-encoding') !== undefined;
}

function lengthOf(head: Head): number | undefined {
  const value = valueOf(head, 'content-length');
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(value)) throw new HttpViolation(`no Content-Length: ${value.slice(0, 40)}`);
  return Number(value);
}
