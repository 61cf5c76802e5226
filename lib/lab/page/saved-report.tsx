import { useState } from 'preact/hooks';
import { duration } from './format.ts';

/** What the page shows of a report of `holdfast compare`; see docs/reference/comparison.md. */
interface Report {
  readonly format: number;
  readonly at: string;
  readonly software: string;
  readonly weather: { readonly name: string };
  readonly cells: readonly {
    readonly workload: string;
    readonly label: string;
    readonly figures: Readonly<Record<string, number>>;
    readonly theory: Readonly<Record<string, number>>;
  }[];
}

const FORMAT = 1;
const FIGURES: readonly (readonly [name: string, title: string, text: (value: number) => string])[] = [
  ['latency50', 'p50', duration],
  ['latency99', 'p99', duration],
  ['latencyMax', 'longest', duration],
  ['requests', 'req/msg', (value) => value.toFixed(2)],
  ['bytesDown', 'B down', (value) => value.toFixed(0)],
  ['bytesUp', 'B up', (value) => value.toFixed(0)],
];

/** Opens a report that was saved by the command line, which measures what a page cannot. */
export function SavedReport() {
  const [report, setReport] = useState<Report | undefined>();
  const [problem, setProblem] = useState('');
  const open = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const read = readReport(await file.text());
    setReport(read);
    setProblem(read ? '' : `${file.name} is no report of holdfast compare.`);
  };
  return (
    <section class="card">
      <h2>A saved comparison</h2>
      <p>
        <code>holdfast compare --save report.json</code> measures with bytes of TCP and a network with weather. Its
        report can be read here; it does not leave the browser.
      </p>
      <label class="file">
        Open a report{' '}
        <input
          type="file"
          accept=".json,application/json"
          onChange={({ currentTarget }) => void open(currentTarget.files?.[0])}
        />
      </label>
      <p role="status">{problem}</p>
      {report ? <Figures report={report} /> : null}
    </section>
  );
}

function Figures({ report: { at, software, weather, cells } }: { readonly report: Report }) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="The saved comparison">
      <table>
        <caption>
          {software}, {new Date(at).toLocaleDateString('en')}, weather {weather.name}. In brackets: what would be
          measured if only the network took time.
        </caption>
        <thead>
          <tr>
            <th scope="col">transport</th>
            <th scope="col">workload</th>
            {FIGURES.map(([name, title]) => (
              <th scope="col" key={name}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map(({ workload, label, figures, theory }, index) => (
            <tr key={index}>
              <th scope="row">{label}</th>
              <td>{workload}</td>
              {FIGURES.map(([name, , text]) => (
                <td key={name}>{withTheory(figures[name], theory[name], text)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function withTheory(value: number | undefined, theory: number | undefined, text: (value: number) => string): string {
  if (value === undefined) return '–';
  return theory === undefined ? text(value) : `${text(value)} (${text(theory)})`;
}

/** Undefined when it is none. */
function readReport(text: string): Report | undefined {
  try {
    const value = JSON.parse(text) as Partial<Report> | null; // looked at below
    return value?.format === FORMAT && Array.isArray(value.cells) ? (value as Report) : undefined;
  } catch {
    return undefined;
  }
}
