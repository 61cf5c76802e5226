import { strengthOf, type Requirement } from './catalogue.ts';
import type { Verdict } from './check.ts';
import type { Result } from './runner.ts';
import type { Exchanged } from './transcript.ts';

/** What a result counts as: the strength of its requirement, or a rule of ours that is held against nobody. */
export type Strength = ReturnType<typeof strengthOf> | 'ours';

/** One check and what came of it. */
export interface Row {
  readonly id: string;
  readonly section: string;
  readonly level: string;
  readonly strength: Strength;
  /** The sentence. */
  readonly requirement: string;
  /** What this check looks at. */
  readonly title: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly expected: string;
  readonly came: string;
  /** Milliseconds. */
  readonly duration: number;
  /** 2 when it failed first: what counts is the second attempt. */
  readonly attempts: number;
  readonly exchanges: readonly Exchanged[];
}

/** Where and how the checks were run. */
export interface Circumstances {
  /** The server under test, as who ran the kit calls it. */
  readonly name: string;
  readonly url: string;
  readonly websocket: string | undefined;
  readonly domain: string;
  readonly wiring: string;
  readonly strict: boolean;
  /** Attributes of a creation response. */
  readonly granted: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  /** Name and version of the kit. */
  readonly kit: string;
}

type Counts = Readonly<Record<Verdict, number>>;

/** A whole run, ready to be written in any format. */
export interface Report extends Circumstances {
  readonly counts: Readonly<Record<Strength, Counts>>;
  readonly rows: readonly Row[];
}

export const VERDICTS: readonly Verdict[] = ['pass', 'fail', 'not supported', 'not observable'];
export const STRENGTHS: readonly Strength[] = ['must', 'should', 'may', 'ours'];

/** How people read the strengths. */
export const STRENGTH_NAMES: Readonly<Record<Strength, string>> = {
  must: 'MUST',
  should: 'SHOULD',
  may: 'MAY, facts',
  ours: 'project rules',
};

export function reportOf(circumstances: Circumstances, results: readonly Result[]): Report {
  const rows = results.map(rowOf);
  const countOf = (strength: Strength): Counts => {
    const own = rows.filter((row) => row.strength === strength);
    const of = (verdict: Verdict): number => own.filter((row) => row.verdict === verdict).length;
    return {
      pass: of('pass'),
      fail: of('fail'),
      'not supported': of('not supported'),
      'not observable': of('not observable'),
    };
  };
  const counts = { must: countOf('must'), should: countOf('should'), may: countOf('may'), ours: countOf('ours') };
  return { ...circumstances, counts, rows };
}

/** What the server must keep to be called conformant: only MUST, or SHOULD as well. */
export type Required = 'must' | 'should';

/** Failures that count. */
export function shortcomings({ rows }: Report, required: Required): Row[] {
  const counting: readonly Strength[] = required === 'must' ? ['must'] : ['must', 'should'];
  return rows.filter(({ verdict, strength }) => verdict === 'fail' && counting.includes(strength));
}

/** What a client must do is nothing that a server could break: how servers take it is a fact. */
function strengthIn(requirement: Requirement): Strength {
  if (/^W?H-/.test(requirement.id)) return 'ours';
  return requirement.actor === 'CL' ? 'may' : strengthOf(requirement);
}

/** Rows by the section of their document, in the order in which sections first come. */
export function sectionsOf(rows: readonly Row[]): [section: string, rows: Row[]][] {
  const sections = new Map<string, Row[]>();
  for (const row of rows) sections.set(row.section, [...(sections.get(row.section) ?? []), row]);
  return [...sections];
}

function rowOf({ requirement, transcript, ours, ...rest }: Result): Row {
  const { id, section, level, text } = requirement;
  return {
    id,
    section,
    level,
    strength: ours ? 'ours' : strengthIn(requirement),
    requirement: text,
    ...rest,
    exchanges: transcript,
  };
}
