import type { ServerResponse } from 'node:http';
import type { Answer, Exchange, ExchangeHolder, ExchangeOrigin } from '../bosh/exchange.ts';
import { charsetOf, encode } from './charset.ts';
import { MIN_PACKED, pack } from './content-coding.ts';
import type { HeaderList } from './cors.ts';
import { wasWritten } from './outcome.ts';

const COMMON: HeaderList = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
/** A response that a browser could show as a page must not be able to do anything. H-11 */
const SANDBOX: HeaderList = ['Content-Security-Policy', "default-src 'none'; sandbox"];

/** One POST and its one answer, written straight to the socket's response. */
export class HttpExchange implements Exchange {
  readonly origin: ExchangeOrigin;
  holder: ExchangeHolder | undefined;
  readonly #cors: HeaderList;
  #response: ServerResponse | undefined;

  constructor(response: ServerResponse, origin: ExchangeOrigin, cors: HeaderList) {
    this.#response = response;
    this.origin = origin;
    this.#cors = cors;
    response.once('close', () => this.#closed(response));
  }

  /** @spec XEP-0124 §5 B-5-07 */
  respond(answer: Answer): void {
    const response = this.#response;
    this.#response = undefined;
    if (!response || response.destroyed) return;
    const headers = ['Content-Type', answer.contentType, ...COMMON, ...this.#cors];
    if (isHypertext(answer.contentType)) headers.push(...SANDBOX);
    if (answer.retryAfter !== undefined) headers.push('Retry-After', String(answer.retryAfter));
    const body = this.#coded(answer, response, headers);
    headers.push('Content-Length', String(Buffer.byteLength(body)));
    response.writeHead(answer.status, headers).end(body);
  }

  /**
   * The body as it goes out, with the headers that tell what was done to it. One that is written as it
   * is stays a string, which leaves in one piece with its head.
   *
   * @spec XEP-0124 §5 B-5-09 D-48
   */
  #coded({ body, contentType, isPrivate }: Answer, response: ServerResponse, headers: string[]): string | Buffer {
    const charset = charsetOf(contentType);
    const mayPack = isPrivate !== true && body.length >= MIN_PACKED;
    if (charset === 'UTF-8' && !mayPack) return body;
    const bytes = encode(body, charset);
    if (!mayPack) return bytes;
    headers.push('Vary', 'Accept-Encoding');
    const packed = pack(bytes, response.req.headers['accept-encoding']);
    if (!packed) return bytes;
    headers.push('Content-Encoding', packed.coding);
    return packed.bytes;
  }

  destroy(): void {
    this.#response?.destroy();
    this.#response = undefined;
  }

  #closed(response: ServerResponse): void {
    this.#response = undefined;
    if (wasWritten(response)) this.holder?.flushed(this);
    else this.holder?.lost(this);
    this.holder = undefined;
  }
}

function isHypertext(contentType: string): boolean {
  return !contentType.startsWith('text/xml') && /html|xhtml|svg/i.test(contentType);
}
