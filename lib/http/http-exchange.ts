import type { ServerResponse } from 'node:http';
import type { Answer, Exchange, ExchangeHolder, ExchangeOrigin } from '../bosh/exchange.ts';
import type { HeaderList } from './cors.ts';

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
    const headers = [
      'Content-Type',
      answer.contentType,
      'Content-Length',
      String(Buffer.byteLength(answer.body)),
      ...COMMON,
      ...this.#cors,
    ];
    if (isHypertext(answer.contentType)) headers.push(...SANDBOX);
    if (answer.retryAfter !== undefined) headers.push('Retry-After', String(answer.retryAfter));
    response.writeHead(answer.status, headers).end(answer.body);
  }

  destroy(): void {
    this.#response?.destroy();
    this.#response = undefined;
  }

  #closed(response: ServerResponse): void {
    this.#response = undefined;
    if (response.writableFinished) this.holder?.flushed(this);
    else this.holder?.lost(this);
    this.holder = undefined;
  }
}

function isHypertext(contentType: string): boolean {
  return !contentType.startsWith('text/xml') && /html|xhtml|svg/i.test(contentType);
}
