import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const catalogue = readFileSync(new URL('../../lib/core/hook-map.ts', import.meta.url), 'utf8');
const page = readFileSync(new URL('../../docs/reference/hooks.md', import.meta.url), 'utf8');

/** Hook names with the names of what is in their events, in the order of the source. */
function declared(): Map<string, string[]> {
  const hooks = new Map<string, string[]>();
  for (const [, name = '', event = ''] of catalogue.matchAll(/^ {2}'([a-z:-]+)': \{([^}]*)\};$/gm)) {
    hooks.set(
      name,
      Array.from(event.matchAll(/readonly (\w+):/g), ([, field = '']) => field),
    );
  }
  return hooks;
}

/** The same, as the page says it: a heading, then the event in braces. */
function documented(): Map<string, string[]> {
  const hooks = new Map<string, string[]>();
  for (const [, name = '', event = ''] of page.matchAll(/^### `([a-z:-]+)`\n\n`\{ ([^}]*) \}`/gm)) {
    hooks.set(name, event.split(', '));
  }
  return hooks;
}

describe('docs/reference/hooks.md', () => {
  it('finds hooks in the catalogue', () => {
    expect(declared().get('stanza:from-client')).to.deep.equal(['session', 'stanza']);
  });

  it('describes every hook, and no other', () => {
    expect([...documented().keys()].sort()).to.deep.equal([...declared().keys()].sort());
  });

  for (const [name, fields] of declared()) {
    it(`names what is in the event of ${name}`, () => {
      expect(documented().get(name)).to.deep.equal(fields);
    });
  }
});
