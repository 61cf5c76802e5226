import type { z } from 'zod';
import { nearest } from './problem.ts';

type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a whole number',
};

/** Says what was expected, in the words of the file; undefined leaves it to zod. */
export function messageOf(issue: Issue): string | undefined {
  const { code, input } = issue;
  if (code === 'invalid_type') return `expected ${KINDS[issue.expected] ?? issue.expected}${butGot(input)}`;
  if (code === 'invalid_value') return `expected ${choiceOf(issue.values.map(String), input)}`;
  if (code === 'too_big') return `expected ${String(issue.maximum)} or less${butGot(input)}`;
  if (code !== 'too_small') return undefined;
  const isList = issue.origin === 'array' || issue.origin === 'string';
  return isList ? 'expected at least one' : `expected ${String(issue.minimum)} or more${butGot(input)}`;
}

/** `, not 5` */
export function butGot(input: unknown): string {
  if (input === undefined || input === null) return ', and there is nothing';
  if (Array.isArray(input)) return ', not a list';
  if (typeof input === 'object') return ', not a mapping';
  return `, not ${typeof input === 'string' ? JSON.stringify(input) : String(input)}`;
}

/** `; did you mean "start"?`, or nothing. */
export function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function choiceOf(values: readonly string[], input: unknown): string {
  const [only = ''] = values;
  const expected = values.length === 1 ? only : `one of ${values.join(', ')}`;
  return `${expected}${butGot(input)}${typeof input === 'string' ? hint(input, values) : ''}`;
}
