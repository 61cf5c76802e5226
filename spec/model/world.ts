/**
 * Small worlds: a few requests, each with its fate, and a few stanzas from the server, in every order
 * in which they can happen.
 */

/** What becomes of one request. */
const FATES = ['normal', 'duplicate', 'lost answer', 'abort', 'truncated', 'pause', 'terminate', 'time-out'] as const;

type Fate = (typeof FATES)[number];

export interface World {
  readonly hold: number;
  readonly acks: boolean;
  /** Of the requests with the rids 1, 2, 3. */
  readonly fates: readonly Fate[];
  /** Stanzas that the server sends. */
  readonly sends: number;
}

/** One thing that happens. */
export type Step =
  | { readonly do: 'arrive'; readonly rid: number; readonly isLast: boolean; readonly losesAnswer: boolean }
  /** The same request on another connection. */
  | { readonly do: 'repeat'; readonly rid: number }
  /** The newest connection of the request breaks. */
  | { readonly do: 'break'; readonly rid: number }
  /** Half a request comes: no request at all. */
  | { readonly do: 'half'; readonly rid: number }
  | { readonly do: 'pass' }
  | { readonly do: 'send'; readonly id: string };

/** What happens to one request, in this order. */
function stepsOf(fate: Fate, rid: number): Step[] {
  const arrive: Step = {
    do: 'arrive',
    rid,
    isLast: fate === 'terminate' || fate === 'pause',
    losesAnswer: fate === 'lost answer',
  };
  if (fate === 'duplicate' || fate === 'lost answer') return [arrive, { do: 'repeat', rid }];
  if (fate === 'abort') return [arrive, { do: 'break', rid }, { do: 'repeat', rid }];
  if (fate === 'truncated') return [{ do: 'half', rid }, arrive];
  if (fate === 'time-out') return [arrive, { do: 'pass' }];
  return [arrive];
}

/**
 * Every order in which the steps of a world can happen; those of one request keep theirs.
 *
 * @param visit told of each; the list is only good until it returns
 */
export function eachSchedule({ fates, sends }: World, visit: (schedule: readonly Step[]) => void): void {
  const strands = fates.map((fate, index) => stepsOf(fate, index + 1));
  strands.push(Array.from({ length: sends }, (_, index) => ({ do: 'send', id: `s${index}` })));
  const places = strands.map(() => 0);
  const length = strands.reduce((sum, strand) => sum + strand.length, 0);
  const schedule: Step[] = [];
  const merge = (): void => {
    if (schedule.length === length) return visit(schedule);
    for (const [index, strand] of strands.entries()) {
      const place = places[index] ?? 0;
      const step = strand[place];
      if (!step) continue;
      places[index] = place + 1;
      schedule.push(step);
      merge();
      schedule.pop();
      places[index] = place;
    }
  };
  merge();
}

/** All worlds of so many requests, and up to so many stanzas. */
export function worldsOf(setting: Pick<World, 'hold' | 'acks'>, requests: number, sends: number): World[] {
  return combinations(requests).flatMap((fates) =>
    Array.from({ length: sends + 1 }, (_, sent) => ({ ...setting, fates, sends: sent })),
  );
}

function combinations(count: number): Fate[][] {
  if (count === 0) return [[]];
  return combinations(count - 1).flatMap((fates) => FATES.map((fate) => [...fates, fate]));
}
