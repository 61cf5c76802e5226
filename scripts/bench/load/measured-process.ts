import { readFileSync } from 'node:fs';

/** USER_HZ: the same on all of Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const UTIME = 11;
const STIME = 12;

/** What the operating system says about the server, all of its threads together. Linux only. */
export class MeasuredProcess {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Milliseconds of processor time since its start, in steps of 10. */
  get cpu(): number {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8');
    // After the name, which may have any characters.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[UTIME]) + Number(fields[STIME])) * 1000) / TICKS_PER_SECOND;
  }

  /** Bytes in memory. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }
}
