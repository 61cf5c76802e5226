import { TRANSPORTS, type Surroundings, type TransportName } from './carrier.ts';
import { WebSocketCarrier } from './websocket-carrier.ts';

/** From the best to the one that works everywhere; `stream` is no better than `sse`, and `poll` costs most. */
export const DEFAULT_LADDER: readonly TransportName[] = TRANSPORTS.filter((name) => name !== 'stream');

/** Milliseconds before the first try to climb, each twice as long as the one before, up to the last. */
const CLIMB = { first: 60_000, last: 30 * 60_000 };
/** Milliseconds before another try to reach the server. */
const RETRY = { first: 100, last: 10_000 };
/** Tries on a transport before the next one has its turn. */
const TRIES = 2;

/** Where to try next when a session has lost its transport, and how long to wait before: first there again, then below, then all. */
export function* routes(ladder: readonly TransportName[], from: TransportName): Generator<[TransportName, number]> {
  let wait = 0;
  const below = [...ladder.slice(ladder.indexOf(from)), ...ladder.filter((name) => name !== from)];
  const order = ladder.includes(from) ? [...new Set(below)] : [from, ...ladder];
  for (;;) {
    for (const name of order) {
      for (let count = 0; count < TRIES; count += 1) {
        yield [name, wait];
        wait = Math.min(RETRY.last, Math.max(RETRY.first, wait * 2));
      }
    }
  }
}

/** Milliseconds before the `count`th try to climb. */
export function climbAfter(count: number): number {
  return Math.min(CLIMB.last, CLIMB.first * 2 ** count);
}

/**
 * Tries a path out, beside whatever carries the session: WebSocket by a connection, the others by what the
 * server offers for it, or by any answer of the server where it offers nothing.
 *
 * @returns milliseconds until the first sign of life
 * @throws Error when there is none
 */
export async function probe(name: TransportName, surroundings: Surroundings): Promise<number> {
  const since = performance.now();
  if (name === 'websocket') {
    const carrier = new WebSocketCarrier(surroundings, DEAF);
    await carrier.prepare();
    carrier.drop();
  } else if (name === 'sse' || name === 'stream') return (await tryFlow(name, surroundings)) - since;
  else await (await surroundings.fetch(`${surroundings.endpoints.probe}?poll`)).arrayBuffer();
  return performance.now() - since;
}

/**
 * A path that gathers what should flow is no good for a stream: its first two pieces come as one.
 *
 * @returns when the first one came
 */
async function tryFlow(name: string, { fetch, endpoints }: Surroundings): Promise<number> {
  const answer = await fetch(`${endpoints.probe}?${name}`);
  let first = performance.now();
  const reader = answer.ok ? answer.body?.getReader() : undefined;
  if (!reader) return first;
  const decoder = new TextDecoder();
  let pieces = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (decoder.decode(chunk.value).trim() !== '') pieces += 1;
    if (pieces === 1) first = performance.now();
    if (pieces === 2) break;
  }
  void reader.cancel();
  if (pieces < 2) throw new Error('what should flow is held up on the way');
  return first;
}

const DEAF = {
  frame: (): void => undefined,
  acknowledged: (): void => undefined,
  lost: (): void => undefined,
  heard: (): void => undefined,
  taken: undefined,
};
