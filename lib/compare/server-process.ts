import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { MeasuredProcess } from './measured-process.ts';
import { MEMBER, MEMBERS, configuration, makeCertificate } from './server-config.ts';

/** What a server says when it is ready. */
const READY = z.object({ boshUrl: z.string(), urls: z.array(z.string()), tcpUrls: z.array(z.string()) });
type Ready = z.infer<typeof READY>;

const FILE = 'holdfast.yaml';
const START_MS = 30_000;
const STOP_MS = 3000;

/** How this program is run: node, its options, the file with the command line. */
export type Program = readonly [string, ...string[]];

export interface StartOptions {
  /** The one processor core that it may use. */
  readonly core?: number | undefined;
  /** Listens with TLS, too, where there is openssl to make a certificate. */
  readonly secure?: boolean;
}

/** Where it listens. */
export interface Addresses {
  readonly http: string;
  readonly https: string | undefined;
  readonly tcp: string;
}

/** The server under comparison: a process of its own, in a temporary folder, that does not outlive us. */
export class ServerProcess {
  readonly #urls: Ready;
  readonly process: MeasuredProcess;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #commandLine: Program;
  #hasMember = false;

  private constructor(child: ChildProcess, folder: string, commandLine: Program, urls: Ready) {
    this.#commandLine = commandLine;
    this.#child = child;
    this.#folder = folder;
    this.#urls = urls;
    this.process = new MeasuredProcess(child.pid ?? 0);
  }

  /** @throws Error when it does not start */
  static async start(program: Program, { core, secure = false }: StartOptions = {}): Promise<ServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-compare-'));
    writeFileSync(join(folder, FILE), configuration(folder, secure ? makeCertificate(folder) : undefined));
    const [node, ...options] = program;
    const args = [...options, '--config', join(folder, FILE)];
    const [command, ...rest] = [...pinnedTo(core), node, ...args, '--json', 'start'] as const;
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    return new ServerProcess(child, folder, [node, ...args], await readyOf(child));
  }

  get addresses(): Addresses {
    const [tcp = ''] = this.#urls.tcpUrls;
    return {
      http: this.#urls.urls.find((url) => url.startsWith('http:')) ?? '',
      https: this.#urls.urls.find((url) => url.startsWith('https:')),
      tcp: tcp.replace(/^xmpp:/, 'tcp:'),
    };
  }

  /** Makes the account of members; once is enough. @throws Error when that does not work */
  async addMember(): Promise<void> {
    if (this.#hasMember) return;
    this.#hasMember = true;
    const [node, ...args] = this.#commandLine;
    const account = ['user', 'add', `${MEMBER.name}@${MEMBERS}`, '--password-stdin'];
    const child = spawn(node, [...args, ...account], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(`${MEMBER.password}\n`);
    const [code] = (await once(child, 'close')) as [number | null]; // as documented for this event
    if (code !== 0) throw new Error('no account could be made');
  }

  /** Ends it, and removes its folder. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      this.#child.kill('SIGTERM');
      await closed;
      clearTimeout(impatience);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function readyOf(child: ChildProcess & { readonly stdout: Readable }): Promise<Ready> {
  const said: string[] = [];
  const impatience = setTimeout(() => child.kill('SIGKILL'), START_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = READY.safeParse(tryParse(line));
      if (ready.success) return ready.data;
      said.push(line);
    }
    throw new Error(`the server did not start:\n${said.join('\n')}`);
  } finally {
    clearTimeout(impatience);
    child.stdout.resume();
  }
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** True when processes can be kept on a core. */
export function canPin(): boolean {
  return spawnSync('taskset', ['-V']).status === 0;
}

function pinnedTo(core: number | undefined): readonly string[] {
  return core === undefined ? [] : ['taskset', '-c', String(core)];
}
