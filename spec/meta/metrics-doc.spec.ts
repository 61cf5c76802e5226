import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Metrics } from '../../lib/runtime/metrics.ts';

const page = readFileSync('docs/reference/metrics.md', 'utf8');
const effects = readFileSync('lib/bosh/effects.ts', 'utf8');

/** First cells of the tables in one section of the page, or in all of it. */
function documented(section: string, pattern: RegExp): string[] {
  const text = page.slice(page.indexOf(`\n## ${section}`) + 1).split(/^## /m)[1] ?? '';
  return Array.from(text.matchAll(/^\| `([\w-]+)` \|/gm), ([, name = '']) => name).filter((name) => pattern.test(name));
}

/** The members of a union of texts in lib/bosh/effects.ts. */
function members(type: string): string[] {
  const union = new RegExp(`export type ${type} =((?:\\s*\\| '[\\w-]+')+);`).exec(effects)?.[1] ?? '';
  return Array.from(union.matchAll(/'([\w-]+)'/g), ([, name = '']) => name);
}

describe('docs/reference/metrics.md', () => {
  it('has every metric of the server, and no other', async () => {
    const metrics = new Metrics({
      boshSessions: () => 0,
      heldRequests: () => 0,
      webSockets: () => 0,
      frameSessions: () => 0,
      pollingSessions: () => 0,
      tcpConnections: () => 0,
      components: () => 0,
      boundSessions: () => 0,
      awaySessions: () => 0,
    });
    const { text } = await metrics.read();
    metrics.close();
    const names = Array.from(text.matchAll(/^# TYPE (\w+)/gm), ([, name = '']) => name);
    const own = names.filter((name) => !/^holdfast_(?:process|nodejs)_/.test(name));
    expect(documented("Holdfast's own", /^holdfast_/)).to.have.members(own);
  });

  it('has every reason for an answer', () => {
    expect(documented('`reason`', /./)).to.have.members([...members('ResponseReason'), 'refused']);
  });

  it('has every end of a session', () => {
    expect(documented('`why`', /./)).to.have.members(members('EndReason'));
  });
});
