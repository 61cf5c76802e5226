/** What another HTTP server may take. */
export interface FetchLimits {
  /** Milliseconds for the whole answer. */
  readonly timeout: number;
  /** Bytes of the answer. */
  readonly bytes: number;
}

export interface Fetched {
  readonly status: number;
  readonly text: string;
}

/**
 * Asks another HTTP server, and goes nowhere else: a redirection is an answer like any other.
 *
 * @throws Error when there is no answer, it takes too long, or it is too large
 */
export async function boundedFetch(
  url: string,
  request: Pick<RequestInit, 'method' | 'headers' | 'body'>,
  { timeout, bytes }: FetchLimits,
): Promise<Fetched> {
  const signal = AbortSignal.timeout(timeout);
  const response = await fetch(url, { ...request, redirect: 'manual', signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > bytes) throw new Error(`more than ${bytes} bytes in the answer of ${new URL(url).host}`);
    chunks.push(chunk);
  }
  return { status: response.status, text: Buffer.concat(chunks).toString('utf8') };
}
