import { resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { hasProgram, LocalProcess } from '../peers/local-process.ts';
import type { Contestant } from './contestants.ts';
import { FIGURE_NAMES, type Case } from './figures.ts';
import type { Job, Plan } from './plan.ts';
import { heading, type Measurement, type Results } from './results.ts';

const CASES = z.array(
  z.object({
    name: z.string(),
    figures: z.partialRecord(z.enum(FIGURE_NAMES), z.number()),
    faults: z.array(z.string()),
  }),
);
const SERVER_CORE = 0;
const LOAD_CORE = 1;

export interface RunOptions {
  readonly contestants: readonly Contestant[];
  readonly jobs: readonly Job[];
  readonly rounds: number;
  /** Told what is being done. */
  readonly progress: (line: string) => void;
  /** Gets what there is so far after each server: a long run may be broken off. */
  readonly keep?: (results: Results) => void;
}

/** All jobs with all contestants, the rounds in turn: a disturbance of the machine meets everybody. */
export async function run({ contestants, jobs, rounds, progress, keep = () => {} }: RunOptions): Promise<Results> {
  const pinned = availableParallelism() > 1 && hasProgram('taskset');
  const head = heading(pinned);
  const measurements = new Map<string, Measurement>();
  const soFar = () => ({ ...head, measurements: [...measurements.values()] });
  for (const job of jobs) {
    const able = contestants.filter((one) => canDo(one, job));
    for (let round = 1; round <= rounds; round += 1) {
      for (const contestant of able) {
        progress(
          `${prefix(job)}${job.work.scenario} over ${job.transport}, round ${round} of ${rounds}: ${contestant.name}`,
        );
        for (const measured of await measure(contestant, job, pinned)) note(measurements, contestant, measured);
        keep(soFar());
      }
    }
  }
  return soFar();
}

function note(measurements: Map<string, Measurement>, { key, name }: Contestant, measured: Case): void {
  const id = `${measured.name}\n${key}`;
  const known = measurements.get(id) ?? { case: measured.name, server: key, name, rounds: [], faults: [] };
  measurements.set(id, known);
  if (measured.faults.length === 0) known.rounds.push(measured.figures);
  else known.faults.push(...measured.faults);
}

function canDo({ transports, hasAccounts, hasRooms }: Contestant, { transport, accounts, work }: Job): boolean {
  return (
    transports.includes(transport) && (!accounts || hasAccounts === true) && (work.scenario !== 'rooms' || hasRooms)
  );
}

function prefix({ accounts }: Job): string {
  if (!accounts) return '';
  return accounts.archive ? 'archived: ' : 'not archived: ';
}

/** A fresh server, a fresh load generator, one job. */
async function measure(contestant: Contestant, job: Job, pinned: boolean): Promise<readonly Case[]> {
  const server = await contestant.start(pinned ? SERVER_CORE : undefined, job.accounts);
  try {
    const { urls, ...where } = server;
    const url = urls[job.transport] ?? '';
    const cases = await generateLoad({ ...job, ...where, url }, pinned ? LOAD_CORE : undefined);
    return cases.map((one) => ({ ...one, name: prefix(job) + one.name }));
  } finally {
    await server.stop();
  }
}

/** @throws Error when the load generator does not come to an end of its own */
async function generateLoad(plan: Plan, core: number | undefined): Promise<readonly Case[]> {
  const program = resolve(import.meta.dirname, 'load.ts');
  const load = new LocalProcess(process.execPath, ['--import', 'tsx', program, JSON.stringify(plan)], { core });
  const code = await load.ended();
  if (code !== 0) throw new Error(`the load generator ended with ${code}:\n${load.said}`);
  return CASES.parse(JSON.parse(load.said));
}
