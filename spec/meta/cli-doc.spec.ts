import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { COMMANDS } from '../../lib/admin/commands.ts';
import { EXIT } from '../../lib/cli/exit-code.ts';

const page = readFileSync('docs/reference/cli.md', 'utf8');
const main = readFileSync('lib/main.ts', 'utf8');

/** Commands that are not in the registry. */
const OTHERS = [
  'start',
  'about',
  'init',
  'conform <url>',
  'compare',
  'config check',
  'config show',
  'config explain [key]',
];

/** As help writes it: `user add <jid> [password]`. */
function usageOf({ name, parameters }: (typeof COMMANDS)[number]): string {
  const words = parameters.map((parameter) =>
    parameter.optional || parameter.secret ? `[${parameter.name}]` : `<${parameter.name}>`,
  );
  return [name, ...words].join(' ');
}

function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found);
}

describe('docs/reference/cli.md', () => {
  it('has every command with its arguments, and no other', () => {
    expect(matches(page, /^### `([^`]+)`$/gm)).to.have.members([...OTHERS, ...COMMANDS.map(usageOf)]);
  });

  it('says which commands need a server', () => {
    for (const command of COMMANDS.filter(({ name }) => !name.includes(' '))) {
      const text = page.split(`### \`${usageOf(command)}\``)[1]?.split('\n#')[0] ?? '';
      expect(text.includes('Needs a running server'), command.name).to.equal(command.needs === 'server');
    }
  });

  it('has every option', () => {
    const options = matches(main, /(?:o|O)ption\(\s*'(?:-\w, )?(--[\w-]+)/g);
    expect(options).to.include('--json');
    for (const option of options) expect(page).to.contain(`\`${option}`);
  });

  it('has every exit code, and no other', () => {
    expect(matches(page, /^\| (\d+) \|/gm)).to.have.members(Object.values(EXIT).map(String));
  });
});
