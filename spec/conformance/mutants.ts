import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundleLibrary } from '../../scripts/bundle.mjs';
import type { Fault } from './faults.ts';

/** The text of a file of lib with the fault in it. @throws Error when the place is not there once */
export function faulty({ file, from, to, name }: Fault): string {
  const text = readFileSync(join('lib', file), 'utf8');
  const count = text.split(from).length - 1;
  if (count !== 1) throw new Error(`"${name}": ${JSON.stringify(from)} is ${count} times in lib/${file}`);
  return text.replace(from, () => to);
}

/**
 * Our server with one fault each: the library built with one file in another version. They are loaded
 * into this process, so each costs its own modules, and no start of a program.
 */
export class Mutants {
  // Inside the project, so that packages are found from there.
  readonly #folder = resolve('node_modules', '.cache', `holdfast-faults-${process.pid}`);
  #count = 0;

  /** Where the library with this fault is. @throws Error when the fault has lost its place, or cannot be built */
  async load(fault: Fault): Promise<string> {
    const folder = join(this.#folder, String(this.#count++));
    await bundleLibrary(folder, [instead(fault)]);
    return pathToFileURL(join(folder, 'index.js')).href;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function instead(fault: Fault): Plugin {
  const path = resolve('lib', fault.file);
  const contents = faulty(fault);
  return {
    name: 'fault',
    setup: (build) =>
      build.onLoad({ filter: /\.ts$/ }, (file) => (file.path === path ? { contents, loader: 'ts' } : null)),
  };
}
