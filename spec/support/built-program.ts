import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

let built: string | undefined;

/**
 * The folder with what is built of `lib`, once for a run of the specs: starting from it takes a fifth
 * of the time that starting from the sources takes, and threads and children run what people run.
 * Types are checked elsewhere.
 */
export function builtProgram(): string {
  built ??= build();
  return built;
}

function build(): string {
  // Inside the project, so that packages are found from there.
  const folder = resolve('node_modules', '.cache', `holdfast-spec-${process.pid}`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { status, stderr } = spawnSync(process.execPath, [join('scripts', 'bundle.mjs'), folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`lib cannot be built:\n${stderr}`);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return folder;
}
