import { FIGURES, written, type FigureName } from '../figures.ts';
import type { Cell, Report } from '../report.ts';

/** The figures of each workload in the order in which people read them. Others are in the JSON only. */
const COLUMNS: readonly FigureName[] = [
  'latency50',
  'latency90',
  'latency99',
  'latency999',
  'latencyMax',
  'login',
  'firstMessage',
  'loginRoundTrips',
  'loginCpu',
  'recoveryReset',
  'recoveryHole',
  'recoveryCut',
  'stall50',
  'stallMax',
  'capacity',
  'requests',
  'bytesDown',
  'bytesUp',
  'headDown',
  'headUp',
  'idleBytes',
  'idleCpu',
  'memory',
  'connections',
  'serverCpu',
  'lag',
];

/** Not where the whole is to be found, because there is no room. */
const DETAILS: ReadonlySet<FigureName> = new Set(['headDown', 'headUp']);

/** One workload as rows and columns; what renders tables needs nothing else. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly parameters: string;
  readonly columns: readonly string[];
  /** What people should know. */
  readonly notes: readonly string[];
  readonly rows: readonly { readonly cell: Cell; readonly values: readonly string[] }[];
}

export function sectionsOf(report: Report, details = false): readonly Section[] {
  return report.workloads.map(({ id, title, about }) => {
    const cells = report.cells.filter(({ workload }) => workload === id);
    const names = COLUMNS.filter(
      (name) => (details || !DETAILS.has(name)) && cells.some(({ figures }) => figures[name] !== undefined),
    );
    return {
      id,
      title,
      about,
      parameters: parametersOf(cells[0]),
      columns: names.map(heading),
      notes: cells.flatMap(notesOf),
      rows: cells.map((cell) => ({ cell, values: names.map((name) => valueOf(cell, name)) })),
    };
  });
}

/** The figure, and in brackets what the theory says. */
function valueOf({ figures, theory }: Cell, name: FigureName): string {
  const value = figures[name];
  if (value === undefined) return '–';
  const ideal = theory[name];
  return ideal === undefined ? written(name, value) : `${written(name, value)} (${written(name, ideal)})`;
}

function heading(name: FigureName): string {
  const { label, unit } = FIGURES[name];
  return unit === '' ? label : `${label} ${unit}`;
}

function parametersOf(cell: Cell | undefined): string {
  if (!cell) return '';
  const parameters = Object.entries(cell.parameters).map(([name, value]) => `${name}: ${value}`);
  const runs = cell.runs.length === 1 ? '1 run' : `${cell.runs.length} runs, medians`;
  return [`sessions: ${cell.sessions}`, ...parameters, runs].join(', ');
}

function notesOf({ label, runs }: Cell): readonly string[] {
  return [...new Set(runs.flatMap(({ notes }) => notes))].map((note) => `${label}: ${note}`);
}

/** What was found out about the messages of all runs together. */
export function auditOf({ cells }: Pick<Report, 'cells'>): {
  readonly sent: number;
  readonly received: number;
  readonly voids: readonly string[];
} {
  const runs = cells.flatMap((cell) => cell.runs.map((run) => ({ cell, run })));
  const sum = (of: (run: Cell['runs'][number]) => number): number =>
    runs.reduce((total, { run }) => total + of(run), 0);
  return {
    sent: sum(({ audit }) => audit.sent),
    received: sum(({ audit }) => audit.received),
    voids: runs.flatMap(({ cell, run }) =>
      run.faults.length === 0 ? [] : [`${cell.workload} ${cell.label}: ${run.faults.join('; ')}`],
    ),
  };
}

/** One line on where and when this was. */
export function placeOf({ software, at, machine, seed }: Report): string {
  const { cpu, cores, node, kernel, load, pinned } = machine;
  const pins = pinned ? 'server and clients on a core each' : 'nobody pinned to a core';
  return `${software}, ${at.slice(0, 16).replace('T', ' ')} UTC, ${cores} × ${cpu}, Linux ${kernel}, Node ${node}, ${pins}, load ${load.toFixed(1)}, seed ${seed}`;
}

/** The weather in words. */
export function weatherIn({ weather: { name, up, down, idleCut } }: Report): string {
  const facts = [
    `${up.delay + down.delay} ms there and back`,
    up.jitter > 0 ? `± ${up.jitter} ms each way` : '',
    up.loss > 0 ? `${(up.loss * 100).toFixed(1)} % of segments lost` : '',
    up.rate > 0 ? `${(up.rate * 8) / 1e6} Mbit/s` : '',
    down.buffer > 0 ? `responses buffered up to ${down.buffer} bytes` : '',
    idleCut > 0 ? `idle connections closed after ${idleCut / 1000} s` : '',
  ];
  return `${name}: ${facts.filter((fact) => fact !== '').join(', ')}`;
}
