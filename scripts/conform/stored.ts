import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report, Row } from '../../lib/conformance/report.ts';

/** What is random, and would make two runs of the same server differ. */
const RANDOM: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:port'],
  [/\b(rid|sid|authid|ack|report|id|previd)=(["'])[^"']{8,}\2/g, '$1=$2…$2'],
  [/\b(Sec-WebSocket-(?:Key|Accept)|Date|Last-Modified): [^\n]+/gi, '$1: …'],
  [/\brid \d{6,}/g, 'rid …'],
  [/@localhost\/[\w-]{8,}/g, '@localhost/…'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '…'],
  [/\b(?:[0-9a-f]{40}|\d{10,})\b/g, '…'],
];
/** The end of the conversation says most. */
const MAX_LINES = 12;

export type StoredReport = Pick<Report, 'name' | 'counts' | 'rows' | 'wiring' | 'strict'> & {
  readonly websocket?: string;
};

/** A report as it is stored: without what differs from run to run, and with evidence of what counts. */
export function stored({ name, counts, rows, wiring, strict, websocket }: Report): string {
  const report = { name, wiring, strict, websocket, counts, rows: rows.map(kept) };
  return `${JSON.stringify(report, steady, 1)}\n`;
}

/** Titles are those of the checks, and stay. */
function steady(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || key === 'title') return value;
  return RANDOM.reduce((shown, [pattern, by]) => shown.replace(pattern, by), value);
}

/** Stored reports, Holdfast first. */
export function readStored(folder: string): StoredReport[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const own = 'holdfast.json';
  const inOrder = names.toSorted((a, b) => Number(b === own) - Number(a === own) || b.localeCompare(a));
  return inOrder.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as StoredReport);
}

function kept({ exchanges, duration: _duration, attempts: _attempts, ...row }: Row): object {
  const counts = row.verdict === 'fail' && (row.strength === 'must' || row.strength === 'should');
  if (!counts) return row;
  const wire = exchanges.filter(({ way }) => way !== 'judged').slice(-MAX_LINES);
  return { ...row, exchanges: wire.map(({ way, session, text }) => ({ way, session, text })) };
}
