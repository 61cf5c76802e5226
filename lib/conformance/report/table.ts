import { STRENGTHS, STRENGTH_NAMES, VERDICTS, shortcomings, type Report, type Required, type Row } from '../report.ts';

export interface TableOptions {
  readonly required: Required;
  /** Colours a word for a terminal; without it there are no colours. */
  readonly paint?: (verdict: Row['verdict'], text: string) => string;
}

const MARKS: Readonly<Record<Row['verdict'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  'not supported': 'n/s',
  'not observable': 'n/o',
};

/** For people: every check, then every failure with what was expected, then the sums. */
export function toTable(report: Report, { required, paint = (_, text) => text }: TableOptions): string {
  const { rows } = report;
  const widths = { id: widest(rows, 'id'), level: widest(rows, 'strength'), section: widest(rows, 'section') };
  const lines = rows.map((row) => {
    const mark = paint(row.verdict, MARKS[row.verdict].padEnd(4));
    const place = `${row.id.padEnd(widths.id)}  ${row.strength.toUpperCase().padEnd(widths.level)}`;
    const time = `${row.duration} ms`.padStart(9);
    return `${mark}  ${place}  ${row.section.padEnd(widths.section)} ${time}  ${row.title}`;
  });
  const failures = rows.filter(({ verdict }) => verdict === 'fail').map((row) => describe(row, paint));
  return [...lines, '', ...failures, ...sums(report), '', conclusion(report, required), ''].join('\n');
}

function widest(rows: readonly Row[], key: 'id' | 'strength' | 'section'): number {
  return Math.max(0, ...rows.map((row) => row[key].length));
}

function describe(row: Row, paint: NonNullable<TableOptions['paint']>): string {
  const lines = [
    `${paint('fail', row.id)}  ${row.level}  ${row.section}  ${row.title}`,
    `  ${row.requirement}`,
    ...(row.expected === '' ? [`  ${row.reason}`] : [`  expected  ${row.expected}`]),
    ...(row.came === '' ? [] : [`  came      ${row.came.replaceAll('\n', '\n            ')}`]),
    '',
  ];
  return lines.join('\n');
}

function sums({ counts }: Report): string[] {
  const width = Math.max(...STRENGTHS.map((strength) => STRENGTH_NAMES[strength].length));
  const head = `${' '.repeat(width)}${VERDICTS.map((verdict) => `  ${verdict}`).join('')}`;
  const lines = STRENGTHS.map((strength) => {
    const cells = VERDICTS.map((verdict) => `  ${String(counts[strength][verdict]).padStart(verdict.length)}`);
    return `${STRENGTH_NAMES[strength].padEnd(width)}${cells.join('')}`;
  });
  return [head, ...lines];
}

function conclusion(report: Report, required: Required): string {
  const { length } = shortcomings(report, required);
  const time = `${(report.duration / 1000).toFixed(1)} s`;
  const what = required === 'must' ? 'MUST' : 'MUST and SHOULD';
  if (length === 0) return `${report.rows.length} checks in ${time}: no check of ${what} fails.`;
  return `${report.rows.length} checks in ${time}: ${length} of ${what} ${length === 1 ? 'fails' : 'fail'}.`;
}
