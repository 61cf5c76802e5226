import { asCsv, asJson, save } from './export.ts';
import { BURST, type Lab } from './lab.ts';

/** The rates between which the slider chooses: 1, 2 and 5 of each power of ten. */
const RATES = [0.2, 0.5, 1, 2, 5, 10, 20, 50];

export function Controls({ lab }: { readonly lab: Lab }) {
  return (
    <section class="card controls" aria-label="Controls">
      <label class="rate">
        <span>Rate</span>
        <input
          type="range"
          min={0}
          max={RATES.length - 1}
          value={RATES.indexOf(lab.rate)}
          aria-valuetext={`${lab.rate} messages per second`}
          onInput={({ currentTarget }) => lab.setRate(RATES[Number(currentTarget.value)] ?? 1)}
        />
        <output>{lab.rate} msg/s</output>
      </label>
      <button type="button" onClick={() => lab.burst()}>
        Burst of {BURST}
      </button>
      <button type="button" aria-pressed={lab.isPaused} onClick={() => lab.pause(!lab.isPaused)}>
        {lab.isPaused ? 'Go on' : 'Pause'}
      </button>
      <button type="button" onClick={() => lab.reset()}>
        Reset
      </button>
      <span class="space" />
      <button type="button" class="quiet" onClick={() => save('holdfast-lab.json', 'application/json', asJson(lab))}>
        Save JSON
      </button>
      <button type="button" class="quiet" onClick={() => save('holdfast-lab.csv', 'text/csv', asCsv(lab))}>
        Save CSV
      </button>
    </section>
  );
}
