import type { Report } from '../report.ts';

/** Changes when a reader of older reports would stumble. */
const FORMAT = 'holdfast-conformance/1';

/** The report with everything in it. */
export function toJson(report: Report): string {
  return `${JSON.stringify({ format: FORMAT, ...report }, undefined, 1)}\n`;
}
