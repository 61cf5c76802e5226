import { FIGURE_NAMES, FIGURES, type FigureName, type Figures } from './figures.ts';
import { fold, medians, type Measurement, type Results } from './results.ts';

/** The floor that Holdfast's budget is a multiple of. */
const FLOOR = 'koa';

/** The results as tables for people. */
export function report({ at, commit, machine, measurements }: Results): string {
  const memory = Math.round(machine.memory / 2 ** 30);
  const tables = casesOf(measurements).map((rows) => table(rows));
  return [
    `${at}  commit ${commit}`,
    `${machine.cpu}, ${machine.cores} cores, ${memory} GiB, Linux ${machine.kernel}, Node ${machine.node}; ` +
      `load before ${machine.load.toFixed(1)}; ${machine.pinned ? 'one core for the server, one for the load' : 'not pinned'}`,
    'median of the rounds (lowest–highest)',
    '',
    ...tables,
  ].join('\n');
}

/** Now divided by then, for all that both runs have. */
export function comparison(now: Results, then: Results): string {
  const lines = now.measurements.flatMap((measurement) => {
    const earlier = then.measurements.find(
      (other) => other.case === measurement.case && other.server === measurement.server,
    );
    return earlier
      ? [`${measurement.case}, ${measurement.name}: ${ratios(medians(measurement), medians(earlier))}`]
      : [];
  });
  const isSame = now.machine.cpu === then.machine.cpu && now.machine.cores === then.machine.cores;
  const warning = isSame ? [] : ['Another machine: only ratios between servers of one run mean anything.'];
  return [`Compared to ${then.at}, commit ${then.commit} (now / then)`, ...warning, ...lines, ''].join('\n');
}

function ratios(now: Figures, then: Figures): string {
  return FIGURE_NAMES.flatMap((name) => {
    const [a, b] = [now[name], then[name]];
    return a === undefined || b === undefined ? [] : [`${FIGURES[name].label} ${(a / b).toFixed(2)}`];
  }).join(', ');
}

function casesOf(measurements: readonly Measurement[]): readonly (readonly Measurement[])[] {
  const names = new Set(measurements.map((measurement) => measurement.case));
  return Array.from(names, (name) => measurements.filter((measurement) => measurement.case === name));
}

function table(rows: readonly Measurement[]): string {
  const present = FIGURE_NAMES.filter((name) => rows.some(({ rounds }) => rounds.some((figures) => name in figures)));
  const floor = rows.find(({ server }) => server === FLOOR);
  const head = [rows[0]?.case ?? '', ...present.map(title)];
  const body = rows.map((row) => [
    row.name,
    ...(row.rounds.length === 0 ? [] : present.map((name) => cell(row, name, floor))),
  ]);
  const widths = head.map((text, column) => Math.max(text.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ');
  const faults = rows.flatMap(({ name, faults }) => faults.map((fault) => `  void: ${name}: ${fault}`));
  return `${[line(head), ...body.map(line), ...faults].join('\n')}\n`;
}

function title(name: FigureName): string {
  const { label, unit } = FIGURES[name];
  return unit === '' ? label : `${label} (${unit})`;
}

/** `85 (83–90) 1.4×Koa` */
function cell(row: Measurement, name: FigureName, floor: Measurement | undefined): string {
  const middle = medians(row)[name];
  if (middle === undefined) return '';
  const text = (value: number | undefined) => (value ?? Number.NaN).toFixed(FIGURES[name].decimals);
  const low = fold(row.rounds, (values) => Math.min(...values))[name];
  const high = fold(row.rounds, (values) => Math.max(...values))[name];
  const range = row.rounds.length > 1 ? ` (${text(low)}–${text(high)})` : '';
  const base = name === 'messageCpu' && floor ? medians(floor)[name] : undefined;
  const ratio = base === undefined ? '' : ` ${(middle / base).toFixed(2)}×Koa`;
  return `${text(middle)}${range}${ratio}`;
}
