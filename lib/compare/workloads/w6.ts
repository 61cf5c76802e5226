import { faultsOf } from '../audit.ts';
import { Histogram } from '../histogram.ts';
import { Stage } from '../stage.ts';
import { TRANSPORTS } from '../transports.ts';
import { roundTrip } from '../weather/weather.ts';
import { stageOptions } from './traffic.ts';
import type { Workload } from './workload.ts';

const AT_ONCE = 5;

/** Clients that come. */
export const W6: Workload = {
  id: 'W6',
  title: 'login',
  about: 'From nothing to the first message: connections, stream, SASL, binding, each step a round trip.',
  size: { sessions: 100, seconds: 1, rate: 1 },
  quick: { sessions: 20, seconds: 1, rate: 1 },
  parameters: () => ({}),
  async run(trial) {
    const stage = await Stage.open({ ...stageOptions(trial), sessions: 0 });
    const logins = new Histogram();
    const firsts = new Histogram();
    const waiting = new Map<number, { start: number; came: () => void }>();
    stage.onMessage = ({ channel }) => {
      const one = waiting.get(channel);
      if (one) firsts.add((performance.now() - one.start) * 1000);
      one?.came();
    };
    const enter = async (channel: number): Promise<void> => {
      const start = performance.now();
      const session = stage.client(TRANSPORTS[trial.transport].connect(stage.place), channel);
      stage.sessions[channel] = session;
      await session.login();
      logins.add((performance.now() - start) * 1000);
      await new Promise<void>((came) => {
        waiting.set(channel, { start, came });
        session.send(stage.messages(session.jid, channel, 1));
      });
    };
    try {
      const before = stage.read();
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < trial.size.sessions) {
          next += 1;
          await enter(next - 1);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      const after = stage.read();
      const login = logins.quantile(0.5) / 1000;
      const back = roundTrip(trial.weather);
      const audit = stage.auditor.result;
      return {
        audit,
        faults: [...stage.faults, ...faultsOf(audit)],
        figures: {
          login,
          firstMessage: firsts.quantile(0.5) / 1000,
          ...(back === 0 ? {} : { loginRoundTrips: login / back }),
          ...(before.cpu === undefined || after.cpu === undefined
            ? {}
            : { loginCpu: (after.cpu - before.cpu) / trial.size.sessions }),
        },
        latencies: [],
      };
    } finally {
      await stage.close();
    }
  },
  theory({ transport, weather }) {
    const { roundTrips } = TRANSPORTS[transport];
    return { login: roundTrips * roundTrip(weather), loginRoundTrips: roundTrips };
  },
};
