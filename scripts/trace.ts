// Joins catalogue, code and specs into docs/reference/conformance: npm run trace
// With --check it writes nothing, and fails when a row lacks its spec or a page is not up to date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCES } from '../lib/conformance/catalogue.ts';
import { fileOf, indexPage, page } from './trace/page.ts';
import { faultsOf, traceRows, type Row } from './trace/rows.ts';

const FOLDER = 'docs/reference/conformance';

const rows = await traceRows();
const pages = pagesOf(rows);
const isCheck = process.argv.includes('--check');
const faults = isCheck ? [...faultsOf(rows), ...stale(pages)] : faultsOf(rows);
if (!isCheck) write(pages);
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);

function pagesOf(traced: readonly Row[]): Map<string, string> {
  const texts = SOURCES.map((source) => [join(FOLDER, fileOf(source)), page(source, traced)] as const);
  return new Map([[join(FOLDER, 'README.md'), indexPage(traced)], ...texts]);
}

function write(texts: ReadonlyMap<string, string>): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of texts) writeFileSync(file, text);
}

function stale(texts: ReadonlyMap<string, string>): string[] {
  return [...texts]
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => `${file} is not what "npm run trace" makes of catalogue, code and specs`);
}
