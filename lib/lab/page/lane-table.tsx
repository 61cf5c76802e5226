import { EXPLANATIONS } from './explanations.ts';
import { count, duration, ratio } from './format.ts';
import type { Lab } from './lab.ts';
import type { Lane } from './lane.ts';

/** The transports side by side, in figures. */
export function LaneTable({ lab }: { readonly lab: Lab }) {
  const mostBytes = Math.max(1, ...lab.lanes.map(bytesOf));
  return (
    <section class="card lanes">
      <h2>Side by side</h2>
      <p>One session each, which sends to itself.</p>
      <div class="wide" tabIndex={0} role="region" aria-label="Figures of each transport">
        <table>
          <thead>
            <tr>
              <th scope="col">transport</th>
              <th scope="col">p50</th>
              <th scope="col">p99</th>
              <th scope="col">
                <abbr title="HTTP requests for each message, the way to the server and back">req/msg</abbr>
              </th>
              <th scope="col">
                <abbr title="Bytes of bodies for each message, both ways">B/msg</abbr>
              </th>
              <th scope="col">received</th>
              <th scope="col">
                <abbr title="lost and duplicated">lost/dup</abbr>
              </th>
              <th scope="col">
                <span class="hidden">switch</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lab.lanes.map((lane) => (
              <Row key={lane.id} lane={lane} share={bytesOf(lane) / mostBytes} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ lane, share }: { readonly lane: Lane; readonly share: number }) {
  const { id, transport, tally, latencies, wire, state, problem } = lane;
  const { label } = EXPLANATIONS[transport];
  const isOff = state === 'offline';
  return (
    <tr class={isOff ? 'off' : ''}>
      <th scope="row">
        <span class={`mark ${id}`} />
        {label}
        {state === 'online' ? null : <small class="state">{problem ?? (isOff ? 'stopped' : state)}</small>}
      </th>
      <td>{duration(latencies.quantile(0.5))}</td>
      <td>{duration(latencies.quantile(0.99))}</td>
      <td>{ratio(wire.requests, tally.received, 2)}</td>
      <td class="bytes">
        {ratio(wire.bytesUp + wire.bytesDown, tally.received, 0)}
        <i class={`bar ${id}`} style={{ width: `${share * 100}%` }} />
      </td>
      <td>{count(tally.received)}</td>
      <td class={tally.lost + tally.duplicated > 0 ? 'bad' : ''}>
        {tally.lost}/{tally.duplicated}
      </td>
      <td>
        <button
          type="button"
          class="quiet small"
          aria-label={`${isOff ? 'Start' : 'Stop'} ${label}`}
          onClick={() => (isOff ? void lane.start() : lane.stop())}
        >
          {isOff ? 'Start' : 'Stop'}
        </button>
      </td>
    </tr>
  );
}

function bytesOf({ wire, tally }: Lane): number {
  return tally.received === 0 ? 0 : (wire.bytesUp + wire.bytesDown) / tally.received;
}
