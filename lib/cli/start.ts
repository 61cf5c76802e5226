import { dirname, join, resolve } from 'node:path';
import { AdminSocket } from '../admin/admin-socket.ts';
import { serverTarget } from '../admin/targets.ts';
import type { Logger } from '../base/log.ts';
import { findConfigFile, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createLogger } from '../runtime/pino-logger.ts';
import { openServer, type HoldfastServer } from '../server.ts';
import { demoAccounts, demoConfig } from './demo.ts';
import { EXIT } from './exit-code.ts';

export interface StartOptions {
  readonly file: string | undefined;
}

/** The socket of the command line: where the configuration says, or beside the store. */
export function adminSocketPath(config: Config): string {
  return resolve(config.admin.socket || join(dirname(config.storage.file), 'holdfast.sock'));
}

/** Runs a server until a signal or an operator stops it. */
export async function start(options: StartOptions): Promise<void> {
  const began = performance.now();
  const file = options.file ?? findConfigFile();
  const config = file === undefined ? demoConfig() : loadConfig(file, process.env);
  const log = loggerOf(config);
  const server = await openServer(config, { log });
  const accounts = file === undefined ? await demoAccounts(server) : undefined;
  const stop = stopper(server, log);
  const socket = new AdminSocket(
    adminSocketPath(config),
    serverTarget(server, { reload: () => reload(server, file), stop: () => void stop() }),
    log,
  );
  await socket.listen();
  server.once('closed', () => void socket.close());
  await server.listen();
  onSignals(server, file, log, stop);
  print(banner(server, file, accounts, performance.now() - began));
}

function loggerOf({ log: { level, format } }: Config): Logger {
  return createLogger(level, format === 'auto' ? (process.stdout.isTTY ? 'text' : 'json') : format);
}

/** The first call drains; the second one ends the process at once. */
function stopper(server: HoldfastServer, log: Logger): () => Promise<void> {
  let isStopping = false;
  return async () => {
    if (isStopping) process.exit(EXIT.failure);
    isStopping = true;
    try {
      await server.close();
    } catch (error) {
      log.error('server.close.failed', { error: error instanceof Error ? error : String(error) });
      process.exitCode = EXIT.failure;
    }
  };
}

function onSignals(server: HoldfastServer, file: string | undefined, log: Logger, stop: () => Promise<void>): void {
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.on('SIGHUP', () => {
    for (const line of reload(server, file)) log.info('server.reload', { done: line });
  });
}

/** Certificates change at once; whatever else changed in the file is told, and takes a restart. */
function reload(server: HoldfastServer, file: string | undefined): string[] {
  const done = [server.reloadCertificate() ? 'Certificates are up to date.' : 'The new certificate is no good; the old one stays.'];
  if (file === undefined) return done;
  try {
    const changed = differences(server.config, loadConfig(file, process.env));
    done.push(
      changed.length === 0 ? 'The configuration has not changed.' : `Restart to apply what changed in: ${changed.join(', ')}.`,
    );
  } catch (error) {
    done.push(`The configuration is wrong, the old one stays: ${error instanceof Error ? error.message : String(error)}`);
  }
  return done;
}

function differences(before: Config, after: Config): string[] {
  const sections = Object.keys(before) as (keyof Config)[]; // the keys of the type
  return sections.filter((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section]));
}

function banner(
  server: HoldfastServer,
  file: string | undefined,
  accounts: Readonly<Record<string, string>> | undefined,
  took: number,
): string {
  const [url = ''] = server.urls;
  const mode = file === undefined ? 'demo mode: this machine only' : file;
  const lines = [
    `Holdfast (${mode})`,
    `  BOSH       ${server.boshUrl}`,
    `  About      ${url}/`,
    `  Health     ${url}/health/ready`,
    `  Metrics    ${url}/metrics`,
  ];
  if (accounts) {
    const list = Object.entries(accounts).map(([jid, password]) => `${jid} / ${password}`);
    lines.push(`  Accounts   ${list.join('   ')}   (guests: anon.localhost)`);
    lines.push('  Next       npx holdfast init   makes it permanent');
  }
  lines.push(`  Ready in ${(took / 1000).toFixed(2)} s. Ctrl+C stops it.`);
  return lines.join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
