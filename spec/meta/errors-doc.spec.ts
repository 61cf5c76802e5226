import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const page = readFileSync('docs/reference/errors.md', 'utf8');
const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('conformance'))
  .map((name) => readFileSync(join('lib', name), 'utf8'))
  .join('\n');

/** First cells of the table under a title. */
function documented(title: string): string[] {
  const text = page.slice(page.indexOf(`\n## ${title}\n`) + 1).split(/^## /m)[1] ?? '';
  return Array.from(text.matchAll(/^\| `([a-z-]+)` \|/gm), ([, name = '']) => name);
}

function used(pattern: RegExp): string[] {
  return [...new Set(Array.from(sources.matchAll(pattern), ([, name = '']) => name))];
}

/** Keys of a table in a source file. */
function keysOf(file: string, table: string): string[] {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(`const ${table} = {`);
  return Array.from(
    text.slice(start, text.indexOf('}', start)).matchAll(/^ {2}'?([a-z-]+)'?:/gm),
    ([, name = '']) => name,
  );
}

describe('docs/reference/errors.md', () => {
  it('has every stream error that the code makes, and no other', () => {
    const made = used(/(?:new StreamError|#end)\(\s*'([a-z-]+)'/g).filter((name) => !/^(?:graceful|lost)$/.test(name));
    expect(documented('Stream errors')).to.include.members(made);
    for (const name of documented('Stream errors')) expect(sources).to.contain(`'${name}'`);
  });

  it('has every stanza error that the code makes, and no other', () => {
    expect(documented('Stanza errors')).to.include.members(used(/new StanzaError\(\s*'([a-z-]+)'/g));
    expect(keysOf('lib/xmpp/stanza-error.ts', 'DEFAULT_TYPE')).to.include.members(documented('Stanza errors'));
  });

  it('has every login failure that the code makes, and no other', () => {
    const made = used(/(?:\bfailure|\.refuse)\(\s*'([a-z-]+)'/g);
    const others = ['credentials-expired', 'encryption-required', 'invalid-mechanism', 'temporary-auth-failure'];
    expect(documented('Login failures')).to.have.members([...made, ...others]);
  });

  it('has binding conditions of the code only, each with its status for old clients', () => {
    const statuses = readFileSync('lib/bosh/conditions.ts', 'utf8');
    const rows = Array.from(page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm));
    expect(rows.map(([, name]) => name)).to.deep.equal(documented('Binding conditions'));
    for (const [, name, status] of rows) expect(statuses).to.contain(`'${name}': ${status},`);
  });
});
