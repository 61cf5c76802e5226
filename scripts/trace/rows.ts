import { CATALOGUE, strengthOf, type Requirement } from '../../lib/conformance/catalogue.ts';
import { findProofs } from './proofs.ts';
import { ENFORCED, REASONS } from './reasons.ts';
import { findTags } from './tags.ts';

/** One requirement with where it is implemented and where it is proved. */
export interface Row {
  readonly requirement: Requirement;
  readonly code: readonly string[];
  readonly specs: readonly string[];
  /** Why there is no spec, where that is all right. */
  readonly reason: string | undefined;
}

/** Every row of the catalogue, joined with the comments in the code and the titles of the specs. */
export async function traceRows(): Promise<Row[]> {
  const code = filesById(findTags());
  const specs = filesById(await findProofs());
  return CATALOGUE.map((requirement) => ({
    requirement,
    code: code.get(requirement.id) ?? [],
    specs: specs.get(requirement.id) ?? [],
    reason: REASONS[requirement.id],
  }));
}

function filesById(finds: readonly { readonly id: string; readonly file: string }[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { id, file } of finds) {
    const known = files.get(id) ?? [];
    if (!known.includes(file)) files.set(id, [...known, file]);
  }
  return files;
}

/** Whether a server is who has to obey. */
export function isOurs({ requirement }: Row): boolean {
  return requirement.actor !== 'CL';
}

/** What is wrong with a row: nothing, when undefined. */
export function gapOf(row: Row): string | undefined {
  const { requirement, specs, reason } = row;
  const { id, level, text } = requirement;
  if (specs.length > 0 || !isOurs(row)) return undefined;
  const strength = strengthOf(requirement);
  if (strength === 'must') return `${id} (${level}) has no spec: ${text}`;
  if (strength === 'may' || reason !== undefined) return undefined;
  return `${id} (${level}) has neither spec nor reason: ${text}`;
}

/** The gaps that are faults. */
export function faultsOf(rows: readonly Row[]): string[] {
  return rows.filter(({ requirement }) => ENFORCED.has(requirement.document)).flatMap((row) => gapOf(row) ?? []);
}
