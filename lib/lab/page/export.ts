import type { Lab } from './lab.ts';
import type { Lane } from './lane.ts';
import { EXPLANATIONS } from './explanations.ts';

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99, longest: 1 };

/** Everything that the page shows, but for what went over the wire. */
export function asJson(lab: Lab): string {
  const report = {
    format: 'holdfast-lab/1',
    software: `Holdfast ${lab.settings.version}`,
    at: new Date().toISOString(),
    browser: navigator.userAgent,
    rate: lab.rate,
    lanes: lab.all.map(figuresOf),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** One line for each moment of sending, with a latency in milliseconds for each lane. */
export function asCsv(lab: Lab): string {
  const ids = lab.all.map(({ id }) => id);
  const lines = lab.ticks.map(({ at, latencies }) => {
    return [at / 1000, ...ids.map((id) => latencies[id])].map((value) => value?.toFixed(3) ?? '').join(',');
  });
  return `${[['seconds', ...ids].join(','), ...lines].join('\n')}\n`;
}

export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

function figuresOf({ id, transport, tally, latencies, wire, moves, resets }: Lane): object {
  const { sent, received, lost, duplicated } = tally;
  const { requests, bytesUp, bytesDown } = wire;
  const quantiles = Object.entries(SHARES).map(([name, share]) => [name, latencies.quantile(share)]);
  return {
    id,
    label: EXPLANATIONS[transport].label,
    sent,
    received,
    lost,
    duplicated,
    resets,
    requests,
    bytesUp,
    bytesDown,
    latency: { unit: 'ms', ...Object.fromEntries(quantiles), cumulative: latencies.cumulative() },
    moves,
  };
}
