import { poisson } from '../arrivals.ts';
import { Chance } from '../chance.ts';
import { idealFigures, measureTraffic, stageOptions, warmUpOf } from './traffic.ts';
import type { Workload } from './workload.ts';

/** Messages to clients that only listen. */
export const W1: Workload = {
  id: 'W1',
  title: 'messages that arrive at random',
  about: 'Each client gets messages as a Poisson process: the latency, and what one message costs.',
  size: { sessions: 50, seconds: 60, rate: 1 },
  quick: { sessions: 100, seconds: 5, rate: 1 },
  parameters: ({ rate }) => ({ 'messages per second and session': rate }),
  run(trial) {
    const { seed, size } = trial;
    const duration = size.seconds * 1000;
    const arrivals = poisson(size.sessions, size.rate, warmUpOf(duration) + duration, new Chance(seed));
    return measureTraffic(stageOptions(trial), {
      arrivals,
      duration,
      act: (stage, { client, count }) => stage.sendTo(client, count),
    });
  },
  theory: idealFigures,
};
