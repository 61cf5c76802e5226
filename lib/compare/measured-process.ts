import { readdirSync, readFileSync } from 'node:fs';

const NANOSECONDS = 1e6;

/** What the operating system says about a process, all of its threads together. Linux only: elsewhere undefined. */
export class MeasuredProcess {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Milliseconds of processor time of the threads that it has now, to the microsecond. */
  get cpu(): number | undefined {
    return tryTo(() => {
      const threads = readdirSync(`/proc/${this.#pid}/task`);
      const times = threads.map((thread) => read(`/proc/${this.#pid}/task/${thread}/schedstat`));
      return times.reduce((sum, text) => sum + Number(text.split(' ')[0]) / NANOSECONDS, 0);
    });
  }

  /** Bytes in memory. */
  get memory(): number | undefined {
    return tryTo(() => Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${this.#pid}/status`))?.[1]) * 1024);
  }
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

function tryTo(measure: () => number): number | undefined {
  try {
    const value = measure();
    return Number.isNaN(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
