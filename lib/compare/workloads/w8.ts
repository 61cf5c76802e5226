import { setTimeout as pause } from 'node:timers/promises';
import { faultsOf } from '../audit.ts';
import { poisson } from '../arrivals.ts';
import { Chance } from '../chance.ts';
import { Histogram } from '../histogram.ts';
import { play } from '../play.ts';
import { Stage } from '../stage.ts';
import { TRANSPORTS, TRANSPORT_KEYS, type TransportKey } from '../transports.ts';
import { roundTrip } from '../weather/weather.ts';
import { stageOptions } from './traffic.ts';
import type { Workload } from './workload.ts';

/** The last messages of a move are late when the move is over. */
const SETTLE_MS = 300;

/** Sessions that go from one transport to another. */
export const W8: Workload = {
  id: 'W8',
  title: 'handover',
  about:
    'Sessions move from every other transport that does not poll to this one and back, while messages come. Nothing may be lost.',
  size: { sessions: 3, seconds: 1, rate: 20 },
  quick: { sessions: 1, seconds: 0.3, rate: 20 },
  parameters: ({ rate, sessions }) => ({
    'sessions for each other transport': sessions,
    'messages per second and session': rate,
  }),
  async run(trial) {
    const { size, seed, transport, weather } = trial;
    const others = partnersOf(transport);
    const sessions = others.length * size.sessions;
    const stage = await Stage.open({ ...stageOptions(trial), managed: true, sessions });
    const watch = new StallWatch(stage, weather.down.delay);
    let isOver = false;
    const arrivals = poisson(sessions, size.rate, 120_000, new Chance(seed));
    const traffic = play(
      arrivals,
      performance.now(),
      ({ client }) => stage.sendTo(client),
      () => isOver,
    );
    const tour = async (client: number): Promise<void> => {
      const other = others[client % others.length] ?? transport;
      // Not all at the same moment.
      await pause(size.seconds * 1000 * (1 + client / sessions));
      for (const target of [other, transport]) {
        await watch.move(client, target);
        await pause(size.seconds * 1000);
      }
    };
    try {
      await Promise.all(stage.sessions.map((_, client) => tour(client)));
      isOver = true;
      await traffic;
      await stage.drain();
      const audit = stage.auditor.result;
      return {
        audit,
        faults: [...stage.faults, ...faultsOf(audit)],
        figures: { stall50: watch.stalls.quantile(0.5) / 1000, stallMax: watch.stalls.highest / 1000 },
        latencies: [],
      };
    } finally {
      isOver = true;
      await stage.close();
    }
  },
  // The old transport is used until the new one is ready: what is left is one question and its answer.
  theory: ({ transport, weather }) => (TRANSPORTS[transport].kind === 'pushed' ? { stall50: roundTrip(weather) } : {}),
};

/** The other end of the moves: polls are slow enough to hide everything else. */
function partnersOf(transport: TransportKey): readonly TransportKey[] {
  return TRANSPORT_KEYS.filter((key) => key !== transport && TRANSPORTS[key].kind !== 'polled');
}

/** How much longer than usual messages take that are sent while their receiver moves. */
class StallWatch {
  readonly stalls = new Histogram();
  readonly #stage: Stage;
  readonly #usual: number;
  /** Of clients that move: the longest so far. */
  readonly #worst = new Map<number, number>();

  constructor(stage: Stage, usual: number) {
    this.#stage = stage;
    this.#usual = usual;
    stage.onMessage = ({ channel, latency }) => {
      const worst = this.#worst.get(channel);
      if (worst !== undefined) this.#worst.set(channel, Math.max(worst, latency));
    };
  }

  async move(client: number, target: TransportKey): Promise<void> {
    this.#worst.set(client, this.#usual);
    await this.#stage.sessions[client]?.move(TRANSPORTS[target].connect(this.#stage.place));
    await pause(SETTLE_MS);
    this.stalls.add(((this.#worst.get(client) ?? this.#usual) - this.#usual) * 1000);
    this.#worst.delete(client);
  }
}
