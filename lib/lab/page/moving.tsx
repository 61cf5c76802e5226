import { EXPLANATIONS } from './explanations.ts';
import { count, duration } from './format.ts';
import type { Lab } from './lab.ts';
import type { Lane } from './lane.ts';

const SHOWN_MOVES = 8;

/** One session that is taken from transport to transport while messages flow. */
export function Moving({ lab }: { readonly lab: Lab }) {
  const { moved } = lab;
  if (!moved) return null;
  return (
    <section class="card moving">
      <div class="heading">
        <div>
          <h2>Move this session</h2>
          <p>It sends and receives like the others. Wherever it goes, every message arrives once, and in order.</p>
        </div>
        <Totals lane={moved} />
      </div>
      <div class="buttons" role="group" aria-label="Move the session to">
        {lab.transports.map((name) => (
          <button
            type="button"
            key={name}
            class={`transport ${name}`}
            aria-pressed={moved.transport === name && moved.state === 'online'}
            disabled={moved.state === 'offline'}
            onClick={() => void moved.moveTo(name)}
          >
            <span class={`mark ${name}`} />
            {EXPLANATIONS[name].label}
          </button>
        ))}
      </div>
      <div class="buttons">
        <button type="button" disabled={lab.tour > 0 || moved.state === 'offline'} onClick={() => void lab.goOnTour()}>
          {lab.tour > 0 ? `${lab.tour} moves to go` : 'Tour of 20 moves'}
        </button>
        <button type="button" class="danger" disabled={moved.state !== 'online'} onClick={() => moved.cut()}>
          Cut the cable
        </button>
        <p>
          A tour goes each way in turn. A cut breaks the connection without a word, as a network does that fails; the
          session comes back by itself.
        </p>
      </div>
      <Ledger lane={moved} />
      <Moves lane={moved} />
    </section>
  );
}

function Totals({ lane: { tally } }: { readonly lane: Lane }) {
  return (
    <dl class="totals" aria-live="polite">
      <Total name="sent" value={tally.sent} />
      <Total name="received" value={tally.received} />
      <Total name="lost" value={tally.lost} isFault />
      <Total name="duplicated" value={tally.duplicated} isFault />
    </dl>
  );
}

function Total({
  name,
  value,
  isFault = false,
}: {
  readonly name: string;
  readonly value: number;
  readonly isFault?: boolean;
}) {
  return (
    <div class={isFault ? (value > 0 ? 'bad' : 'good') : ''}>
      <dt>{name}</dt>
      <dd data-total={name}>{count(value)}</dd>
    </div>
  );
}

function Ledger({ lane }: { readonly lane: Lane }) {
  const { taken, unacknowledged, jid } = lane.ledger;
  const stalls = lane.moves.map(({ stall }) => stall).sort((one, other) => one - other);
  const facts: [string, string][] = [
    ['state', lane.problem === undefined ? lane.state : `${lane.state}: ${lane.problem}`],
    ['carried by', EXPLANATIONS[lane.transport].label],
    ['moves', count(lane.moves.length)],
    ['stall, median', duration(stalls[Math.floor(stalls.length / 2)])],
    ['stall, longest', duration(stalls.at(-1))],
    ['taken (h)', count(taken)],
    ['not acknowledged', count(unacknowledged)],
    ['new sessions', count(lane.resets)],
    ['address', jid],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Moves({ lane: { moves } }: { readonly lane: Lane }) {
  if (moves.length === 0) return null;
  const last = moves.slice(-SHOWN_MOVES);
  return (
    <ol class="moves" start={moves.length - last.length + 1} aria-label="The last moves">
      {last.map(({ from, to, stall }, index) => (
        <li key={moves.length - last.length + index}>
          {from === undefined || from === to ? null : `${EXPLANATIONS[from].label} → `}
          <b>{EXPLANATIONS[to].label}</b> {duration(stall)}
        </li>
      ))}
    </ol>
  );
}
