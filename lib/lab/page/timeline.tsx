import type { Lab } from './lab.ts';
import type { Lane } from './lane.ts';
import { EXPLANATIONS } from './explanations.ts';
import { count, duration } from './format.ts';

/** Milliseconds that are shown. */
const WINDOW = 10_000;

/** When requests were under way, and when messages came. */
export function Timeline({ lab }: { readonly lab: Lab }) {
  const now = performance.now();
  const { lanes } = lab;
  return (
    <figure class="card timeline">
      <figcaption>
        <h2>Requests</h2>
        <p>The last ten seconds: a bar is a request, light when it only reads; a dot is a message that arrived.</p>
      </figcaption>
      <ul role="img" aria-label="Requests of the last ten seconds, for each transport">
        {lanes.map((lane) => (
          <li key={lane.id}>
            <span>{EXPLANATIONS[lane.transport].label}</span>
            <svg class={lane.id} aria-hidden="true">
              <line x1="0" x2="100%" y1="50%" y2="50%" />
              {spansOf(lane, now)}
              {lane.arrivals
                .filter((at) => at > now - WINDOW)
                .map((at) => (
                  <circle key={at} cx={`${place(at, now)}%`} cy="50%" r={2.5} />
                ))}
            </svg>
          </li>
        ))}
      </ul>
      <Table lanes={lanes} now={now} />
    </figure>
  );
}

function spansOf(lane: Lane, now: number) {
  const shown = lane.wire.spans.filter(({ until = now }) => until > now - WINDOW);
  return shown.map(({ from, until = now, isReading }) => {
    const left = Math.max(0, place(from, now));
    const width = Math.max(0.2, place(until, now) - left);
    const [kind, y] = isReading ? ['held', 3] : ['sent', 14];
    return <rect key={from} class={kind} x={`${left}%`} y={y} width={`${width}%`} height={9} rx={1.5} />;
  });
}

/** Percent from the left. */
function place(at: number, now: number): number {
  return 100 - ((now - at) / WINDOW) * 100;
}

function Table({ lanes, now }: { readonly lanes: readonly Lane[]; readonly now: number }) {
  return (
    <details>
      <summary>As a table</summary>
      <div class="wide" tabIndex={0} role="region" aria-label="Requests of the last ten seconds">
        <table>
          <thead>
            <tr>
              <th scope="col">transport</th>
              <th scope="col">requests</th>
              <th scope="col">open now</th>
              <th scope="col">longest</th>
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane) => {
              const spans = lane.wire.spans.filter(({ until = now }) => until > now - WINDOW);
              const times = spans.map(({ from, until = now }) => until - from);
              return (
                <tr key={lane.id}>
                  <th scope="row">{EXPLANATIONS[lane.transport].label}</th>
                  <td>{count(spans.length)}</td>
                  <td>{spans.filter(({ until }) => until === undefined).length}</td>
                  <td>{spans.length === 0 ? '–' : duration(Math.max(...times))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
