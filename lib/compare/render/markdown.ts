import type { Report } from '../report.ts';
import { auditOf, placeOf, sectionsOf, weatherIn, type Section } from './parts.ts';

/** The report as Markdown. */
export function toMarkdown(report: Report): string {
  const { sent, received, voids } = auditOf(report);
  const parts = [
    '# Transport comparison',
    `- Weather: ${weatherIn(report)}`,
    `- ${placeOf(report)}`,
    `- Delivery audit: ${received} of ${sent} messages${voids.length === 0 ? ', each once, in order' : ''}`,
    ...voids.map((fault) => `- **Void:** ${fault}`),
    ...report.missing.map((missing) => `- Not available: ${missing}`),
    '- In brackets: when only the network takes time.',
    ...sectionsOf(report).map(sectionText),
  ];
  return `${parts.join('\n')}\n`;
}

function sectionText({ id, title, about, parameters, columns, rows, notes }: Section): string {
  const head = ['', ...columns];
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '--:'))];
  const table = [...lines, ...rows.map(({ cell, values }) => [cell.label, ...values])];
  return [
    `\n## ${id}: ${title}\n`,
    `${about} (${parameters})\n`,
    ...table.map((row) => `| ${row.join(' | ')} |`),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]),
  ].join('\n');
}
