/** Measures Holdfast beside other servers. `npm run bench -- --help` says how. */
import { readFileSync, writeFileSync } from 'node:fs';
import { contestants } from './bench/contestants.ts';
import { jobs } from './bench/jobs.ts';
import { readOptions, USAGE } from './bench/options.ts';
import { comparison, report } from './bench/report.ts';
import { RESULTS, type Results } from './bench/results.ts';
import { run } from './bench/run.ts';

const progress = (line: string) => console.error(line);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (process.argv.includes('--help')) console.log(USAGE);
else await bench();

async function bench(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const earlier =
    options.compare === undefined ? undefined : RESULTS.parse(JSON.parse(readFileSync(options.compare, 'utf8')));
  const all = contestants(options.servers, { program: 'dist', profiles: options.profiles });
  for (const { missing } of all) if (missing !== undefined) progress(`left out: ${missing}`);
  const present = all.filter(({ missing }) => missing === undefined);
  const keep = (results: Results) => {
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  };
  const results = await run({ contestants: present, jobs: jobs(options), rounds: options.rounds, progress, keep });
  console.log(report(results));
  if (earlier) console.log(comparison(results, earlier));
  if (results.measurements.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}
