import type { ServerResponse } from 'node:http';
import type { FrameSink, NumberedFrame, SinkKind } from '../transports/frame-sink.ts';
import type { HeaderList } from './cors.ts';

export const FRAMES_TYPE = 'application/x-xmpp-frames; charset=utf-8';
/** Asks browsers, proxies and nginx to pass on every event at once. */
export const STREAMING: HeaderList = ['Cache-Control', 'no-store, no-transform', 'X-Accel-Buffering', 'no'];
/** Milliseconds after which a browser opens a broken event stream again. */
const RETRY = 1500;

/** What the ids of events say beside the number of a stanza. */
export interface EventIds {
  readonly generation: number;
  /** The number of the stanza before the first. */
  readonly written: number;
  /** For a client that came with a ticket. */
  readonly proof: string | undefined;
}

/** Server-Sent Events: a frame is an event, its number the id, behind that of the carrier. (HTML Standard §9.2) */
export class EventSink implements FrameSink {
  readonly kind = 'sse';
  readonly #response: ServerResponse;
  readonly #ids: EventIds;

  constructor(response: ServerResponse, headers: HeaderList, ids: EventIds) {
    this.#response = response;
    this.#ids = ids;
    response.writeHead(200, ['Content-Type', 'text/event-stream; charset=utf-8', ...STREAMING, ...headers]);
    // An id without data: from there a browser reads on that loses the connection before the first stanza.
    response.write(`retry: ${RETRY}\n${this.#id(ids.written)}\n`);
  }

  get buffered(): number {
    return this.#response.writableLength;
  }

  write({ number, xml }: NumberedFrame): void {
    const id = number === undefined ? '' : this.#id(number);
    this.#response.write(`${id}data: ${xml}\n\n`);
  }

  beat(): void {
    this.#response.write(':\n\n');
  }

  end(): void {
    this.#response.end();
  }

  #id(number: number): string {
    const { generation, proof } = this.#ids;
    return `id: ${generation}.${number}${proof === undefined ? '' : `.${proof}`}\n`;
  }
}

/** A response without an end: a frame is a line, an empty line a sign of life. */
export class LineSink implements FrameSink {
  readonly kind = 'http-stream';
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, headers: HeaderList) {
    this.#response = response;
    response.writeHead(200, ['Content-Type', FRAMES_TYPE, ...STREAMING, ...headers]);
    response.flushHeaders();
  }

  get buffered(): number {
    return this.#response.writableLength;
  }

  write({ xml }: NumberedFrame): void {
    this.#response.write(`${xml}\n`);
  }

  beat(): void {
    this.#response.write('\n');
  }

  end(): void {
    this.#response.end();
  }
}

/** One answer with what there is: a frame is a line. */
export class PollSink implements FrameSink {
  readonly kind: SinkKind;
  readonly #response: ServerResponse;
  readonly #headers: () => HeaderList;
  #text = '';

  /** @param headers asked for when the answer leaves */
  constructor(response: ServerResponse, kind: 'poll' | 'long-poll', headers: () => HeaderList) {
    this.kind = kind;
    this.#response = response;
    this.#headers = headers;
  }

  get buffered(): number {
    return this.#text.length;
  }

  write({ xml }: NumberedFrame): void {
    this.#text += `${xml}\n`;
  }

  beat(): void {
    // An answer that has not begun cannot show anything.
  }

  end(): void {
    const length = String(Buffer.byteLength(this.#text));
    const headers = ['Content-Type', FRAMES_TYPE, 'Content-Length', length, 'Cache-Control', 'no-store'];
    this.#response.writeHead(200, [...headers, ...this.#headers()]).end(this.#text);
  }
}
