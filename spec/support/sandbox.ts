import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from './built-program.ts';
import { RunningProgram } from './running-program.ts';

/** How a program ended, and what it said. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** What the program reads. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** As another user. */
  readonly uid?: number;
}

/** A free port of this machine, two domains, a store of its own, and as few rounds as clients accept. */
export const CONFIG = `
hosts:
  localhost: {}
  anon.localhost: { anonymous: true }
http:
  listen: ["127.0.0.1:0"]
auth:
  iterations: 4096
log:
  level: debug
`;

/** A folder where the program runs as people run it. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  readonly #children = new Set<ChildProcess>();

  /** A file of the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** `holdfast.yaml` */
  configure(text = CONFIG): void {
    this.write('holdfast.yaml', text);
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const child = this.#spawn(args, options);
    const out = collect(child.stdout);
    const err = collect(child.stderr);
    child.stdin?.end(options.input ?? '');
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out: out.join(''), err: err.join('') };
  }

  /** The same with `--json`: what the answer means. */
  async json(args: readonly string[], options: RunOptions = {}): Promise<{ code: number | null; value: unknown }> {
    const { code, out } = await this.run([...args, '--json'], options);
    return { code, value: JSON.parse(out) };
  }

  /** Runs the server until it is ready. */
  async start(args: readonly string[] = ['start'], options: RunOptions = {}): Promise<RunningProgram> {
    const program = new RunningProgram(this.#spawn(args, options));
    await program.until('Ready in');
    return program;
  }

  /** Ends what still runs, and removes the folder. */
  async close(): Promise<void> {
    for (const child of this.#children) {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], { environment = {}, uid }: RunOptions): ChildProcess {
    const child = spawn(process.execPath, [join(builtProgram(), 'main.js'), ...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: 'pipe',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }
}

function collect(stream: NodeJS.ReadableStream | null): string[] {
  const chunks: string[] = [];
  stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  return chunks;
}
