import { AdminSocket, adminSocketPath } from '../admin/admin-socket.ts';
import { AdminError, type Reloaded } from '../admin/target.ts';
import type { ServerActions } from '../admin/targets.ts';
import type { Logger } from '../base/log.ts';
import { findConfigFile, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createLogger, type LeveledLogger } from '../runtime/pino-logger.ts';
import { openServer, type HoldfastServer } from '../server.ts';
import { demoAccounts, demoConfig } from './demo.ts';
import { EXIT } from './exit-code.ts';

export interface StartOptions {
  readonly file: string | undefined;
  /** Says to whoever started it that the server is ready. */
  readonly print: (ready: Ready, render: (ready: Ready) => string) => void;
}

/** What is told when the server is ready. */
interface Ready {
  readonly config: string | undefined;
  readonly boshUrl: string;
  readonly urls: readonly string[];
  readonly hasChat: boolean;
  readonly tcpUrls: readonly string[];
  readonly pid: number;
  /** Of the demo: passwords by address. */
  readonly accounts?: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

interface Running {
  readonly server: HoldfastServer;
  readonly file: string | undefined;
  readonly log: LeveledLogger;
}

/** Runs a server until a signal or an operator stops it. */
export async function start({ file = findConfigFile(), print }: StartOptions): Promise<void> {
  const began = performance.now();
  const config = file === undefined ? demoConfig() : loadConfig(file, process.env);
  const log = loggerOf(config);
  const actions: ServerActions = {
    reload: () => reload(running),
    stop: () => void stop(),
    prepareRestart: () => {
      checkConfig(file);
      return () => void stop().then(() => startAgain({ file, print }, log));
    },
  };
  const server = await openServer(config, { log, actions });
  const running = { server, file, log };
  const socket = new AdminSocket(adminSocketPath(config), server.administration, log);
  const stop = stopper(running, socket);
  const forget = listenToProcess(running, stop);
  server.once('closed', forget);
  try {
    const accounts = file === undefined ? await demoAccounts(server) : undefined;
    await socket.listen();
    await server.listen({ skipsTaken: file === undefined });
    print(readyOf(running, accounts, performance.now() - began), banner);
  } catch (error) {
    await server.close({ drain: 0 });
    await socket.close();
    throw error;
  }
}

async function startAgain(options: StartOptions, log: Logger): Promise<void> {
  try {
    await start(options);
  } catch (error) {
    log.error('server.restart.failed', { error: error instanceof Error ? error : String(error) });
    process.exitCode = EXIT.failure;
  }
}

/** A server that could not start again is not stopped. @throws AdminError */
function checkConfig(file: string | undefined): void {
  try {
    if (file !== undefined) loadConfig(file, process.env);
  } catch (error) {
    throw new AdminError(`The configuration is wrong.\n${error instanceof Error ? error.message : String(error)}`);
  }
}

function loggerOf({ log: { level, format } }: Config): LeveledLogger {
  return createLogger(level, format === 'auto' ? (process.stdout.isTTY ? 'text' : 'json') : format);
}

/** The first call drains; the second one ends the process at once. */
function stopper({ server, log }: Running, socket: AdminSocket): () => Promise<void> {
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
    await socket.close();
  };
}

/** Signals, and bugs that nobody caught. @returns stops listening */
function listenToProcess(running: Running, stop: () => Promise<void>): () => void {
  const end = (): void => void stop();
  const again = (): void => {
    const { done, failed } = reload(running);
    for (const line of done) running.log.info('server.reload', { done: line });
    for (const line of failed) running.log.error('server.reload', { failed: line });
  };
  // Nobody knows what is still true after a bug: whoever watches over us starts afresh.
  const bug = (error: Error): void => {
    running.log.error('process.failed', { error });
    process.exit(EXIT.bug);
  };
  const listeners = { SIGTERM: end, SIGINT: end, SIGHUP: again, uncaughtException: bug };
  for (const [name, listener] of Object.entries(listeners)) process.on(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) process.off(name, listener);
  };
}

/** Certificates and the log level change at once; whatever else changed is told, and takes a restart. */
function reload({ server, file, log }: Running): Reloaded {
  const done: string[] = [];
  const failed: string[] = [];
  if (server.config.http.tls ?? server.config.tcp.tls) {
    if (server.reloadCertificates()) done.push('Certificates are up to date.');
    else failed.push('The new certificate is no good; the old one stays.');
  }
  if (file === undefined) return { done, failed };
  try {
    done.push(...apply(loadConfig(file, process.env), server.config, log));
  } catch (error) {
    failed.push(
      `The configuration is wrong; the old one stays.`,
      error instanceof Error ? error.message : String(error),
    );
  }
  return { done, failed };
}

function apply(after: Config, before: Config, log: LeveledLogger): string[] {
  const done: string[] = [];
  if (log.level !== after.log.level) {
    log.level = after.log.level;
    done.push(`The log level is ${after.log.level}.`);
  }
  const changed = differences(before, { ...after, log: { ...after.log, level: before.log.level } });
  if (changed.length > 0) done.push(`Restart to apply what changed in: ${changed.join(', ')}.`);
  return done.length === 0 ? ['The configuration has not changed.'] : done;
}

function differences(before: Config, after: Config): string[] {
  const sections = Object.keys(before) as (keyof Config)[]; // the keys of the type
  return sections.filter((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section]));
}

function readyOf({ server, file }: Running, accounts: Ready['accounts'], milliseconds: number): Ready {
  const { boshUrl, urls, tcp } = server;
  return {
    config: file,
    boshUrl,
    urls,
    tcpUrls: tcp.urls,
    hasChat: server.config.pages.chat,
    pid: process.pid,
    ...(accounts ? { accounts } : {}),
    milliseconds,
  };
}

function banner({ config, boshUrl, urls: [url = ''], tcpUrls, hasChat, accounts, milliseconds }: Ready): string {
  const lines = [
    `Holdfast (${config ?? 'demo mode: this machine only'})`,
    `  BOSH       ${boshUrl}`,
    ...tcpUrls.map((tcpUrl) => `  TCP        ${tcpUrl}`),
    `  About      ${url}/`,
    ...(hasChat ? [`  Chat       ${url}/chat`] : []),
    `  Health     ${url}/health/ready`,
    `  Metrics    ${url}/metrics`,
  ];
  if (accounts) {
    const list = Object.entries(accounts).map(([jid, password]) => `${jid} / ${password}`);
    lines.push(`  Accounts   ${list.join('   ')}   (guests: anon.localhost)`);
    lines.push('  Next       npx holdfast init   makes it permanent');
  }
  lines.push(`  Ready in ${(milliseconds / 1000).toFixed(2)} s. Ctrl+C stops it.`);
  return lines.join('\n');
}
