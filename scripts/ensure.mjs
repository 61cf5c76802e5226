// Sets up what is missing, with nothing but Node and npm: dependencies, and what is built of lib/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NEEDED = [20, 19];
const INSTALLED = join(ROOT, 'node_modules', '.holdfast-lock');
const BUILT = join(ROOT, 'dist', '.holdfast-build');

checkNode();
install();
if (process.argv.includes('--build')) build();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  fail(`Holdfast needs Node ${NEEDED.join('.')} or later; this is ${process.versions.node}.`);
}

function install() {
  const wanted = hash(readFileSync(join(ROOT, 'package-lock.json')));
  if (read(INSTALLED) === wanted) return;
  console.error('Installing dependencies …');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(INSTALLED, wanted);
}

function build() {
  const wanted = sources();
  if (read(BUILT) === wanted) return;
  console.error('Building …');
  run(process.execPath, [join('scripts', 'bundle.mjs')]);
  writeFileSync(BUILT, wanted);
}

/** Names, sizes and times of everything that the build reads: cheap, and enough to tell a change. */
function sources() {
  const facts = [read(join(ROOT, 'package-lock.json')), read(join(ROOT, 'scripts', 'bundle.mjs'))];
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else facts.push(`${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);
    }
  };
  visit(join(ROOT, 'lib'));
  return hash(facts.join('\n'));
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) fail(`${command} ${args.join(' ')} failed.`);
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function hash(data) {
  return createHash('sha256').update(data).digest('hex');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
