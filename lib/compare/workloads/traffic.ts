import type { Arrival } from '../arrivals.ts';
import { faultsOf } from '../audit.ts';
import { Chance } from '../chance.ts';
import type { Figures } from '../figures.ts';
import type { Histogram } from '../histogram.ts';
import { play } from '../play.ts';
import { Stage, type Reading, type StageOptions } from '../stage.ts';
import type { Ideal, Situation } from '../theory.ts';
import { TRANSPORTS } from '../transports.ts';
import type { Measured, Trial } from './workload.ts';

const LONGEST_WARM_UP = 1500;

/** Milliseconds before what is sent is counted. */
export function warmUpOf(duration: number): number {
  return Math.min(LONGEST_WARM_UP, duration);
}

export interface Playbook {
  readonly arrivals: readonly Arrival[];
  /** Milliseconds that are measured. */
  readonly duration: number;
  readonly act: (stage: Stage, arrival: Arrival) => void;
  readonly prepare?: (stage: Stage) => void | Promise<void>;
}

export function stageOptions({ server, transport, weather, seed, size }: Trial): StageOptions {
  return { server, transport, weather, seed, sessions: size.sessions };
}

/** Plays messages to a stage, and measures everything about them. */
export async function measureTraffic(options: StageOptions, playbook: Playbook): Promise<Measured> {
  const stage = await Stage.open(options);
  try {
    await playbook.prepare?.(stage);
    const start = performance.now();
    stage.latenciesFrom = start + warmUpOf(playbook.duration);
    stage.latenciesUntil = stage.latenciesFrom + playbook.duration;
    const readings = Promise.all([stage.readAt(stage.latenciesFrom), stage.readAt(stage.latenciesUntil)]);
    const lags = await play(playbook.arrivals, start, (arrival) => playbook.act(stage, arrival));
    const [before, after] = await readings;
    const connections = stage.connections / options.sessions;
    await stage.drain();
    const audit = stage.auditor.result;
    return {
      audit,
      faults: [...stage.faults, ...faultsOf(audit)],
      figures: {
        ...latencyFigures(stage.latencies),
        ...costs(stage, before, after),
        connections,
        lag: lags.quantile(0.99) / 1000,
      },
      latencies: stage.latencies.bins,
    };
  } finally {
    await stage.close();
  }
}

function latencyFigures(latencies: Histogram): Figures {
  if (latencies.total === 0) return {};
  const at = (fraction: number): number => latencies.quantile(fraction) / 1000;
  return {
    latency50: at(0.5),
    latency90: at(0.9),
    latency99: at(0.99),
    latency999: at(0.999),
    latencyMax: latencies.highest / 1000,
  };
}

function costs({ latencies: { total } }: Stage, before: Reading, after: Reading): Figures {
  if (total === 0) return {};
  const perMessage = (of: (reading: Reading) => number): number => (of(after) - of(before)) / total;
  return {
    requests: perMessage(({ requests }) => requests),
    bytesDown: perMessage(({ down }) => down),
    headDown: perMessage(({ down, bodyDown }) => down - bodyDown),
    bytesUp: perMessage(({ up }) => up),
    headUp: perMessage(({ up, bodyUp }) => up - bodyUp),
    ...(before.cpu === undefined || after.cpu === undefined
      ? {}
      : { serverCpu: ((after.cpu - before.cpu) / total) * 1000 }),
  };
}

/** What the theory says about a Poisson process of messages to each client. */
export function idealFigures({
  transport,
  weather,
  seed,
  size,
}: Pick<Trial, 'transport' | 'weather' | 'seed' | 'size'>): Figures {
  const situation: Situation = { rate: size.rate, up: weather.up.delay, down: weather.down.delay };
  const chance = new Chance(seed);
  return figuresOf(TRANSPORTS[transport].ideal(situation, () => chance.next()));
}

export function figuresOf(ideal: Ideal): Figures {
  return {
    latency50: ideal.latency(0.5),
    latency90: ideal.latency(0.9),
    latency99: ideal.latency(0.99),
    latency999: ideal.latency(0.999),
    latencyMax: ideal.latency(1),
    ...(ideal.requestsPerMessage === undefined ? {} : { requests: ideal.requestsPerMessage }),
  };
}
