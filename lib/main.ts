#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command as Program } from 'commander';
import { adminSocketPath, askServer } from './admin/admin-socket.ts';
import type { Command } from './admin/command.ts';
import { COMMANDS } from './admin/commands.ts';
import { storeTarget } from './admin/targets.ts';
import { AdminError } from './admin/target.ts';
import type { CompareCommand } from './cli/compare.ts';
import type { ConformOptions } from './cli/conform.ts';
import { demoConfig } from './cli/demo.ts';
import { EXIT, explainFailure } from './cli/exit-code.ts';
import { afterInit, init } from './cli/init.ts';
import { askSecret, readLine } from './cli/prompt.ts';
import { optionDocs } from './config/explain.ts';
import { findConfigFile, loadConfig } from './config/load.ts';
import { hint } from './config/messages.ts';
import { ConfigError } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import { SOFTWARE } from './software.ts';
import { createMemoryStore } from './storage/memory.ts';
import type { Store } from './storage/store.ts';

interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly passwordStdin?: boolean;
}

const program = new Program('holdfast')
  .description('A BOSH-first XMPP chat server')
  .usage('[options] [command]')
  .version(SOFTWARE.version)
  .option('--config <file>', 'configuration file (default: ./holdfast.yaml, /etc/holdfast/holdfast.yaml)')
  .option('--json', 'print results as JSON')
  .configureOutput({ outputError: (text) => tell({ message: text.replace(/^error: |\n$/g, '') }) })
  .exitOverride((stopped) => process.exit(stopped.exitCode === 0 ? EXIT.ok : EXIT.usage));

program
  .command('start')
  .description('Run the server (without a configuration: in demo mode); so does "holdfast" alone')
  .action(startServer);

program
  .command('about')
  .description('What this version implements')
  .action(async () => {
    const { about, renderAbout } = await import('./cli/about.ts');
    print(about(), renderAbout);
  });

program
  .command('init')
  .description('Write a configuration')
  .option('--domain <domain>', 'the domain to serve')
  .option('--force', 'overwrite a file that is there', false)
  .option('-y, --yes', 'take the defaults instead of asking', false)
  .action(async (options: { domain?: string; force: boolean; yes: boolean }) => {
    print(await init({ file: globals().config ?? 'holdfast.yaml', ...options, domain: options.domain }), afterInit);
  });

program
  .command('conform <url>')
  .description('Check how well a server, any server, keeps to XEP-0124, XEP-0206 and RFC 7395')
  .requiredOption('--domain <domain>', 'the domain to log in at')
  .option('--ws <url>', 'its WebSocket endpoint, to check that as well')
  .option('--anonymous', 'log in as nobody in particular; so it is without an account')
  .option('--account <name:password>', 'log in as this account; twice for two people', gather)
  .option('--only <id>', 'only the checks whose id begins so; may be repeated', gather)
  .option('--strict', 'the server is set to judge overactivity to the letter')
  .option('--slow', 'also the checks that wait for the inactivity that the server granted')
  .option('--timeout <seconds>', 'how long to wait for an answer that should come at once (4)')
  .option('--parallel <number>', 'how many checks run side by side (8; 4 with one account, 24 without)')
  .option('--wiring <kind>', 'how requests use connections: keep-alive, http/1.0 or pipelined (keep-alive)')
  .option('--require <level>', 'what must hold for exit code 0: must or should (must)')
  .option('--format <format>', 'table, json, junit or html (table)')
  .option('--output <file>', 'write there instead of to standard output')
  .action(async (url: string, options: ConformOptions) => {
    const { conform } = await import('./cli/conform.ts');
    await conform(url, globals().json ? { ...options, format: 'json' } : options);
  });

program
  .command('compare')
  .description('Measure what carries XMPP best: TCP, WebSocket, SSE, streams, polls and BOSH side by side')
  .option('--weather <name>', 'the network: lan, wifi, 4g, transatlantic, 3g or corporate-proxy (transatlantic)')
  .option('--workload <ids>', 'what is done: W1 to W10, several with commas, or all in ten minutes (W1)')
  .option('--transports <names>', 'what is compared, with commas (all)')
  .option('--http2', 'also each over HTTP/2 with TLS, where there is openssl')
  .option('--sessions <number>', 'clients of each transport')
  .option('--seconds <number>', 'how long each transport is measured')
  .option('--rate <number>', 'messages per second and client')
  .option('--runs <number>', 'how often each is measured; figures are medians (1)')
  .option('--seed <number>', 'the same seed sends the same messages at the same times (1)')
  .option('--save <file>', 'keep the report, as JSON')
  .option('--markdown <file>', 'write the report as Markdown')
  .option('--html <file>', 'write the report as a page with plots that loads nothing')
  .option('--assert <file>', 'fail when what this file says does not hold')
  .option('--from <file>', 'show a report that was kept, and measure nothing')
  .action(async (options: CompareCommand) => {
    const { compareTransports } = await import('./cli/compare.ts');
    await compareTransports({ ...options, json: globals().json ?? false });
    // Timers of clients that are closed may still be under way.
    process.exit();
  });

addConfigCommands();
for (const command of COMMANDS) addCommand(command);

program
  .argument('[command]')
  .allowExcessArguments()
  .action(async (word?: string) => {
    if (word === undefined) return startServer();
    const known = program.commands.map((command) => command.name());
    throw new AdminError(`there is no command "${word}"${hint(word, known)}`, 'usage');
  });

await run();

async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    const { message, code } = explainFailure(error);
    tell(error instanceof ConfigError ? { message, problems: error.problems } : { message });
    process.exitCode = code;
  }
}

/** For options that may be repeated. */
function gather(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Loaded when it is needed: every other command starts in half the time without. */
async function startServer(): Promise<void> {
  const { start } = await import('./cli/start.ts');
  await start({ file: globals().config, print });
}

function globals(): GlobalOptions {
  return program.opts<GlobalOptions>();
}

function addConfigCommands(): void {
  const config = program.command('config').description('Look at the configuration');
  config
    .command('check')
    .description('Tell everything that is wrong with it')
    .action(() => {
      const { file } = readConfig();
      print({ file, ok: true }, () => `${file} is fine.`);
    });
  config
    .command('show')
    .description('Show it with all defaults (durations in milliseconds, sizes in bytes)')
    .action(() => print(readConfig().config, (value) => JSON.stringify(value, undefined, 2)));
  config
    .command('explain [key]')
    .description('Explain one option, or all')
    .action((key?: string) => print(explain(key), renderDocs));
}

function explain(key: string | undefined): ReturnType<typeof optionDocs> {
  const all = optionDocs();
  const docs = all.filter((doc) => key === undefined || doc.key === key || doc.key.startsWith(`${key}.`));
  if (docs.length > 0) return docs;
  const known = all.map((doc) => doc.key);
  throw new AdminError(`there is no option "${key ?? ''}"${hint(key ?? '', known)}`);
}

function renderDocs(docs: ReturnType<typeof optionDocs>): string {
  return docs.map((doc) => `${doc.key}\n  ${doc.description}\n  ${doc.type}; default ${doc.fallback}`).join('\n\n');
}

function readConfig(): { readonly file: string; readonly config: Config } {
  const file = globals().config ?? findConfigFile();
  if (file === undefined) return { file: 'demo mode', config: demoConfig() };
  return { file, config: loadConfig(file, process.env) };
}

/** Makes a command of the registry one of the command line; `user add` becomes a subcommand of `user`. */
function addCommand(command: Command): void {
  const words = command.name.split(' ');
  const last = words.pop() ?? '';
  let parent = program;
  for (const word of words) {
    parent = parent.commands.find((known) => known.name() === word) ?? group(parent, word);
  }
  const leaf = parent.command(last).description(command.summary);
  for (const { name, description, optional, secret } of command.parameters) {
    leaf.argument(optional || secret ? `[${name}]` : `<${name}>`, description);
  }
  if (command.parameters.some(({ secret }) => secret))
    leaf.option('--password-stdin', 'read the password from standard input');
  leaf.action(async (...given: unknown[]) => {
    const options = leaf.opts<GlobalOptions>();
    const input = await inputOf(command, given.slice(0, command.parameters.length), options.passwordStdin ?? false);
    print(await execute(command, input), (output) => command.render(output));
  });
}

function group(parent: Program, word: string): Program {
  return parent.command(word).description(`Commands for each ${word}`);
}

async function inputOf(command: Command, given: readonly unknown[], stdin: boolean): Promise<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  for (const [index, { name, secret }] of command.parameters.entries()) {
    const value = given[index];
    if (value !== undefined) input[name] = value;
    else if (secret) input[name] = stdin ? await readLine() : await askSecret(name);
  }
  return input;
}

/** On the running server if there is one, else on the store. */
async function execute(command: Command, input: object): Promise<unknown> {
  const { config } = readConfig();
  const answer = await askServer(adminSocketPath(config), command.name, input);
  if (answer) return answer.result;
  if (command.needs === 'server') throw new AdminError('no server is running here', 'unavailable');
  const store = await openIdleStore(config, command.makesStore ?? false);
  if (command.needs === 'modules') {
    const { onIdleServer } = await import('./cli/idle-server.ts');
    return onIdleServer(config, store, (target) => command.run(target, input));
  }
  try {
    return await command.run(storeTarget(config, store), input);
  } finally {
    await store.close();
  }
}

/** A store that was never made has nothing in it, and asking for it does not make it. */
async function openIdleStore({ storage }: Config, makes: boolean): Promise<Store> {
  if (storage.driver === 'memory') {
    throw new AdminError('storage.driver is "memory": there is nothing without a running server');
  }
  if (!makes && !existsSync(storage.file)) return createMemoryStore();
  const { openStore } = await import('./storage/open.ts');
  return openStore(storage);
}

function print<T>(value: T, render: (value: T) => string): void {
  process.stdout.write(`${globals().json ? JSON.stringify(value) : render(value)}\n`);
}

/** A failure goes where it is looked for: programs read results, people read what is beside them. */
function tell({ message, ...facts }: { readonly message: string; readonly problems?: ConfigError['problems'] }): void {
  // Where the arguments are the failure, they were not read.
  if (globals().json || process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: message, ...facts })}\n`);
    return;
  }
  const lines = facts.problems ? message.split('\n') : [message];
  process.stderr.write(lines.map((line) => `holdfast: ${line}\n`).join(''));
}
