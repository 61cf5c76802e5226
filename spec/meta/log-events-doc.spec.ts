import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const page = readFileSync('docs/reference/log-events.md', 'utf8');
const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** Every call of a logger with an event name, as `name level`. */
function logged(): Set<string> {
  const calls = files.flatMap((name) => {
    const text = readFileSync(join('lib', name), 'utf8');
    return Array.from(
      text.matchAll(/\blog\.(debug|info|warn|error)\(\s*'([\w.-]+)'/gi),
      ([, level = '', event = '']) => {
        return `${event} ${level}`;
      },
    );
  });
  return new Set(calls);
}

function documented(): string[] {
  return Array.from(
    page.matchAll(/^\| `([\w.-]+)` \| (\w+) \|/gm),
    ([, event = '', level = '']) => `${event} ${level}`,
  );
}

describe('docs/reference/log-events.md', () => {
  it('finds the calls', () => {
    expect(logged()).to.include('server.listening info').and.include('core.failed error');
  });

  it('has every event with its level, once, and no other', () => {
    expect(documented()).to.have.members([...logged()]);
  });

  it('misses no call that names its event in another way', () => {
    for (const name of files) {
      const calls = readFileSync(join('lib', name), 'utf8').matchAll(
        /\b(?:log|logger)\.(?:debug|info|warn|error)\((\s*\S)/gi,
      );
      for (const [, next = ''] of calls) expect(next.trim(), name).to.equal("'");
    }
  });
});
