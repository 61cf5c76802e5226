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
}

export interface RunOptions {
  readonly subject: Subject;
  readonly checks: readonly Check[];
  /** How many checks run side by side. */
  readonly atOnce: number;
  /** Milliseconds that one check may take. */
  readonly limit: number;
  readonly done?: ((result: Result, finished: number, total: number) => void) | undefined;
}

/** Runs checks side by side; the results are in the order of the checks. */
export async function run({ subject, checks, atOnce, limit, done }: RunOptions): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...checks.entries()];
  let finished = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, check] = next;
      const result = await runOne(subject, check, limit);
      results[index] = result;
      finished += 1;
      done?.(result, finished, checks.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

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
