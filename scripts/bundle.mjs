// Builds lib/ into few files: reading hundreds of modules one by one took most of a start.
import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The proxy with weather, which has a name of its own in `package.json`. */
const WEATHER = 'compare/weather/index';

const LIB = fileURLToPath(new URL('../lib', import.meta.url));

/** Packages that the program reads from `node_modules`: one has native code, one has threads, one has the files of the chat page. */
const LEFT_OUT = ['@photostructure/sqlite', 'pino', 'converse.js'];

/** Packages that are CommonJS ask for those of Node with `require`, which a module does not have. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;

const COMMON = /** @type {const} */ ({
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  logLevel: 'warning',
});

/** For browsers, as they are. */
const BROWSER = /** @type {const} */ ({
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  sourcemap: 'linked',
  logLevel: 'warning',
  alias: { '@xmpp/xml': fileURLToPath(new URL('no-package.mjs', import.meta.url)) },
});

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(resolve(process.argv[2] ?? 'dist'));

/**
 * Everything that people run or import, as `package.json` names it.
 *
 * @param {string} folder where to
 */
export async function bundle(folder) {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([bundleProgram(folder), bundleLibrary(folder), bundleClient(folder), bundleLab(folder)]);
}

/**
 * The client library, in one file that a browser reads as it is.
 *
 * @param {string} folder where to
 */
export async function bundleClient(folder) {
  await build({ ...BROWSER, entryPoints: [join(LIB, 'client', 'index.ts')], outdir: join(folder, 'client') });
}

/**
 * The lab page: a script, and its style.
 *
 * @param {string} folder where to
 */
export async function bundleLab(folder) {
  const entryPoints = ['main.tsx', 'style.css'].map((name) => ({ in: join(LIB, 'lab', 'page', name), out: 'lab' }));
  const jsx = /** @type {const} */ ({ jsx: 'automatic', jsxImportSource: 'preact' });
  await build({ ...BROWSER, ...jsx, sourcemap: false, entryPoints, outdir: join(folder, 'lab') });
}

/**
 * The library, and what it sends to browsers. Its packages stay outside, so that an application and
 * Holdfast have the same Koa.
 *
 * @param {string} folder where to
 * @param {import('esbuild').Plugin[]} plugins what else takes part
 */
export async function bundleLibrary(folder, plugins = []) {
  const entryPoints = { index: join(LIB, 'index.ts'), [WEATHER]: join(LIB, `${WEATHER}.ts`) };
  await build({ ...COMMON, entryPoints, outdir: folder, plugins, packages: 'external', chunkNames: 'library-[hash]' });
  cpSync(join(LIB, 'http', 'routes', 'browser'), join(folder, 'browser'), { recursive: true });
}

/** @param {string} folder */
async function bundleProgram(folder) {
  const entryPoints = { main: join(LIB, 'main.ts'), worker: join(LIB, 'storage', 'sqlite', 'worker.ts') };
  await build({
    ...COMMON,
    entryPoints,
    outdir: folder,
    external: LEFT_OUT,
    banner: { js: REQUIRE },
    chunkNames: 'program-[hash]',
  });
}
