import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { z } from 'zod';
import { FIGURE_NAMES, type Figures } from './figures.ts';
import { median } from './statistics.ts';

const FORMAT = 1;

const FIGURE = z.partialRecord(z.enum(FIGURE_NAMES), z.number());

/** Results as they are kept: everything that was measured, with where, when and on which commit. */
export const RESULTS = z.strictObject({
  format: z.literal(FORMAT),
  at: z.string(),
  commit: z.string(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number(),
    memory: z.number(),
    kernel: z.string(),
    node: z.string(),
    /** Others had it that busy when the run began. */
    load: z.number(),
    /** Server and load generator had a core each. */
    pinned: z.boolean(),
  }),
  measurements: z.array(
    z.strictObject({
      case: z.string(),
      server: z.string(),
      name: z.string(),
      /** One for each round that counts. */
      rounds: z.array(FIGURE),
      /** Of rounds that do not. */
      faults: z.array(z.string()),
    }),
  ),
});

export type Results = z.output<typeof RESULTS>;
export type Measurement = Results['measurements'][number];

/** Where and when this run is. */
export function heading(pinned: boolean): Omit<Results, 'measurements'> {
  const [cpu] = cpus();
  return {
    format: FORMAT,
    at: new Date().toISOString(),
    commit: commit(),
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memory: totalmem(),
      kernel: release(),
      node: process.versions.node,
      load: loadavg()[0] ?? 0,
      pinned,
    },
  };
}

/** The middle of the rounds, figure by figure. */
export function medians({ rounds }: Measurement): Figures {
  return fold(rounds, median);
}

/** Each figure of several rounds made into one. */
export function fold(rounds: readonly Figures[], one: (values: readonly number[]) => number): Figures {
  const entries = FIGURE_NAMES.map((name) => [name, rounds.flatMap((figures) => figures[name] ?? [])] as const);
  return Object.fromEntries(
    entries.filter(([, values]) => values.length > 0).map(([name, values]) => [name, one(values)]),
  );
}

/** With `+` when something is changed that is not committed. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short=12', 'HEAD').trim() + (isChanged ? '+' : '');
  } catch {
    return 'unknown';
  }
}
