import { relative } from 'node:path';
import Mocha from 'mocha';
import { filesBelow } from './files.ts';

/** A spec that says which rows of the catalogue it proves. */
export interface Proof {
  readonly id: string;
  readonly file: string;
}

const ID = /^(?:[BXJWP]-[\d.]+-\d{2}|(?:[DH]|W[DH]|PD)-\d{2})(?=[\s,:]|$)/;

/** The ids at the beginning of a title. */
function idsOf(title: string): string[] {
  const ids: string[] = [];
  for (const word of title.split(/[\s,:]+/)) {
    if (!ID.test(word)) break;
    ids.push(word);
  }
  return ids;
}

/** Reads the titles of every spec without running any. A spec that is skipped proves nothing. */
export async function findProofs(): Promise<Proof[]> {
  const mocha = new Mocha();
  for (const file of filesBelow('spec', '.spec.ts')) mocha.addFile(file);
  await mocha.loadFilesAsync();
  return proofsOf(mocha.suite, []);
}

function proofsOf(suite: Mocha.Suite, inherited: readonly string[]): Proof[] {
  const ids = [...inherited, ...idsOf(suite.title)];
  const own = suite.tests
    .filter((test) => !test.isPending())
    .flatMap((test) => [...ids, ...idsOf(test.title)].map((id) => ({ id, file: relative('.', test.file ?? '') })));
  return [...own, ...suite.suites.flatMap((inner) => proofsOf(inner, ids))];
}
