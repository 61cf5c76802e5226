import { setTimeout as pause } from 'node:timers/promises';
import type { Figures } from '../figures.ts';
import { Stage, type Reading } from '../stage.ts';
import { stageOptions } from './traffic.ts';
import type { Workload } from './workload.ts';

/** Sessions from whose memory the server is warm: what it takes once is not counted. */
const FIRST_SHARE = 0.25;
/** Else the garbage of logins is most of what the server grows by. */
const SMALL_NURSERY = ['--max-semi-space-size=1'];
const CALM_MS = 1000;
/** In less time nothing happens, and nothing can be said about an hour. */
const LEAST_SECONDS = 60;
const HOUR = 3_600_000;

/** Sessions in which nothing is said. */
export const W5: Workload = {
  id: 'W5',
  title: 'idle sessions',
  about: 'A fresh server gets sessions that do nothing: its memory for each, and what signs of life cost in an hour.',
  size: { sessions: 400, seconds: 120, rate: 1 },
  quick: { sessions: 120, seconds: 1, rate: 1 },
  parameters: () => ({}),
  async run(trial) {
    const server = await trial.startServer(SMALL_NURSERY);
    const sessions = Math.ceil(trial.size.sessions * FIRST_SHARE);
    try {
      const first = await Stage.open({ ...stageOptions(trial), server, sessions });
      await pause(CALM_MS);
      const before = server.process.memory;
      const rest = trial.size.sessions - sessions;
      const second = await Stage.open({ ...stageOptions(trial), server, sessions: rest });
      await pause(CALM_MS);
      const after = server.process.memory;
      const idle = await idleFigures([first, second], trial.size);
      const faults = [...first.faults, ...second.faults];
      const connections = (first.connections + second.connections) / trial.size.sessions;
      await Promise.all([first.close(), second.close()]);
      const memory = before === undefined || after === undefined ? {} : { memory: (after - before) / rest / 1000 };
      return { audit: first.auditor.result, faults, figures: { ...memory, ...idle, connections }, latencies: [] };
    } finally {
      await server.stop();
    }
  },
  theory: () => ({}),
};

async function idleFigures(stages: readonly Stage[], size: { seconds: number; sessions: number }): Promise<Figures> {
  if (size.seconds < LEAST_SECONDS) return {};
  const before = stages.map((stage) => stage.read());
  await pause(size.seconds * 1000);
  const after = stages.map((stage) => stage.read());
  const gained = (of: (reading: Reading) => number): number =>
    after.reduce((sum, reading) => sum + of(reading), 0) - before.reduce((sum, reading) => sum + of(reading), 0);
  const perHour = HOUR / (size.seconds * 1000) / size.sessions;
  // Both stages have the same server.
  const [from, to] = [before[0]?.cpu, after[0]?.cpu];
  return {
    idleBytes: (gained(({ up, down }) => up + down) * perHour) / 1000,
    ...(from === undefined || to === undefined ? {} : { idleCpu: (to - from) * perHour }),
  };
}
