import type { MeasuredProcess } from './measured-process.ts';

/** What passed between two moments. Milliseconds. */
export interface Lap {
  readonly elapsed: number;
  readonly serverCpu: number;
  readonly loadCpu: number;
}

/** Reads all clocks at one moment, and again at another. */
export class Stopwatch {
  readonly #server: MeasuredProcess;
  readonly #start: Lap;

  constructor(server: MeasuredProcess) {
    this.#server = server;
    this.#start = this.#read();
  }

  lap(): Lap {
    const now = this.#read();
    return {
      elapsed: now.elapsed - this.#start.elapsed,
      serverCpu: now.serverCpu - this.#start.serverCpu,
      loadCpu: now.loadCpu - this.#start.loadCpu,
    };
  }

  #read(): Lap {
    const { user, system } = process.cpuUsage();
    return { elapsed: performance.now(), serverCpu: this.#server.cpu, loadCpu: (user + system) / 1000 };
  }
}

/** Who was how busy. */
export function shares(lap: Lap): { readonly serverShare: number; readonly loadShare: number } {
  return { serverShare: (lap.serverCpu / lap.elapsed) * 100, loadShare: (lap.loadCpu / lap.elapsed) * 100 };
}
