import type { Lab } from './lab.ts';
import type { Lane } from './lane.ts';
import { count, duration } from './format.ts';
import { decade, decades } from './latency-plot.tsx';
import { colorOf, labelOf } from './lane-names.ts';
import { Legend } from './legend.tsx';
import { Plot } from './plot.tsx';

const SHARES = [0.1, 0.5, 0.9, 0.99, 1];

/** Which share of all messages took at most how long. */
export function DistributionPlot({ lab, theme }: { readonly lab: Lab; readonly theme: string }) {
  const lanes = lab.all;
  return (
    <figure class="card">
      <figcaption>
        <h2>Distribution</h2>
        <p>
          The share of all messages that took at most so long. Steep is good; a tail to the right is what people notice.
        </p>
        <Legend lanes={lanes} />
      </figcaption>
      <Plot
        label="Cumulative distribution of latency, for each transport"
        lines={lanes.map((lane) => ({ label: labelOf(lane), color: colorOf(lane), isStepped: true }))}
        data={aligned(lanes)}
        x={{ time: false, distr: 3, range: (_plot, least, most) => decades(least, most) }}
        y={{ range: [0, 100] }}
        xText={decade}
        yText={(value) => `${value} %`}
        theme={theme}
      />
      <Table lanes={lanes} />
    </figure>
  );
}

/** All curves at the places of all: where a curve has no place of its own it stays as high as it was. */
function aligned(lanes: readonly Lane[]): [number[], ...number[][]] {
  const curves = lanes.map(({ latencies }) => new Map(latencies.cumulative()));
  const places = [...new Set(curves.flatMap((curve) => [...curve.keys()]))].sort((one, other) => one - other);
  const first = (places[0] ?? 1) * 0.98;
  const heights = curves.map((curve) => {
    let height = 0;
    return [0, ...places.map((place) => (height = (curve.get(place) ?? height / 100) * 100))];
  });
  return [[first, ...places], ...heights];
}

function Table({ lanes }: { readonly lanes: readonly Lane[] }) {
  return (
    <details>
      <summary>As a table</summary>
      <div class="wide" tabIndex={0} role="region" aria-label="Distribution of latency">
        <table>
          <thead>
            <tr>
              <th scope="col">transport</th>
              <th scope="col">messages</th>
              {SHARES.map((share) => (
                <th scope="col" key={share}>
                  {share === 1 ? 'longest' : `${share * 100} %`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane) => (
              <tr key={lane.id}>
                <th scope="row">{labelOf(lane)}</th>
                <td>{count(lane.latencies.count)}</td>
                {SHARES.map((share) => (
                  <td key={share}>{duration(lane.latencies.quantile(share))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
