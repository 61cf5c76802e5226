import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/schema.ts';
import { COMMANDS } from './commands.ts';
import { AdminError, type AdminTarget } from './target.ts';

/** What the kernel allows for the path of a socket, less one for its end. */
const MAX_PATH_BYTES = 103;
/** UTF-16 units of one request. */
const MAX_LINE = 64 * 1024;
const ANSWER_TIMEOUT_MS = 10_000;
/** Connecting fails so where nobody listens. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR']);

const REQUEST = z.object({ command: z.string(), input: z.record(z.string(), z.unknown()) });
const RESPONSE = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

type Request = z.infer<typeof REQUEST>;
type Response = z.infer<typeof RESPONSE>;

/** The socket of the command line: where the configuration says, or beside the store. */
export function adminSocketPath(config: Config): string {
  return resolve(config.admin.socket || join(dirname(config.storage.file), 'holdfast.sock'));
}

/** Lets the command line work on the running server: one JSON request a line, one JSON answer. */
export class AdminSocket {
  readonly #path: string;
  readonly #target: AdminTarget;
  readonly #log: Logger;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor(path: string, target: AdminTarget, log: Logger) {
    this.#path = path;
    this.#target = target;
    this.#log = log;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @throws AdminError when the path is too long, or a server is there already */
  async listen(): Promise<void> {
    if (isTooLong(this.#path)) {
      throw new AdminError(`the path of the admin socket is too long: ${this.#path} (set admin.socket)`);
    }
    if (existsSync(this.#path)) {
      if (await isAnswered(this.#path)) {
        throw new AdminError(`a server is running already at ${this.#path}`, 'unavailable');
      }
      rmSync(this.#path);
    }
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#server.listen(this.#path);
    await once(this.#server, 'listening');
    chmodSync(this.#path, 0o600);
    this.#server.unref();
  }

  /** Lets answers out, and nobody keep it open. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroySoon();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0 && text.length <= MAX_LINE) return;
      socket.removeAllListeners('data');
      if (end < 0) socket.destroy();
      else void this.#answer(text.slice(0, end)).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    });
  }

  async #answer(line: string): Promise<Response> {
    try {
      const { command: name, input } = requestOf(line);
      const command = COMMANDS.find((candidate) => candidate.name === name);
      if (!command) throw new AdminError(`there is no command "${name}"`);
      this.#log.info('admin.command', { command: name });
      return { ok: true, result: await command.run(this.#target, input) };
    } catch (error) {
      if (!(error instanceof AdminError)) {
        this.#log.error('admin.failed', { error: error instanceof Error ? error : String(error) });
      }
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Sends one command to the server behind a socket; undefined when there is none. @throws AdminError */
export async function askServer(
  path: string,
  command: string,
  input: object,
): Promise<{ result: unknown } | undefined> {
  const socket = await open(path);
  if (!socket) return undefined;
  try {
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new AdminError('the server does not answer')));
    socket.write(`${JSON.stringify({ command, input })}\n`);
    for await (const line of createInterface({ input: socket })) {
      const response = RESPONSE.parse(JSON.parse(line));
      if (!response.ok) throw new AdminError(response.error);
      return { result: response.result };
    }
    throw new AdminError('the server closed the connection');
  } finally {
    socket.destroy();
  }
}

/** What is wrong with a line is not told: the line may hold a password. */
function requestOf(line: string): Request {
  try {
    return REQUEST.parse(JSON.parse(line));
  } catch {
    throw new AdminError('this is not a request');
  }
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = await open(path);
  socket?.destroy();
  return socket !== undefined;
}

/** Undefined when nobody listens there. @throws AdminError when somebody may, but not for us */
async function open(path: string): Promise<Socket | undefined> {
  if (isTooLong(path)) return undefined;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (NOBODY.has(code)) return undefined;
    const isForbidden = code === 'EACCES' || code === 'EPERM';
    throw new AdminError(`${path} cannot be used: ${code}`, isForbidden ? 'permission' : 'failure');
  }
}

function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > MAX_PATH_BYTES;
}
