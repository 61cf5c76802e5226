import type { Duration } from '../base/time.ts';
import type { Chance } from './chance.ts';

/** So many messages to one client at one moment. */
export interface Arrival {
  /** Milliseconds from the beginning. */
  readonly at: Duration;
  /** Which client. */
  readonly client: number;
  readonly count: number;
}

/** For each client a Poisson process of its own, all in order of time. */
export function poisson(clients: number, rate: number, duration: Duration, chance: Chance): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  for (let client = 0; client < clients; client += 1) {
    const own = chance.branch(client);
    for (let at = own.exponential(1000 / rate); at < duration; at += own.exponential(1000 / rate)) {
      arrivals.push({ at, client, count: 1 });
    }
  }
  return arrivals.sort((a, b) => a.at - b.at);
}

/** Each client gets messages all at once every so often, the sizes in turn; not all clients at the same moment. */
export function bursts(
  clients: number,
  { sizes, every }: { readonly sizes: readonly number[]; readonly every: Duration },
  duration: Duration,
): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  for (let client = 0; client < clients; client += 1) {
    const offset = (every * client) / clients;
    for (let turn = 0; offset + turn * every < duration; turn += 1) {
      arrivals.push({ at: offset + turn * every, client, count: sizes[turn % sizes.length] ?? 1 });
    }
  }
  return arrivals.sort((a, b) => a.at - b.at);
}
