import { readFileSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { AdminError } from '../admin/target.ts';
import { ASSERTIONS, failuresOf } from '../compare/assertions.ts';
import { compare, type Task } from '../compare/compare.ts';
import { REPORT, type Report } from '../compare/report.ts';
import { auditOf } from '../compare/render/parts.ts';
import { toHtml } from '../compare/render/html.ts';
import { toMarkdown } from '../compare/render/markdown.ts';
import { toTable } from '../compare/render/table.ts';
import { HTTP2_KEYS, TRANSPORT_KEYS, type TransportKey } from '../compare/transports.ts';
import { WEATHERS } from '../compare/weather/weather.ts';
import { WORKLOADS } from '../compare/workloads/index.ts';
import type { Size, Workload } from '../compare/workloads/workload.ts';
import { hint } from '../config/messages.ts';
import { SOFTWARE } from '../software.ts';
import { EXIT } from './exit-code.ts';

/** The options of `compare` as they come from the command line. */
export interface CompareCommand {
  readonly weather?: string;
  readonly workload?: string;
  readonly transports?: string;
  readonly http2?: boolean;
  readonly sessions?: string;
  readonly seconds?: string;
  readonly rate?: string;
  readonly runs?: string;
  readonly seed?: string;
  readonly save?: string;
  readonly from?: string;
  readonly markdown?: string;
  readonly html?: string;
  readonly assert?: string;
  /** Print the report as JSON. */
  readonly json?: boolean;
}

const ALL = 'all';

/** Compares the transports, or shows a comparison that was saved; the exit code says whether it counts. */
export async function compareTransports(options: CompareCommand): Promise<void> {
  // Before anything is measured for nothing.
  const bars = options.assert === undefined ? [] : load(options.assert, ASSERTIONS, 'list of assertions');
  const report = options.from === undefined ? await measure(options) : load(options.from, REPORT, 'saved comparison');
  if (options.save !== undefined) writeFileSync(options.save, toJson(report));
  if (options.markdown !== undefined) writeFileSync(options.markdown, toMarkdown(report));
  if (options.html !== undefined) writeFileSync(options.html, toHtml(report));
  process.stdout.write(options.json ? toJson(report) : toTable(report));
  const failures = failuresOf(report, bars);
  for (const failure of failures) process.stderr.write(`holdfast: ${failure}\n`);
  if (failures.length > 0 || auditOf(report).voids.length > 0) process.exitCode = EXIT.failure;
}

async function measure(options: CompareCommand): Promise<Report> {
  const names = Object.keys(WEATHERS) as (keyof typeof WEATHERS)[]; // the keys of a constant
  const weather = WEATHERS[oneOf(names, options.weather ?? 'transatlantic', '--weather')];
  const progress = new ProgressLine();
  const settings = {
    program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''] as const,
    software: `${SOFTWARE.name} ${SOFTWARE.version}`,
    tasks: tasksOf(options),
    transports: transportsOf(options),
    weather,
    seed: numberOf(options.seed ?? '1', '--seed', 2 ** 32),
    runs: numberOf(options.runs ?? '1', '--runs', 100),
    progress: progress.show,
  };
  try {
    return await compare(settings);
  } finally {
    progress.clear();
  }
}

/** @throws AdminError when it is none of ours */
function load<T>(file: string, schema: z.ZodType<T>, what: string): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new AdminError(`${file} is no ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function tasksOf(options: CompareCommand): readonly Task[] {
  const id = options.workload ?? 'W1';
  if (id === ALL) return WORKLOADS.map((workload) => taskOf(workload, workload.quick, options));
  const ids = WORKLOADS.map((workload) => workload.id);
  const chosen = id.split(',').map((one) => oneOf(ids, one.toUpperCase(), '--workload'));
  return WORKLOADS.filter((workload) => chosen.includes(workload.id)).map((workload) =>
    taskOf(workload, workload.size, options),
  );
}

function taskOf(workload: Workload, size: Size, { sessions, seconds, rate }: CompareCommand): Task {
  return {
    workload,
    size: {
      sessions: sessions === undefined ? size.sessions : numberOf(sessions, '--sessions', 10_000),
      seconds: seconds === undefined ? size.seconds : numberOf(seconds, '--seconds', 86_400),
      rate: rate === undefined ? size.rate : numberOf(rate, '--rate', 1000),
    },
  };
}

function transportsOf({ transports: list, http2 = false }: CompareCommand): readonly TransportKey[] {
  const plain: readonly TransportKey[] = TRANSPORT_KEYS;
  if (list === undefined || list === ALL) return http2 ? [...plain, ...HTTP2_KEYS] : plain;
  const all = [...plain, ...HTTP2_KEYS];
  const chosen = list.split(',').map((key) => oneOf(all, key, '--transports'));
  const variants = HTTP2_KEYS.filter((key) => chosen.some((one) => key === `${one}-h2`));
  return http2 ? [...new Set([...chosen, ...variants])] : chosen;
}

function oneOf<T extends string>(known: readonly T[], word: string, option: string): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw new AdminError(`${option} takes one of ${known.join(', ')}, not "${word}"${hint(word, known)}`, 'usage');
}

function numberOf(text: string, option: string, most: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= most) return value;
  throw new AdminError(`${option} takes a number above 0, at most ${most}, not "${text}"`, 'usage');
}

function toJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 1)}\n`;
}

/** What is being done; on a terminal in one line. */
class ProgressLine {
  readonly #began = performance.now();

  readonly show = ({
    done,
    total,
    workload,
    label,
  }: {
    done: number;
    total: number;
    workload: string;
    label: string;
  }): void => {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(0);
    const text = `${done + 1} of ${total}: ${workload} over ${label} (${seconds} s)`;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
    else process.stderr.write(`${text}\n`);
  };

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}
