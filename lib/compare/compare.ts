import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { poisson } from './arrivals.ts';
import { FIGURE_NAMES, type Figures } from './figures.ts';
import { play } from './play.ts';
import { FORMAT, type Cell, type Report, type Run } from './report.ts';
import { ServerProcess, canPin, type Program } from './server-process.ts';
import { Stage } from './stage.ts';
import { TRANSPORTS, type TransportKey } from './transports.ts';
import { WEATHERS, type Weather } from './weather/weather.ts';
import type { Size, Trial, Workload } from './workloads/workload.ts';

export interface Task {
  readonly workload: Workload;
  readonly size: Size;
}

export interface CompareOptions {
  /** How this program is run. */
  readonly program: Program;
  readonly software: string;
  readonly tasks: readonly Task[];
  readonly transports: readonly TransportKey[];
  readonly weather: Weather;
  readonly seed: number;
  /** Each cell is measured so many times; figures are medians. */
  readonly runs: number;
  /** Told before each run. */
  readonly progress: (now: Progress) => void;
}

interface Progress {
  readonly done: number;
  readonly total: number;
  readonly workload: string;
  readonly label: string;
}

const SERVER_CORE = 0;
const CLIENTS_CORE = 1;
const WARM_UP = { sessions: 3, rate: 50, duration: 700 };

/** Measures every transport under every workload, with the same stanzas and the same server. */
export async function compare(options: CompareOptions): Promise<Report> {
  const { software, seed, weather, tasks, runs } = options;
  // Where others are at work, too, it is better to let the system choose the core.
  const pinned = availableParallelism() > 1 && (loadavg()[0] ?? 0) < cpus().length && canPin();
  if (pinned) spawnSync('taskset', ['-a', '-cp', String(CLIENTS_CORE), String(process.pid)]);
  const secure = options.transports.some((key) => TRANSPORTS[key].isSecure);
  const at = new Date().toISOString();
  const machine = machineNow(pinned);
  const startServer = (nodeOptions: readonly string[] = []): Promise<ServerProcess> => {
    const [node, ...args] = options.program;
    const core = pinned ? SERVER_CORE : undefined;
    return ServerProcess.start([node, ...nodeOptions, ...args], { core, secure });
  };
  const server = await startServer();
  const isMissing = secure && server.addresses.https === undefined;
  const transports = options.transports.filter((key) => !isMissing || !TRANSPORTS[key].isSecure);
  const missing = isMissing ? ['HTTP/2: there is no openssl to make a certificate'] : [];
  const total = tasks.length * transports.length * runs;
  const cells: Cell[] = [];
  let done = 0;
  try {
    await warmUp(server, transports, seed);
    for (const task of tasks) {
      for (const transport of transports) {
        const measured: Run[] = [];
        for (let run = 0; run < runs; run += 1) {
          options.progress({ done, total, workload: task.workload.id, label: TRANSPORTS[transport].label });
          measured.push(
            await once(task, { server, startServer, transport, weather, seed: seed + run, size: task.size }),
          );
          done += 1;
        }
        cells.push(cellOf(task, { transport, weather, seed, size: task.size }, measured));
      }
    }
  } finally {
    await server.stop();
  }
  return {
    format: FORMAT,
    software,
    at,
    seed,
    machine,
    weather,
    workloads: tasks.map(({ workload: { id, title, about } }) => ({ id, title, about })),
    cells,
    missing,
  };
}

/** Code that has run often is faster: what is measured first shall not be at a disadvantage. */
async function warmUp(server: ServerProcess, transports: readonly TransportKey[], seed: number): Promise<void> {
  await Promise.all(
    transports.map(async (transport) => {
      const stage = await Stage.open({ server, transport, weather: WEATHERS.lan, seed, sessions: WARM_UP.sessions });
      const arrivals = poisson(WARM_UP.sessions, WARM_UP.rate, WARM_UP.duration, stage.chance);
      await play(arrivals, performance.now(), ({ client }) => stage.sendTo(client));
      await stage.close();
    }),
  );
}

/** A run that goes wrong is void, and the others go on. */
async function once({ workload }: Task, trial: Trial): Promise<Run> {
  try {
    const { audit, faults, figures, latencies, notes = [] } = await workload.run(trial);
    const bins = latencies.map(([low, high, count]): [number, number, number] => [low, high, count]);
    return { audit, faults: [...faults], figures, latencies: bins, notes: [...notes] };
  } catch (error) {
    const audit = { sent: 0, received: 0, lost: 0, repeated: 0, reordered: 0 };
    const reason = error instanceof Error ? error.message : String(error);
    return { audit, faults: [reason], figures: {}, latencies: [], notes: [] };
  }
}

function cellOf({ workload, size }: Task, about: Parameters<Workload['theory']>[0], runs: Run[]): Cell {
  const good = runs.filter(({ faults }) => faults.length === 0);
  return {
    workload: workload.id,
    transport: about.transport,
    label: TRANSPORTS[about.transport].label,
    sessions: size.sessions,
    parameters: { seconds: size.seconds, ...workload.parameters(size) },
    figures: medians(good.map(({ figures }) => figures)),
    theory: workload.theory(about),
    runs,
  };
}

function medians(all: readonly Figures[]): Figures {
  const entries = FIGURE_NAMES.flatMap((name) => {
    const values = all.flatMap((figures) => figures[name] ?? []);
    return values.length === 0 ? [] : [[name, median(values)] as const];
  });
  return Object.fromEntries(entries);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

function machineNow(pinned: boolean): Report['machine'] {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    kernel: release(),
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
    pinned,
  };
}
