import { z } from 'zod';
import { FIGURE_NAMES, FIGURES, written } from './figures.ts';
import type { Report } from './report.ts';

/** What has to hold, for a build that is to fail when it does not. */
export const ASSERTIONS = z.array(
  z.strictObject({
    workload: z.string(),
    transport: z.string(),
    figure: z.enum(FIGURE_NAMES),
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    /** From what the theory says, in percent of it. */
    withinPercent: z.number().optional(),
    /** Above what the theory says, in the unit of the figure. */
    aboveTheory: z.number().optional(),
    /** Above the same figure of this transport, in the unit of the figure. */
    above: z.strictObject({ transport: z.string(), by: z.number() }).optional(),
  }),
);
export type Assertion = z.output<typeof ASSERTIONS>[number];

/** Those that do not hold, in words. What was not measured does not hold. */
export function failuresOf(report: Report, assertions: readonly Assertion[]): readonly string[] {
  return assertions.flatMap((assertion) => failureOf(report, assertion));
}

function failureOf(report: Report, assertion: Assertion): readonly string[] {
  const { workload, transport, figure, atMost, atLeast, withinPercent, aboveTheory, above } = assertion;
  const value = figureOf(report, assertion, transport);
  const name = `${workload} ${transport} ${FIGURES[figure].label}`;
  if (value === undefined) return [`${name} was not measured`];
  const ideal = cellOf(report, workload, transport)?.theory[figure];
  const other = above && figureOf(report, assertion, above.transport);
  const failures: string[] = [];
  const holds = (limit: number | undefined, isGood: (limit: number) => boolean, words: string): void => {
    if (limit === undefined) failures.push(`${name}: there is nothing to compare it with`);
    else if (!isGood(limit))
      failures.push(`${name} is ${written(figure, value)}, not ${words} ${written(figure, limit)}`);
  };
  if (atMost !== undefined) holds(atMost, (limit) => value <= limit, 'at most');
  if (atLeast !== undefined) holds(atLeast, (limit) => value >= limit, 'at least');
  if (withinPercent !== undefined) {
    const isNear = (limit: number): boolean => Math.abs(value - limit) <= (limit * withinPercent) / 100;
    holds(ideal, isNear, `within ${withinPercent} % of`);
  }
  if (aboveTheory !== undefined) holds(ideal && ideal + aboveTheory, (limit) => value <= limit, 'at most');
  if (above) holds(other && other + above.by, (limit) => value <= limit, `no more than ${above.transport} allows:`);
  return failures;
}

function figureOf(report: Report, { workload, figure }: Assertion, transport: string): number | undefined {
  return cellOf(report, workload, transport)?.figures[figure];
}

function cellOf({ cells }: Report, workload: string, transport: string): Report['cells'][number] | undefined {
  return cells.find((cell) => cell.workload === workload && cell.transport === transport);
}
