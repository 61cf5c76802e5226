import { setTimeout as pause } from 'node:timers/promises';
import { faultsOf } from '../audit.ts';
import { poisson } from '../arrivals.ts';
import { Chance } from '../chance.ts';
import { play } from '../play.ts';
import { Stage } from '../stage.ts';
import { TRANSPORTS } from '../transports.ts';
import { roundTrip } from '../weather/weather.ts';
import { stageOptions } from './traffic.ts';
import type { Workload } from './workload.ts';

const HOLE_MS = 5000;
const IDLE_CUT_MS = 1500;
/** After the reset, before the next failure, and before everything is over. */
const PATIENCE_MS = 10_000;
const POLL_MS = 5;

/** Networks that fail while messages are on their way. */
export const W7: Workload = {
  id: 'W7',
  title: 'failures',
  about:
    'Every connection is reset; then 5 s nothing gets through; then a proxy closes idle connections. Nothing may be lost.',
  size: { sessions: 20, seconds: 3, rate: 5 },
  quick: { sessions: 10, seconds: 0.5, rate: 5 },
  parameters: ({ rate }) => ({ 'messages per second and session': rate }),
  async run(trial) {
    const { size, seed, weather } = trial;
    const stage = await Stage.open({ ...stageOptions(trial), managed: true });
    const calm = size.seconds * 1000;
    let isOver = false;
    const arrivals = poisson(size.sessions, size.rate, 120_000, new Chance(seed));
    const traffic = play(
      arrivals,
      performance.now(),
      ({ client }) => stage.sendTo(client),
      () => isOver,
    );
    try {
      await pause(calm);
      for (const proxy of stage.proxies) proxy.reset();
      const recoveryReset = await owed(stage);
      await pause(calm);
      for (const proxy of stage.proxies) proxy.blackHole(HOLE_MS);
      await pause(HOLE_MS);
      const recoveryHole = await owed(stage);
      isOver = true;
      await traffic;
      await stage.drain();
      for (const proxy of stage.proxies) proxy.weather = { ...weather, idleCut: IDLE_CUT_MS };
      await pause(IDLE_CUT_MS * 1.5);
      const recoveryCut = await owed(stage);
      const audit = stage.auditor.result;
      const faults = [...stage.faults, ...faultsOf(audit)];
      return { audit, faults, figures: { recoveryReset, recoveryHole, recoveryCut }, latencies: [] };
    } finally {
      isOver = true;
      await stage.close();
    }
  },
  theory({ transport, weather }) {
    const { kind, hasPosts, roundTrips } = TRANSPORTS[transport];
    if (kind === 'polled') return {};
    const back = roundTrip(weather);
    // Over HTTP the next request is enough, on a new connection. Others log in again, and resume.
    const recoveryReset = (hasPosts ? 2 : roundTrips) * back;
    return { recoveryReset, recoveryCut: weather.down.delay };
  },
};

/** Sends one more message to everybody: with it everything before it has come. How long does that take? */
async function owed(stage: Stage): Promise<number> {
  const start = performance.now();
  const waiting = new Set(stage.sessions.keys());
  stage.onMessage = ({ channel, sentAt }) => {
    if (sentAt >= start) waiting.delete(channel);
  };
  for (const client of stage.sessions.keys()) stage.sendTo(client);
  while (waiting.size > 0 && performance.now() < start + PATIENCE_MS && stage.faults.length === 0) await pause(POLL_MS);
  if (waiting.size > 0) stage.fault(`${waiting.size} sessions did not recover within ${PATIENCE_MS / 1000} s`);
  return performance.now() - start;
}
