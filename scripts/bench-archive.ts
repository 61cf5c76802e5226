/**
 * How fast an archive of a million messages is read: `npm run bench:archive [messages]`.
 * Builds it in a temporary file, and removes that.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../lib/storage/sqlite/sqlite-store.ts';
import type { ArchiveEntry, ArchiveQuery, Store } from '../lib/storage/store.ts';

const OWNER = 'juliet@capulet.example';
const PEERS = 20;
const BATCH = 1000;
const PAGE = 50;
const RUNS = 300;
const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

const count = Number(process.argv[2] ?? 1_000_000);

function peerOf(place: number): string {
  return `contact-${place % PEERS}@montague.example`;
}

function entry(place: number): ArchiveEntry {
  const [id, peer, at] = [`id-${String(place).padStart(16, '0')}`, peerOf(place), START + place * MINUTE];
  const xml = `<message xmlns="jabber:client" type="chat" id="${id}" from="${peer}/phone" to="${OWNER}"><body>${'Wherefore art thou? '.repeat(10)}</body><stanza-id xmlns="urn:xmpp:sid:0" by="${OWNER}" id="${id}"/></message>`;
  return { owner: OWNER, id, at, peer, resource: 'phone', isSent: place % 2 === 0, stanzaId: id, xml };
}

async function build(store: Store): Promise<void> {
  const before = performance.now();
  for (let place = 0; place < count; place += BATCH) {
    await store.archive.add(Array.from({ length: Math.min(BATCH, count - place) }, (_, next) => entry(place + next)));
  }
  const seconds = (performance.now() - before) / 1000;
  console.log(
    `${count} messages added in ${seconds.toFixed(1)} s: ${Math.round(count / seconds)} in a second, ${BATCH} at a time`,
  );
}

/** Prints the median and the 99th percentile of one kind of query. */
async function measure(store: Store, title: string, query: (place: number) => Partial<ArchiveQuery>): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const place = Math.floor(((run * 0.618034) % 1) * count);
    const before = performance.now();
    const full = { filter: {}, isBackwards: false, limit: PAGE, countLimit: 1000, ...query(place) };
    const page = await store.archive.page(OWNER, full);
    times.push(performance.now() - before);
    if (page?.messages.length === 0) throw new Error(`${title}: nothing found`);
  }
  times.sort((a, b) => a - b);
  const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(2);
  console.log(`${title.padEnd(36)} median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
try {
  const store = await openSqliteStore({ file: join(folder, 'archive.db') });
  await build(store);
  const idOf = (place: number): string => entry(Math.min(place, count - PAGE * PEERS)).id;
  console.log(`a page of ${PAGE}, ${RUNS} times each:`);
  await measure(store, 'the last page', () => ({ isBackwards: true }));
  await measure(store, 'behind a message', (place) => ({ after: idOf(place) }));
  await measure(store, 'before a message', (place) => ({ before: idOf(place + PAGE), isBackwards: true }));
  await measure(store, 'since a moment', (place) => ({ filter: { start: entry(place).at } }));
  await measure(store, 'the last with one contact', (place) => ({
    filter: { peer: peerOf(place) },
    isBackwards: true,
  }));
  await measure(store, 'with a contact, since a moment', (place) => ({
    filter: { peer: peerOf(place), start: START + Math.min(place, count - PAGE * PEERS) * MINUTE },
  }));
  await measure(store, 'one message by its id', (place) => ({ filter: { ids: [idOf(place)] } }));
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
