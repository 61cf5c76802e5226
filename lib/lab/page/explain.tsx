import { useState } from 'preact/hooks';
import type { TransportName } from '../../client/index.ts';
import { EXPLANATIONS } from './explanations.ts';
import { duration } from './format.ts';
import type { Lab } from './lab.ts';
import type { Entry } from './wire-log.ts';

/** Rows of the list of frames. */
const ROWS = 40;

/** How a transport works, with what it really sent. */
export function Explain({ lab }: { readonly lab: Lab }) {
  const [chosen, choose] = useState<TransportName>(lab.transports[0] ?? 'bosh');
  const { how, cost, rule, source } = EXPLANATIONS[chosen];
  const latest = latestOf(lab, chosen);
  return (
    <section class="card explain">
      <h2>How it works</h2>
      <div class="buttons" role="group" aria-label="Explain">
        {lab.transports.map((name) => (
          <button type="button" key={name} aria-pressed={name === chosen} onClick={() => choose(name)}>
            <span class={`mark ${name}`} />
            {EXPLANATIONS[name].label}
          </button>
        ))}
      </div>
      <p class="how">{how}</p>
      <p>{cost}</p>
      <blockquote>
        {rule} <a href={source[1]}>{source[0]}</a>
      </blockquote>
      <div class="wires">
        <Wire title="The last that was sent with a message" text={latest?.up} />
        <Wire title="The last that came with one" text={latest?.down} />
      </div>
      <Frames lab={lab} />
    </section>
  );
}

function Wire({ title, text }: { readonly title: string; readonly text: string | undefined }) {
  return (
    <div>
      <h3>{title}</h3>
      <pre tabIndex={0}>{text ?? 'Nothing yet.'}</pre>
    </div>
  );
}

/** What went over the wire for the session that moves. */
function Frames({ lab }: { readonly lab: Lab }) {
  const [held, hold] = useState<readonly Entry[] | undefined>();
  const entries = (held ?? lab.moved?.wire.entries ?? []).slice(-ROWS).reverse();
  return (
    <details class="frames">
      <summary>Raw frames of the session that moves</summary>
      <button
        type="button"
        class="quiet"
        aria-pressed={held !== undefined}
        onClick={() => hold(held ? undefined : [...(lab.moved?.wire.entries ?? [])])}
      >
        {held ? 'Follow' : 'Hold'}
      </button>
      <ol>
        {entries.map(({ id, at, way, transport, text }) => (
          <li key={id}>
            <span class={`mark ${transport}`} />
            <small>
              {way === 'up' ? '↑' : '↓'} {EXPLANATIONS[transport].label}, {duration(at)}
            </small>
            <pre>{text}</pre>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** What its own lane sent, or the session that moves when that lane is stopped. */
function latestOf(lab: Lab, transport: TransportName) {
  const lane = lab.lanes.find(({ id }) => id === transport);
  return lane?.wire.latest.get(transport) ?? lab.moved?.wire.latest.get(transport);
}
