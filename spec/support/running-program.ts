import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. */
export class RunningProgram {
  /** Resolves to the exit code when everything that it said is here. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #said = '';
  #waiting: (() => void)[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#said += chunk;
        this.#wake();
      });
    }
    this.exited = once(child, 'close').then(([code]) => {
      this.#wake();
      return code as number | null; // as documented for this event
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything that it wrote so far, to both outputs. */
  get said(): string {
    return this.#said;
  }

  /** What the banner calls `BOSH`, `About` and so on. */
  banner(name: string): string {
    return new RegExp(`^ {2}${name} +(.*)$`, 'm').exec(this.#said)?.[1] ?? '';
  }

  get boshUrl(): string {
    return this.banner('BOSH');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until it has said something, `times` times. @throws Error when it ends without */
  async until(text: string, times = 1): Promise<void> {
    while (this.#said.split(text).length <= times) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`ended with ${this.#child.exitCode} before it said "${text}":\n${this.#said}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
