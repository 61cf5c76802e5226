import { bursts } from '../arrivals.ts';
import type { Figures } from '../figures.ts';
import { idealFigures, measureTraffic, stageOptions, warmUpOf } from './traffic.ts';
import type { Trial, Workload } from './workload.ts';

const SIZES = [1, 10, 100];
const MEAN_SIZE = SIZES.reduce((sum, size) => sum + size, 0) / SIZES.length;
/** As good as never: no burst meets the one before. */
const SELDOM = 1e-9;

/** Many messages at once, then nothing. */
export const W2: Workload = {
  id: 'W2',
  title: 'bursts',
  about: 'Each client gets 1, 10 and 100 messages at once, in turn: what belongs together leaves together.',
  size: { sessions: 20, seconds: 30, rate: 0.2 },
  quick: { sessions: 20, seconds: 3, rate: 1 },
  parameters: ({ rate }) => ({ 'bursts per second and session': rate, 'messages in a burst': SIZES.join(', ') }),
  run(trial) {
    const { size } = trial;
    const duration = size.seconds * 1000;
    const plan = { sizes: SIZES, every: 1000 / size.rate };
    return measureTraffic(stageOptions(trial), {
      arrivals: bursts(size.sessions, plan, warmUpOf(duration) + duration),
      duration,
      act: (stage, { client, count }) => stage.sendTo(client, count),
    });
  },
  theory,
};

function theory(trial: Pick<Trial, 'transport' | 'weather' | 'seed' | 'size'>): Figures {
  const latencies = idealFigures({ ...trial, size: { ...trial.size, rate: SELDOM } });
  const { requests } = idealFigures(trial);
  return { ...latencies, ...(requests === undefined ? {} : { requests: requests / MEAN_SIZE }) };
}
