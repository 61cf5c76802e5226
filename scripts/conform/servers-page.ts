import { CATALOGUE } from '../../lib/conformance/catalogue.ts';
import { STRENGTHS, STRENGTH_NAMES, VERDICTS, type Row } from '../../lib/conformance/report.ts';
import { noteOn } from './notes.ts';
import type { StoredReport } from './stored.ts';

const MAX_CAME = 160;

/** `docs/reference/conformance/servers.md` */
export function serversPage(reports: readonly StoredReport[]): string {
  const checks = Math.max(0, ...reports.map(({ rows }) => rows.length));
  const rules = new Set(reports.flatMap(({ rows }) => rows.map(({ id }) => id))).size;
  return `# How servers do

What \`holdfast conform\` says about ${reports.map(({ name }) => name).join(', ')}: ${checks} checks of ${rules} of the
${CATALOGUE.length} rows of the catalogue. Each server ran on this machine with a throw-away configuration, Debian's packages as
they are, only \`inactivity\` set to four seconds so that its end can be seen. Made by \`npm run conform:servers\`, which also
writes [what exactly was sent and came](servers/).

A *fail* of MUST or SHOULD is a difference between the sentence and what came, nothing more: where a sentence allows several
behaviours all of them pass, and rules of this project that are in no document are counted by themselves. Each failure was looked
at by hand, and is told with the sentence that decides; sections without a document are those of XEP-0124. If you find that a check
is wrong, please [report it](../../../CONTRIBUTING.md). The checks themselves are checked: \`npm run faults\` runs them against
dozens of copies of our server with one deliberate fault each, and every fault must be noticed.

## In numbers

${numbers(reports)}

*Not supported* are optional features that the server does not announce, *not observable* is what needs something that the server
or this run does not have, such as TLS or a certificate.

## By section

Checks passed of those that could be judged; rules of this project are left out.

${sections(reports)}

${reports.map(differences).join('\n')}`;
}

function numbers(reports: readonly StoredReport[]): string {
  const lines = reports.flatMap(({ name, counts }) =>
    STRENGTHS.map((strength, index) => {
      const cells = VERDICTS.map((verdict) => String(counts[strength][verdict]));
      return [index === 0 ? `**${name}**` : '', STRENGTH_NAMES[strength], ...cells];
    }),
  );
  return table(['', '', ...VERDICTS], lines);
}

function sections(reports: readonly StoredReport[]): string {
  const names = [...new Set(reports.flatMap(({ rows }) => rows.filter(isOthers).map(chapterOf)))];
  const sorted = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const lines = sorted.map((name) => [name, ...reports.map((report) => share(report, name))]);
  return table(['', ...reports.map(({ name }) => name)], lines);
}

function share({ rows }: StoredReport, chapter: string): string {
  const own = rows.filter((row) => isOthers(row) && chapterOf(row) === chapter);
  const passed = own.filter(({ verdict }) => verdict === 'pass').length;
  const failed = own.filter(({ verdict }) => verdict === 'fail').length;
  if (passed + failed === 0) return '–';
  return failed === 0 ? `${passed}` : `${passed} of ${passed + failed}`;
}

function isOthers({ strength }: Row): boolean {
  return strength !== 'ours';
}

/** `XEP-0124 §14` of `XEP-0124 §14.3 (n.19)` */
function chapterOf({ section }: Row): string {
  return section.replace(/(§\d+).*/, '$1').replace(/^(RFC 7395).*/, '$1');
}

/** Failures that count. */
export function failuresOf({ rows }: StoredReport): Row[] {
  return rows.filter(({ verdict, strength }) => verdict === 'fail' && strength !== 'may' && strength !== 'ours');
}

function differences(report: StoredReport): string {
  const { name, websocket } = report;
  const failures = failuresOf(report);
  const scope = websocket === undefined ? 'BOSH only' : 'BOSH and WebSocket';
  if (failures.length === 0) return `## ${name}\n\n${scope}. No check of MUST or SHOULD fails.\n`;
  const lines = failures.map((row) => {
    const note = noteOn(name, row);
    return [`\`${row.id}\` ${row.level}`, row.title, note?.does ?? '', note?.says ?? row.requirement, outcome(row)];
  });
  const head = ['row', 'check', 'what the server does', 'what the text says', 'expected → came'];
  return `## ${name}\n\n${scope}.\n\n${table(head, lines)}\n`;
}

function outcome({ expected, came, reason }: Row): string {
  if (expected === '') return cell(reason);
  const short = came.length > MAX_CAME ? `${came.slice(0, MAX_CAME)} …` : came;
  return `${cell(expected)} → ${short === '' ? '–' : `\`${short.replaceAll('`', "'").replaceAll('\n', ' ')}\``}`;
}

function cell(value: string): string {
  return value.replaceAll('<', '&lt;').replaceAll('\n', ' ');
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}
