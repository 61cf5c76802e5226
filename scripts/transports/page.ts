import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FIGURES, written, type FigureName } from '../../lib/compare/figures.ts';
import { auditOf, placeOf, weatherIn } from '../../lib/compare/render/parts.ts';
import { REPORT, type Cell, type Report } from '../../lib/compare/report.ts';

const FOLDER = 'docs/explanation/transports';
export const PAGE = `${FOLDER}.md`;
export const REPORT_FILE = `${FOLDER}/report.json`;
export const HTTP2_FILE = `${FOLDER}/http2.json`;
export const SAMPLES_FILE = `${FOLDER}/samples.json`;

const SAMPLES = z.record(
  z.string(),
  z.array(z.object({ way: z.enum(['up', 'down']), text: z.string(), size: z.number() })),
);
type Sample = z.output<typeof SAMPLES>[string];

/** `<!-- run: name argument … -->`, then what is made from the run, then `<!-- end -->`. */
const BLOCK = /<!-- run: (\w+) ?(.*?) -->\n[\s\S]*?<!-- end -->/g;
const LONGEST_LINE = 110;
/** Headers that every browser adds to every request. */
const BROWSER = /^(?:sec-|user-agent|accept|accept-|connection|origin|referer)[\w-]*:.*\r?\n/gim;

/** The page with everything that comes from the run made anew. */
export function withRun(page: string): string {
  const report = load(REPORT_FILE);
  const http2 = load(HTTP2_FILE);
  const samples = SAMPLES.parse(JSON.parse(readFileSync(SAMPLES_FILE, 'utf8')));
  return page.replace(BLOCK, (_, name: string, argument: string) => {
    const text = block(name, argument.split(' '), { report, http2, samples });
    return `<!-- run: ${name}${argument === '' ? '' : ` ${argument}`} -->\n${text}\n<!-- end -->`;
  });
}

interface Kept {
  readonly report: Report;
  readonly http2: Report;
  readonly samples: z.output<typeof SAMPLES>;
}

function block(name: string, [first = '', ...rest]: string[], { report, http2, samples }: Kept): string {
  if (name === 'place') return placeText(report);
  if (name === 'table') return table(report, first, rest);
  if (name === 'http2') return table(http2, first, rest);
  if (name === 'cost') return cost(report, first);
  if (name === 'wire') return wire(samples[first] ?? []);
  throw new Error(`the page asks for "${name}", which nobody can make`);
}

function load(file: string): Report {
  return REPORT.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function placeText(report: Report): string {
  const { sent, received } = auditOf(report);
  return `${weatherIn(report)}. ${placeOf(report)}. ${received} of ${sent} messages came, each once and in order.`;
}

/** A workload, with these figures. */
function table(report: Report, id: string, names: readonly string[]): string {
  const figures = names.map(figureNamed);
  const head = ['', ...figures.map((name) => `${FIGURES[name].label} ${FIGURES[name].unit}`.trim())];
  const rows = report.cells
    .filter(({ workload }) => workload === id)
    .map((cell) => [cell.label, ...figures.map((name) => valueOf(cell, name))]);
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function figureNamed(word: string): FigureName {
  const name = Object.keys(FIGURES).find((key) => key === word);
  if (name === undefined) throw new Error(`the page asks for "${word}", which is no figure`);
  return name as FigureName; // a key of the table
}

function valueOf({ figures, theory }: Cell, name: FigureName): string {
  const value = figures[name];
  const ideal = theory[name];
  if (value === undefined) return '–';
  return ideal === undefined ? written(name, value) : `${written(name, value)} (${written(name, ideal)})`;
}

/** What one transport costs, in a sentence. */
function cost({ cells }: Report, transport: string): string {
  const of = (workload: string, name: FigureName): string => {
    const value = cells.find((cell) => cell.workload === workload && cell.transport === transport)?.figures[name];
    return value === undefined ? '–' : written(name, value);
  };
  return (
    `In the run: p50 ${of('W1', 'latency50')} ms and p99 ${of('W1', 'latency99')} ms at one message a second; for each message ` +
    `${of('W1', 'requests')} requests, ${of('W1', 'bytesDown')} bytes down and ${of('W1', 'bytesUp')} up; login in ` +
    `${of('W6', 'login')} ms; ${of('W7', 'recoveryReset')} ms until nothing was owed after a reset.`
  );
}

/** What was on the wire, with long lines cut and the headers of browsers counted. */
function wire(sample: Sample): string {
  const parts = sample.map(({ way, text, size }) =>
    way === 'up' ? `client, ${size} bytes:\n${shown(text, BROWSER)}` : `server, ${size} bytes:\n${shown(text)}`,
  );
  return `\`\`\`text\n${parts.join('\n\n')}\n\`\`\``;
}

function shown(text: string, leftOut?: RegExp): string {
  const headers = (leftOut && text.match(leftOut)?.length) ?? 0;
  const rest = leftOut ? text.replace(leftOut, '') : text;
  const printable = rest
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .replace(/[^\n -~…]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  const lines = printable.split('\n').flatMap(folded);
  if (headers > 0) lines.splice(1, 0, `(${headers} headers that browsers add)`);
  return lines.map((line) => `  ${line}`.trimEnd()).join('\n');
}

function folded(line: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += LONGEST_LINE) pieces.push(line.slice(at, at + LONGEST_LINE));
  return pieces;
}
