import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const PREFERENCES = `[connection]
reconnect=1
[ui]
splash=false
`;

/** Profanity in a terminal of its own: types what it is told, and reads its log. */
export class Profanity {
  readonly #folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  readonly #terminal: ChildProcessByStdio<Writable, null, null>;
  readonly #tail: ChildProcessByStdio<null, Readable, null>;
  readonly #log: Interface;
  readonly #lines: AsyncIterator<string>;

  /** Logs in; the password is the name. */
  constructor(name: string, port: string) {
    const home = this.#folder;
    const log = join(home, 'log');
    this.#write('config', 'profrc', PREFERENCES);
    const account = { jid: `${name}@localhost`, server: '127.0.0.1', port, password: name, resource: 'prof' };
    const options = { enabled: 'true', ...account, 'tls.policy': 'trust', 'presence.login': 'online' };
    const lines = Object.entries(options).map(([option, value]) => `${option}=${value}`);
    this.#write('data', 'accounts', `[${account.jid}]\n${lines.join('\n')}\n`);
    writeFileSync(log, '');
    this.#tail = spawn('tail', ['-f', '-n', '+1', log], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#log = createInterface({ input: this.#tail.stdout });
    this.#lines = this.#log[Symbol.asyncIterator]();
    const command = `profanity -a ${account.jid} -l DEBUG -f ${log}`;
    this.#terminal = spawn('script', ['-qfc', command, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_CONFIG_HOME: join(home, 'config'),
        XDG_DATA_HOME: join(home, 'data'),
        TERM: 'xterm',
        LANG: 'C.UTF-8',
      },
    });
  }

  /** Types a line. */
  types(line: string): void {
    this.#terminal.stdin.write(`${line}\r`);
  }

  /** Reads the log up to the first line that matches. @throws Error when it ends before */
  async logged(pattern: RegExp): Promise<void> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`never logged: ${pattern.source}`);
      if (pattern.test(value)) return;
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#terminal, 'exit');
    this.types('/quit');
    await ended;
    this.#tail.kill();
    this.#log.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(kind: 'config' | 'data', name: string, text: string): void {
    const folder = join(this.#folder, kind, 'profanity');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
