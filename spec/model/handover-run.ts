import {
  assert as hold,
  property,
  array,
  integer,
  oneof,
  constant,
  constantFrom,
  record,
  type Arbitrary,
} from 'fast-check';
import { SeededRandom } from '../support/seeded-random.ts';
import { HandoverClient, LINES, type LineName } from './handover-client.ts';
import { Network } from './handover-network.ts';
import { Domain, HandoverServer, type Rules } from './handover-server.ts';

/** One thing that is done, so many milliseconds after the one before. */
interface Step {
  readonly after: number;
  readonly what: 'up' | 'down' | 'cut' | LineName;
  /** For a move: the connection breaks first. */
  readonly isCut: boolean;
}

/** What is done, by whom, over which network. */
interface Schedule {
  readonly seed: number;
  /** How many of a hundred requests are lost, or come late, or are not answered. */
  readonly trouble: number;
  readonly steps: readonly Step[];
}

export const ALL_RULES: Rules = { fence: true, seal: true, numbers: true, ordinals: true };
/** Milliseconds in which a mended network has to bring everything through. */
const SETTLING = 20_000;
/** Milliseconds between two questions for what is missing. */
const ASKING = 400;

const steps: Arbitrary<Step> = record({
  after: integer({ min: 0, max: 60 }),
  what: oneof(
    { weight: 3, arbitrary: constant('up' as const) },
    { weight: 3, arbitrary: constant('down' as const) },
    { weight: 1, arbitrary: constant('cut' as const) },
    { weight: 3, arbitrary: constantFrom(...LINES) },
  ),
  isCut: constantFrom(true, false),
});
const schedules: Arbitrary<Schedule> = record({
  seed: integer({ min: 0 }),
  trouble: constantFrom(0, 10, 30),
  steps: array(steps, { minLength: 1, maxLength: 12 }),
});

const domain = new Domain();

/** What went wrong, if anything did. */
function violation({ seed, trouble, steps: plan }: Schedule, rules: Rules = ALL_RULES): string | undefined {
  const random = new SeededRandom(seed);
  const timeline = domain.clock;
  const network = new Network(timeline, random, trouble);
  const server = new HandoverServer(domain, random, rules);
  domain.begin((id) => server.executed.push(id));
  const client = new HandoverClient(server, network, rules);
  const sent = { up: 0, down: 0 };
  client.move(random.pick(LINES), false);
  for (const { after, what, isCut } of plan) {
    const until = timeline.now() + after;
    timeline.after(after, () => {
      if (what === 'up') client.send(`u${(sent.up += 1)}`);
      else if (what === 'down') server.send(`d${(sent.down += 1)}`);
      else if (what === 'cut') client.cut();
      else client.move(what, isCut);
    });
    while (timeline.step(until));
  }
  network.mend();
  const isDone = (): boolean => server.executed.length >= sent.up && client.taken.length >= sent.down && client.isLive;
  const end = timeline.now() + SETTLING;
  for (let next = timeline.now(); next < end && !isDone(); next += ASKING) {
    client.ask();
    while (timeline.step(next) && !isDone());
  }
  // What is late comes now.
  const late = timeline.now() + ASKING;
  while (timeline.step(late));
  const found =
    (client.isRefused ? 'the session was lost' : undefined) ??
    wrong('the server', server.executed, 'u', sent.up) ??
    wrong('the client', client.taken, 'd', sent.down);
  domain.begin(() => undefined);
  server.close();
  return found;
}

function wrong(who: string, got: readonly string[], letter: string, count: number): string | undefined {
  const wanted = Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  return got.join() === wanted.join() ? undefined : `${who} got ${got.join() || 'nothing'} instead of ${wanted.join()}`;
}

/**
 * Carries out random schedules.
 *
 * @throws Error the smallest schedule that violates something, with the seed that leads to it
 */
export function checkHandover(count: number, seed: number, rules: Rules = ALL_RULES): void {
  hold(
    property(schedules, (schedule) => {
      const what = violation(schedule, rules);
      if (what !== undefined) throw new Error(what);
    }),
    { numRuns: count, seed, includeErrorInReport: true },
  );
}
