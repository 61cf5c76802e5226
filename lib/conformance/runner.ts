import { performance } from 'node:perf_hooks';
import { requirement, type Requirement } from './catalogue.ts';
import { NotObservable, NotSupported, Violation, type Check, type Verdict } from './check.ts';
import { legible, type Exchanged } from './transcript.ts';
import { Trial, type Subject } from './trial.ts';

/** What came of one check. */
export interface Result {
  readonly requirement: Requirement;
  readonly title: string;
  readonly verdict: Verdict;
  /** Why, unless it passed. */
  readonly reason: string;
  /** Where it failed: what should have come, and what came. */
  readonly expected: string;
  readonly came: string;
  /** Milliseconds. */
  readonly duration: number;
  /** A decision of Holdfast where the XEP allows several behaviours. */
  readonly ours: boolean;
  readonly transcript: readonly Exchanged[];
  /** 2 when it failed first, and was run again. */
  readonly attempts: number;
}

export interface RunOptions {
  readonly subject: Subject;
  readonly checks: readonly Check[];
  /** How many checks run side by side. */
  readonly atOnce: number;
  /** What fails is run once more among few others: on a busy machine, answers may be late for no fault of the server. */
  readonly again?: boolean;
  /** Milliseconds that one check may take. */
  readonly limit: number;
  readonly done?: ((result: Result, finished: number, total: number) => void) | undefined;
}

/** Runs checks side by side, those that take long first; the results are in the order of the checks. */
export async function run({ subject, checks, atOnce, limit, again = false, done }: RunOptions): Promise<Result[]> {
  const results = new Map<number, Result>();
  const work = (indices: readonly number[], workers: number, attempt: number): Promise<void> =>
    sideBySide(indices, workers, async (index) => {
      const check = checks[index];
      if (!check) return;
      const result = await runOne(subject, check, limit);
      results.set(index, { ...result, attempts: attempt });
      done?.(result, results.size, checks.length);
    });
  const isSlow = (index: number): boolean => checks[index]?.slow ?? false;
  const slowFirst = [...checks.keys()].toSorted((a, b) => Number(isSlow(b)) - Number(isSlow(a)));
  await work(slowFirst, atOnce, 1);
  const failed = [...results].filter(([, { verdict }]) => verdict === 'fail').map(([index]) => index);
  if (again) await work(failed, FEW, 2);
  return [...checks.keys()].flatMap((index) => results.get(index) ?? []);
}

async function sideBySide<T>(items: readonly T[], workers: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const one = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: workers }, one));
}

/** How many checks run side by side at the second attempt. */
const FEW = 4;

async function runOne(subject: Subject, check: Check, limit: number): Promise<Result> {
  const trial = new Trial(subject);
  const start = performance.now();
  const failure = await attempt(trial, check, limit);
  const duration = Math.round(performance.now() - start);
  await trial.finish();
  return {
    requirement: requirement(check.id) ?? unknown(check.id),
    title: check.title,
    verdict: verdictOf(failure),
    reason: failure instanceof Error ? legible(failure.message) : '',
    expected: failure instanceof Violation ? failure.expected : '',
    came: failure instanceof Violation ? legible(failure.came) : '',
    duration,
    ours: check.ours ?? false,
    transcript: trial.transcript.lines,
    attempts: 1,
  };
}

/** Returns what the check threw. */
async function attempt(trial: Trial, check: Check, limit: number): Promise<unknown> {
  try {
    const late = new Violation(`the check to come to its end within ${limit} ms`, 'nothing');
    const isDone = await trial.within(
      check.run(trial).then(() => true),
      limit,
    );
    return isDone ? undefined : late;
  } catch (error) {
    return error;
  }
}

function verdictOf(failure: unknown): Verdict {
  if (failure === undefined) return 'pass';
  if (failure instanceof NotSupported) return 'not supported';
  return failure instanceof NotObservable ? 'not observable' : 'fail';
}

function unknown(id: string): Requirement {
  return { id, document: 'project', section: '', level: '', actor: 'CM', text: '' };
}
