import type { Lab, Tick } from './lab.ts';
import type { Lane } from './lane.ts';
import { duration } from './format.ts';
import { colorOf, labelOf } from './lane-names.ts';
import { Legend } from './legend.tsx';
import { Plot } from './plot.tsx';

/** Seconds that are shown. */
const WINDOW = 60;
const ROWS = 12;

/** How long each message took, over the last minute. */
export function LatencyPlot({ lab, theme }: { readonly lab: Lab; readonly theme: string }) {
  const now = performance.now();
  const ticks = lab.ticks.filter(({ at }) => at > now - WINDOW * 1000);
  const lanes = lab.all;
  const ages = ticks.map(({ at }) => (at - now) / 1000);
  const data = [ages, ...lanes.map(({ id }) => ticks.map(({ latencies }) => latencies[id]))] as [
    number[],
    ...number[][],
  ]; // with gaps
  return (
    <figure class="card">
      <figcaption>
        <h2>Latency</h2>
        <p>From sending to receiving, through the server and back, over the last minute.</p>
        <Legend lanes={lanes} />
      </figcaption>
      <Plot
        label="Latency of each message over the last minute, for each transport"
        lines={lanes.map((lane) => ({ label: labelOf(lane), color: colorOf(lane) }))}
        data={data}
        x={{ time: false, range: [-WINDOW, 0] }}
        y={{ distr: 3, range: (_plot, least, most) => decades(least, most) }}
        xText={(value) => (value === 0 ? 'now' : `${value} s`)}
        yText={decade}
        theme={theme}
      />
      <Table ticks={ticks.slice(-ROWS)} lanes={lanes} now={now} />
    </figure>
  );
}

function Table({
  ticks,
  lanes,
  now,
}: {
  readonly ticks: Tick[];
  readonly lanes: readonly Lane[];
  readonly now: number;
}) {
  return (
    <details>
      <summary>The last {ROWS} as a table</summary>
      <div class="wide" tabIndex={0} role="region" aria-label="Latency of the last messages">
        <table>
          <thead>
            <tr>
              <th scope="col">sent</th>
              {lanes.map((lane) => (
                <th scope="col" key={lane.id}>
                  {labelOf(lane)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ticks.map(({ number, at, latencies }) => (
              <tr key={number}>
                <th scope="row">{duration(now - at)} ago</th>
                {lanes.map(({ id }) => (
                  <td key={id}>{duration(latencies[id])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Whole powers of ten around what there is. */
export function decades(least: number | null, most: number | null): [number, number] {
  const from = 10 ** Math.floor(Math.log10(Math.max(0.1, least ?? 1)));
  return [from, Math.max(from * 100, 10 ** Math.ceil(Math.log10(Math.max(1, most ?? 1) * 1.01)))];
}

/** Only powers of ten are written beside a logarithmic scale. */
export function decade(value: number | null): string {
  return value !== null && Math.abs(Math.log10(value) % 1) < 1e-9
    ? duration(value).replace('.00', '').replace('.0', '')
    : '';
}
