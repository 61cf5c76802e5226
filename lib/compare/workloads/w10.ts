import { faultsOf } from '../audit.ts';
import { poisson } from '../arrivals.ts';
import { Histogram } from '../histogram.ts';
import { play } from '../play.ts';
import { Stage } from '../stage.ts';
import { stageOptions } from './traffic.ts';
import type { Workload } from './workload.ts';

const GROWTH = 1.5;
const MOST_STEPS = 20;
/** A machine that was busy for a moment gets another chance. */
const TRIES = 2;
/** Milliseconds above the p99 of the first step, at which it is too much. */
const TOO_LATE = 100;
/** The load was late by so many milliseconds: then it is the clients who are at their end. */
const LOAD_IS_LATE = 50;

/** As much as there may be. */
export const W10: Workload = {
  id: 'W10',
  title: 'saturation',
  about:
    'Half as many messages more in each step, until they come too late. One core for the server, one for all clients.',
  size: { sessions: 50, seconds: 3, rate: 4 },
  quick: { sessions: 50, seconds: 0.4, rate: 8 },
  parameters: ({ rate }) => ({ 'messages per second and session at first': rate, 'in each step': `× ${GROWTH}` }),
  async run(trial) {
    const { size } = trial;
    const stage = await Stage.open(stageOptions(trial));
    let latencies = new Histogram();
    stage.onMessage = ({ latency }) => latencies.add(latency * 1000);
    let isLoadLate = false;
    let capacity = 0;
    let limit = Infinity;
    try {
      let rate = size.rate;
      for (let step = 0, failures = 0; step < MOST_STEPS && failures < TRIES; step += 1) {
        latencies = new Histogram();
        const arrivals = poisson(size.sessions, rate, size.seconds * 1000, stage.chance.branch(step));
        const lags = await play(arrivals, performance.now(), ({ client }) => stage.sendTo(client));
        await stage.drain();
        const late = latencies.quantile(0.99) / 1000;
        if (step === 0) limit = late + TOO_LATE;
        isLoadLate = lags.quantile(0.99) / 1000 > LOAD_IS_LATE;
        if (late > limit || isLoadLate) {
          failures += 1;
          continue;
        }
        failures = 0;
        capacity = rate * size.sessions;
        rate *= GROWTH;
      }
      const notes = isLoadLate ? ['the clients were at their end before the server was'] : [];
      const audit = stage.auditor.result;
      return { audit, faults: [...stage.faults, ...faultsOf(audit)], figures: { capacity }, latencies: [], notes };
    } finally {
      await stage.close();
    }
  },
  theory: () => ({}),
};
