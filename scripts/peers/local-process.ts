import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;
const READY_MS = 30_000;
const STOP_MS = 5000;

export interface ProcessOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The one processor core that it may use. */
  readonly core?: number | undefined;
}

/** A program that we started, with all that it said. It does not outlive us. */
export class LocalProcess {
  readonly child: ChildProcess;
  #said = '';

  constructor(command: string, args: readonly string[], { cwd, environment, core }: ProcessOptions = {}) {
    const [program = command, ...rest] = [...pinnedTo(core), command, ...args];
    this.child = spawn(program, rest, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = () => this.child.kill('SIGKILL');
    process.once('exit', kill);
    this.child.once('close', () => process.off('exit', kill));
    this.child.on('error', (error) => (this.#said += error.message));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.#said += chunk));
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get said(): string {
    return this.#said;
  }

  /** Waits until it has said `text`. @throws Error when it ends, or is silent for too long */
  async saying(text: string): Promise<void> {
    await this.#until(`saying "${text}"`, async () => this.#said.includes(text));
  }

  /** Waits until a page answers with success. @throws Error when it ends, or takes too long */
  async serving(url: string): Promise<void> {
    await this.#until(`serving ${url}`, async () => {
      const response = await fetch(url).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.ok ?? false;
    });
  }

  /** Waits until a port takes connections. @throws Error when it ends, or takes too long */
  async listening(port: number): Promise<void> {
    await this.#until(`listening at ${port}`, () => isOpen(port));
  }

  /** Waits for its end. Returns the exit code; null for a signal. */
  async ended(): Promise<number | null> {
    if (!this.#isOver) await once(this.child, 'close');
    return this.child.exitCode;
  }

  /** Asks it to end, and after a while ends it. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    const closed = once(this.child, 'close');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    this.child.kill('SIGTERM');
    await closed;
    clearTimeout(impatience);
  }

  get #isOver(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + READY_MS;
    while (!(await isSo())) {
      if (this.#isOver || performance.now() > end) {
        const state = this.#isOver ? 'ended before' : 'takes too long for';
        throw new Error(`${this.child.spawnfile} ${state} ${what}:\n${this.#said}`);
      }
      await pause(POLL_MS);
    }
  }
}

/** A port of this machine that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** True when the shell finds this program. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', name]).status === 0;
}

/** The version of an installed Debian package, without Debian's part; undefined when there is none. */
export function packageVersion(name: string): string | undefined {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return status === 0 ? stdout.replace(/-.*/, '') : undefined;
}

function pinnedTo(core: number | undefined): readonly string[] {
  return core !== undefined && hasProgram('taskset') ? ['taskset', '-c', String(core)] : [];
}
