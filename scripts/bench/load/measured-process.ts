import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** USER_HZ: the same on all of Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const UTIME = 11;
const STIME = 12;
const POLL_MS = 20;
/** A server that is not busy has its time over when this many times of it have passed. */
const PATIENCE = 4;

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

  /** Waits until it has used so many milliseconds of processor time, or has had them four times. */
  async spends(milliseconds: number): Promise<void> {
    const enough = this.cpu + milliseconds;
    const end = performance.now() + milliseconds * PATIENCE;
    while (this.cpu < enough && performance.now() < end) await pause(POLL_MS);
  }

  /** Bytes in memory. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }
}
