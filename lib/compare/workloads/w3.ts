import { poisson } from '../arrivals.ts';
import { Chance } from '../chance.ts';
import type { Figures } from '../figures.ts';
import type { Stage } from '../stage.ts';
import { TRANSPORTS } from '../transports.ts';
import { idealFigures, measureTraffic, stageOptions, warmUpOf } from './traffic.ts';
import type { Trial, Workload } from './workload.ts';

/** Questions have channels from here on: they are audited, and their answers are what is measured. */
const QUESTIONS = 100_000;
const SELDOM = 1e-9;

/** Somebody says something, and is answered at once. */
export const W3: Workload = {
  id: 'W3',
  title: 'conversation',
  about:
    'Each client asks, and somebody beside the server answers at once: latency is from the question to its answer.',
  size: { sessions: 50, seconds: 30, rate: 1 / 3 },
  quick: { sessions: 50, seconds: 3, rate: 1 / 3 },
  parameters: ({ rate }) => ({ 'questions per second and session': Number(rate.toFixed(3)) }),
  run(trial) {
    const { seed, size } = trial;
    const duration = size.seconds * 1000;
    return measureTraffic(stageOptions(trial), {
      arrivals: poisson(size.sessions, size.rate, warmUpOf(duration) + duration, new Chance(seed)),
      duration,
      prepare: answerEverything,
      act: (stage, { client }) => {
        const question = stage.messages(stage.sender.jid, QUESTIONS + client, 1);
        stage.sessions[client]?.send(question);
      },
    });
  },
  theory,
};

function answerEverything(stage: Stage): void {
  stage.measures = (channel) => channel < QUESTIONS;
  stage.onMessage = ({ channel, sentAt }) => {
    if (channel < QUESTIONS) return;
    const client = channel - QUESTIONS;
    // It carries the time of the question.
    stage.sender.send(stage.messages(stage.sessions[client]?.jid ?? '', client, 1, sentAt));
  };
}

function theory(trial: Pick<Trial, 'transport' | 'weather' | 'seed' | 'size'>): Figures {
  const { up } = trial.weather;
  const { kind, hasPosts } = TRANSPORTS[trial.transport];
  // One question hardly ever meets another one.
  const { requests: _, ...latencies } = idealFigures({ ...trial, size: { ...trial.size, rate: SELDOM } });
  const polls = kind === 'polled' ? (idealFigures(trial).requests ?? 0) : 0;
  const reading = kind === 'held' ? 1 : polls;
  const entries = Object.entries(latencies).map(([name, value]) => [name, value + up.delay] as const);
  return { ...Object.fromEntries(entries), requests: hasPosts ? 1 + reading : 0 };
}
