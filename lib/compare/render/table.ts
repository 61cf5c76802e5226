import type { Report } from '../report.ts';
import { auditOf, placeOf, sectionsOf, weatherIn, type Section } from './parts.ts';

/** The report as text. */
export function toTable(report: Report): string {
  const { sent, received, voids } = auditOf(report);
  const parts = [
    `Holdfast transport comparison: ${weatherIn(report)}`,
    placeOf(report),
    `Delivery audit: ${received} of ${sent} messages ${voids.length === 0 ? 'once, in order' : ''}`.trimEnd(),
    ...voids.map((fault) => `VOID  ${fault}`),
    ...report.missing.map((missing) => `not available: ${missing}`),
    ...sectionsOf(report).map(sectionText),
    'In brackets: when only the network takes time.',
  ];
  return `${parts.join('\n')}\n`;
}

function sectionText({ id, title, parameters, columns, rows, notes }: Section): string {
  const table = [['', ...columns], ...rows.map(({ cell, values }) => [cell.label, ...values])];
  return ['', `${id}  ${title} (${parameters})`, ...aligned(table), ...notes, ''].join('\n');
}

/** Names to the left, figures to the right. */
function aligned(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
