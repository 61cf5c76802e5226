// Runs the kit against Holdfast and the other servers that are installed, stores what came, and renders
// docs/reference/conformance/servers.md: npm run conform:servers [-- holdfast prosody ejabberd]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examine } from '../lib/conformance/examine.ts';
import type { Report } from '../lib/conformance/report.ts';
import { SUBJECTS, type Subject } from './conform/subjects.ts';
import { readStored, stored } from './conform/stored.ts';
import { serversPage } from './conform/servers-page.ts';

const FOLDER = 'docs/reference/conformance';
const ACCOUNTS = ['alice', 'bob'] as const;

const wanted = process.argv.slice(2);
mkdirSync(join(FOLDER, 'servers'), { recursive: true });
for (const subject of SUBJECTS.filter(({ key }) => wanted.length === 0 || wanted.includes(key))) {
  await examineOne(subject);
}
writeFileSync(join(FOLDER, 'servers.md'), serversPage(readStored(join(FOLDER, 'servers'))));

async function examineOne({ key, start, strict }: Subject): Promise<void> {
  const server = await start();
  if (!server) {
    console.error(`${key} is not installed`);
    return;
  }
  try {
    const [alice, bob] = ACCOUNTS.map((name) => ({ is: 'account', name, password: name }) as const);
    if (!alice || !bob) return;
    const report = await examine({
      url: server.boshUrl,
      websocket: server.webSocketUrl,
      domain: server.domain,
      credentials: [alice, bob],
      name: server.name,
      strict,
      slow: true,
      kit: 'npm run conform:servers',
    });
    say(report);
    writeFileSync(join(FOLDER, 'servers', `${key}.json`), stored(report));
  } finally {
    await server.stop();
  }
}

function say({ name, counts, duration }: Report): void {
  const { must, should } = counts;
  const failed = `${must.fail} of MUST and ${should.fail} of SHOULD fail`;
  console.log(`${name}: ${failed} (${(duration / 1000).toFixed(1)} s)`);
}
