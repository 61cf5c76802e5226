import { createHash } from 'node:crypto';
import { XmlFramer, type Element } from '../../lib/xml/index.ts';
import type { Fetch } from './http2-client.ts';

export const START =
  "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

export interface PollingAnswer {
  readonly status: number;
  /** Of the cookie. */
  readonly identifier: string;
  readonly headers: Headers;
  readonly body: string;
}

/** `K(0, seed)` to `K(length, seed)`. @spec XEP-0025 §3.1.4 */
export function keyChain(seed: string, length: number): string[] {
  const keys = [seed];
  for (let count = 0; count < length; count += 1) {
    keys.push(
      createHash('sha1')
        .update(keys.at(-1) ?? '')
        .digest('base64'),
    );
  }
  return keys;
}

/** One POST, as it is. */
export async function postPoll(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  fetcher: Fetch = fetch,
): Promise<PollingAnswer> {
  const answer = await fetcher(url, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });
  const identifier = /^ID=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';
  return { status: answer.status, identifier, headers: answer.headers, body: await answer.text() };
}

interface PollingClientOptions {
  /** Makes a seed for each sequence of keys. */
  readonly seeds?: () => string;
  /** Of the first sequence. */
  readonly length?: number;
  readonly fetch?: Fetch | undefined;
}

/** A client of XEP-0025 with keys: one request after the other, and what the answers say as elements. */
export class PollingClient {
  identifier = '0';
  readonly elements: Element[] = [];
  /** Everything that came. */
  text = '';
  readonly #url: string;
  readonly #framer = new XmlFramer();
  readonly #seeds: () => string;
  readonly #fetch: Fetch | undefined;
  #keys: string[];
  #sending: Promise<unknown> = Promise.resolve();
  #last = '';

  constructor(url: string, { seeds = () => 'seed', length = 50, fetch: fetcher }: PollingClientOptions = {}) {
    this.#url = url;
    this.#seeds = seeds;
    this.#fetch = fetcher;
    this.#keys = keyChain(seeds(), length);
  }

  /** Sends a stretch of the stream, or only fetches, after the requests before. */
  post(xml = ''): Promise<PollingAnswer> {
    const answer = this.#sending.then(() => this.#post(xml));
    this.#sending = answer.catch(() => undefined);
    return answer;
  }

  /** The last request once more. */
  again(): Promise<PollingAnswer> {
    return postPoll(this.#url, this.#last, {}, this.#fetch);
  }

  async #post(xml: string): Promise<PollingAnswer> {
    const key = this.#keys.pop() ?? '';
    const fresh = this.#keys.length === 0 ? keyChain(this.#seeds(), 50) : [];
    const newKey = fresh.pop();
    if (newKey !== undefined) this.#keys = fresh;
    this.#last = `${this.identifier};${key}${newKey === undefined ? '' : `;${newKey}`},${xml}`;
    const answer = await postPoll(this.#url, this.#last, {}, this.#fetch);
    this.identifier = answer.identifier;
    this.text += answer.body;
    const found = this.#framer.push(answer.body);
    const events = found.ok ? found.value : found.error.before;
    this.elements.push(...events.flatMap((event) => (event.is === 'element' ? [event.element] : [])));
    return answer;
  }
}
