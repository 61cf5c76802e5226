import { escapeAttribute, escapeText } from '../../xml/index.ts';
import { sectionsOf, type Report, type Row } from '../report.ts';

/**
 * For build servers. Rules of ours are not held against others: they are reported as skipped when they
 * fail, and so is what is weaker than SHOULD.
 */
export function toJUnit(report: Report): string {
  const inner = sectionsOf(report.rows)
    .map(([section, rows]) => suite(section, rows))
    .join('');
  const all = attributes({ name: `conformance of ${report.name}`, ...sums(report.rows) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${all}>\n${inner}</testsuites>\n`;
}

function suite(section: string, rows: readonly Row[]): string {
  return `<testsuite${attributes({ name: section, ...sums(rows) })}>\n${rows.map(testcase).join('')}</testsuite>\n`;
}

function sums(rows: readonly Row[]): Record<string, string> {
  const failures = rows.filter(counts).length;
  const passes = rows.filter(({ verdict }) => verdict === 'pass').length;
  return {
    tests: String(rows.length),
    failures: String(failures),
    skipped: String(rows.length - failures - passes),
    time: seconds(rows.reduce((sum, { duration }) => sum + duration, 0)),
  };
}

function counts({ verdict, strength }: Row): boolean {
  return verdict === 'fail' && (strength === 'must' || strength === 'should');
}

function testcase(row: Row): string {
  const { id, level, title, duration, section } = row;
  const head = attributes({ classname: section, name: `${id} [${level}] ${title}`, time: seconds(duration) });
  if (row.verdict === 'pass') return `<testcase${head}/>\n`;
  const log = row.exchanges.map((line) => `${line.at} ms ${line.session} ${line.way}: ${line.text}`).join('\n');
  const out = `<system-out>${escapeText(log)}</system-out>`;
  if (!counts(row)) return `<testcase${head}><skipped${attributes({ message: why(row) })}/></testcase>\n`;
  const failure = `<failure${attributes({ message: row.reason })}>${escapeText(row.requirement)}</failure>`;
  return `<testcase${head}>${failure}${out}</testcase>\n`;
}

function why({ verdict, reason, strength }: Row): string {
  return verdict === 'fail' ? `fails, but is only ${strength}: ${reason}` : `${verdict}: ${reason}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}
