import { spawnSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtProgram } from '../support/built-program.ts';
import type { Fault } from './faults.ts';

/** The text of a file of lib with the fault in it. @throws Error when the place is not there once */
export function faulty({ file, from, to, name }: Fault): string {
  const text = readFileSync(join('lib', file), 'utf8');
  const count = text.split(from).length - 1;
  if (count !== 1) throw new Error(`"${name}": ${JSON.stringify(from)} is ${count} times in lib/${file}`);
  return text.replace(from, () => to);
}

/**
 * Our server with one fault each: copies of the built program in which one file is another. They are
 * loaded into this process, so each costs its own modules, and no start of a program.
 */
export class Mutants {
  readonly #folder = resolve('node_modules', '.cache', `holdfast-faults-${process.pid}`);
  readonly #faults: readonly Fault[];

  /** @throws Error when a fault has lost its place, or cannot be built */
  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
    for (const [index, fault] of faults.entries()) {
      const path = join(this.#folder, 'src', String(index), fault.file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, faulty(fault));
    }
    this.#compile();
  }

  /** Where the program with this fault is. */
  load(fault: Fault): string {
    const index = String(this.#faults.indexOf(fault));
    const folder = join(this.#folder, 'run', index);
    copy(builtProgram(), folder);
    const file = fault.file.replace(/\.ts$/, '.js');
    rmSync(join(folder, file));
    cpSync(join(this.#folder, 'out', index, file), join(folder, file));
    return pathToFileURL(join(folder, 'index.js')).href;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Each file by itself: what it imports is elsewhere, and types were checked without the fault. */
  #compile(): void {
    const config = join(this.#folder, 'tsconfig.json');
    const options = {
      rootDir: 'src',
      outDir: 'out',
      noCheck: true,
      noResolve: true,
      declaration: false,
      sourceMap: false,
    };
    const base = resolve('scripts', 'tsconfig.build.json');
    writeFileSync(config, JSON.stringify({ extends: base, compilerOptions: options, include: ['src'] }));
    const compiler = resolve('node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', config], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the faults cannot be built:\n${stdout}`);
  }
}

/** Hard links: the same bytes without their cost. */
function copy(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copy(source, target);
    else linkSync(source, target);
  }
}
