/**
 * Writes what docs/explanation/transports.md says about a run: `npm run docs:transports`.
 * With `-- --measure` it makes a new run first, which takes ten minutes and wants a quiet machine.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sampleOf } from '../lib/compare/sample.ts';
import { ServerProcess, type Program } from '../lib/compare/server-process.ts';
import { TRANSPORT_KEYS } from '../lib/compare/transports.ts';
import { HTTP2_FILE, PAGE, REPORT_FILE, SAMPLES_FILE, withRun } from './transports/page.ts';

if (process.argv.includes('--measure')) await measure();
writeFileSync(PAGE, withRun(readFileSync(PAGE, 'utf8')));

async function measure(): Promise<void> {
  const program: Program = [process.execPath, resolve('dist/main.js')];
  const samples: Record<string, unknown> = {};
  const server = await ServerProcess.start(program);
  try {
    for (const key of TRANSPORT_KEYS) samples[key] = await sampleOf(server, key);
  } finally {
    await server.stop();
  }
  writeFileSync(SAMPLES_FILE, `${JSON.stringify(samples, undefined, 2)}\n`);
  run(program, ['--workload', 'all', '--save', REPORT_FILE]);
  run(program, ['--transports', 'sse,bosh-2,bosh,long-poll', '--http2', '--seconds', '10', '--save', HTTP2_FILE]);
}

function run([node, ...args]: Program, options: readonly string[]): void {
  const { status } = spawnSync(node, [...args, 'compare', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('a run is void');
}
