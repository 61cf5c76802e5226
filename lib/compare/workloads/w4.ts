import { poisson } from '../arrivals.ts';
import { Chance } from '../chance.ts';
import type { Figures } from '../figures.ts';
import { held, pushed } from '../theory.ts';
import { POLLING } from '../server-config.ts';
import { TRANSPORTS } from '../transports.ts';
import { figuresOf, measureTraffic, stageOptions, warmUpOf } from './traffic.ts';
import type { Trial, Workload } from './workload.ts';

/** Clients that talk, and nobody who answers. */
export const W4: Workload = {
  id: 'W4',
  title: 'messages from clients',
  about:
    'Each client sends messages as a Poisson process: one POST at a time carries what has gathered, a connection anything.',
  size: { sessions: 20, seconds: 30, rate: 5 },
  quick: { sessions: 20, seconds: 2, rate: 5 },
  parameters: ({ rate }) => ({ 'messages per second and session': rate }),
  run(trial) {
    const { seed, size } = trial;
    const duration = size.seconds * 1000;
    return measureTraffic(stageOptions(trial), {
      arrivals: poisson(size.sessions, size.rate, warmUpOf(duration) + duration, new Chance(seed)),
      duration,
      act: (stage, { client }) => stage.sessions[client]?.send(stage.messages(stage.sender.jid, client, 1)),
    });
  },
  theory,
};

/**
 * While a POST is under way, what is to be sent waits for its answer: the same arithmetic as for a held request,
 * the other way round.
 */
function theory({ transport, weather, size }: Pick<Trial, 'transport' | 'weather' | 'size'>): Figures {
  const { kind, hasPosts } = TRANSPORTS[transport];
  const situation = { rate: size.rate, up: weather.down.delay, down: weather.up.delay };
  if (!hasPosts) return figuresOf(pushed(situation));
  const { requests = 0, ...latencies } = figuresOf(held(situation));
  const polls = kind === 'polled' ? 1 / (POLLING * size.rate) : 0;
  return { ...latencies, requests: requests + polls };
}
