// Writes docs/reference/config.md from the schema: npm run docs:config
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchema, optionDocs, type OptionDoc } from '../lib/config/explain.ts';

export const PAGE = fileURLToPath(new URL('../docs/reference/config.md', import.meta.url));

const INTRODUCTION = `# Configuration

<!-- Made by "npm run docs:config" from lib/config/schema.ts: change that, not this. -->

Holdfast reads the file named by \`--config\`, else \`./holdfast.yaml\`, else \`/etc/holdfast/holdfast.yaml\`. Without any it runs
in demo mode. \`npx holdfast init\` writes a file, \`npx holdfast config check\` tells everything that is wrong with it, by line
and column, and \`npx holdfast config show\` shows it with all defaults.

- Only \`hosts\` must be there. Every other option has a default.
- Durations are written \`60 s\`, \`5 min\` or \`500 ms\` (units: ms, s, m, min, h, d); a bare number is seconds.
- Sizes are written \`256 KiB\` (units: B, KiB, MiB, GiB, KB, MB, GB; K is 1024 in each); a bare number is bytes.
- Environment variables override the file: \`HOLDFAST_HTTP__LISTEN='["0.0.0.0:5280"]'\` is \`http.listen\`. Two underscores stand
  for the dot; the value is YAML. Demo mode does not look at them.
- An option that does not exist is an error: nothing that you write is ignored.
`;

/** The whole page. */
export function configPage(): string {
  const sections = Object.entries(jsonSchema().properties ?? {});
  const docs = optionDocs();
  const parts = sections.map(([name, { description = '' }]) =>
    section(
      name,
      description,
      docs.filter(({ key }) => key.startsWith(`${name}.`)),
    ),
  );
  return [INTRODUCTION, ...parts].join('\n');
}

function section(name: string, description: string, options: readonly OptionDoc[]): string {
  const rows = options.map(({ key, type, fallback, description: text }) =>
    row([`\`${key}\``, type, fallback === 'none' ? 'none' : `\`${fallback}\``, text]),
  );
  const head = [row(['option', 'type', 'default', 'what it does']), '|---|---|---|---|'];
  return [`## ${name}`, '', description, '', ...head, ...rows, ''].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, configPage());
