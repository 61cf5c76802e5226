import { escapeText } from '../../xml/index.ts';
import type { Cell, Report } from '../report.ts';
import { auditOf, placeOf, sectionsOf, weatherIn, type Section } from './parts.ts';
import { barPlot, distributionPlot, type Bar, type Curve } from './plot.ts';
import { STYLE } from './style.ts';

/** The report as one page that loads nothing and runs nothing. */
export function toHtml(report: Report): string {
  const { sent, received, voids } = auditOf(report);
  const verdict =
    voids.length === 0
      ? `<p class="good">${received} of ${sent} messages came, each once and in order.</p>`
      : `<div class="bad"><p>Some runs are void:</p>${list(voids)}</div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Transport comparison: ${escapeText(report.weather.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Transport comparison</h1><p>${escapeText(weatherIn(report))}</p>${verdict}</header>
<main>
${sectionsOf(report, true).map(section).join('\n')}
</main>
<footer><p>${escapeText(placeOf(report))}.</p>${list(report.missing.map((one) => `Not available: ${one}`))}
<p>Figures in brackets are what would be measured if only the network took time.</p></footer>
</body>
</html>
`;
}

function section({ id, title, about, parameters, columns, rows, notes }: Section): string {
  const cells = rows.map(({ cell }) => cell);
  const head = ['transport', ...columns].map((name) => `<th scope="col">${escapeText(name)}</th>`).join('');
  const body = rows.map(({ cell, values }) => {
    const figures = values.map((value) => `<td>${escapeText(value).replace(/ (\(.*\))$/, ' <small>$1</small>')}</td>`);
    return `<tr><th scope="row">${escapeText(cell.label)}</th>${figures.join('')}</tr>`;
  });
  return `<section id="${id}"><h2>${id} ${escapeText(title)}</h2><p>${escapeText(about)}</p><p class="small">${escapeText(parameters)}</p>
${distributionPlot(`${id}: share of messages that took no longer`, cells.flatMap(curveOf))}
${barPlot(`${id}: bytes on the wire for each message`, 'B', cells.flatMap(bytesOf))}
<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>${list(notes)}</section>`;
}

/** Of all runs together. */
function curveOf({ label, runs }: Cell): readonly Curve[] {
  const bins = runs.flatMap(({ latencies, faults }) => (faults.length === 0 ? latencies : []));
  const sorted = bins.toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, , count]) => sum + count, 0);
  if (total === 0) return [];
  let seen = 0;
  const points = sorted.map(([, below, count]) => [below / 1000, (seen += count) / total] as const);
  return [{ label, points }];
}

function bytesOf({ label, figures }: Cell): readonly Bar[] {
  const { bytesDown, bytesUp, headDown = 0, headUp = 0 } = figures;
  if (bytesDown === undefined || bytesUp === undefined) return [];
  return [
    {
      label,
      parts: [
        { name: 'XML down', value: bytesDown - headDown },
        { name: 'head down', value: headDown },
        { name: 'XML up', value: bytesUp - headUp },
        { name: 'head up', value: headUp },
      ],
    },
  ];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escapeText(item)}</li>`).join('')}</ul>`;
}
