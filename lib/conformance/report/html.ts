import { escapeText } from '../../xml/index.ts';
import {
  STRENGTHS,
  STRENGTH_NAMES,
  VERDICTS,
  sectionsOf,
  shortcomings,
  type Report,
  type Required,
  type Row,
  type Strength,
} from '../report.ts';
import { SCRIPT, STYLE } from './html-parts.ts';

/** The report as one page that loads nothing: open it from a disk, attach it to a build. */
export function toHtml(report: Report, required: Required): string {
  const sections = sectionsOf(report.rows).map(([name, rows]) => section(name, rows));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>BOSH conformance of ${text(report.name)}</title>
<style>${STYLE}</style>
</head>
<body>
${header(report, required)}
<nav>${filters(report)}<input id="search" type="search" placeholder="id, section or word" aria-label="Search"></nav>
<main>${sections.join('\n')}</main>
<footer>Made by ${text(report.kit)}.</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function header(report: Report, required: Required): string {
  const { length } = shortcomings(report, required);
  const what = required === 'must' ? 'MUST' : 'MUST and SHOULD';
  const verdict =
    length === 0
      ? `<p class="verdict pass">No check of ${what} fails</p>`
      : `<p class="verdict fail">${length} of ${what} ${length === 1 ? 'fails' : 'fail'}</p>`;
  const facts = [
    ['BOSH', report.url],
    ['WebSocket', report.websocket ?? ''],
    ['Domain', report.domain],
    ['Connections', report.wiring],
    ['Run', `${report.startedAt.replace('T', ' ').slice(0, 16)} UTC, ${(report.duration / 1000).toFixed(1)} s`],
  ].filter(([, value]) => value !== '');
  const list = facts.map(([name = '', value = '']) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('');
  const tiles = STRENGTHS.map((strength) => tile(report, strength)).join('');
  return `<header><h1>BOSH conformance of ${text(report.name)}</h1>${verdict}<dl>${list}</dl><div class="tiles">${tiles}</div></header>`;
}

function tile({ counts }: Report, strength: Strength): string {
  const own = counts[strength];
  const total = VERDICTS.reduce((sum, verdict) => sum + own[verdict], 0);
  if (total === 0) return '';
  const bar = VERDICTS.filter((verdict) => own[verdict] > 0)
    .map((verdict) => `<i class="${classOf(verdict)}" style="flex:${own[verdict]}"></i>`)
    .join('');
  const failed = own.fail > 0 ? `<span class="fail">${own.fail} failed</span>` : '';
  const judged = own.pass + own.fail;
  return `<div class="tile"><h2>${STRENGTH_NAMES[strength]}</h2><b>${own.pass}<small> of ${judged}</small></b>${failed}<div class="bar">${bar}</div></div>`;
}

function filters({ rows }: Report): string {
  const button = (name: string, count: number, label = name): string =>
    `<button type="button" data-filter="${classOf(name)}" aria-pressed="${name === ''}">${label || 'all'} <small>${count}</small></button>`;
  const each = VERDICTS.map((verdict) => button(verdict, rows.filter((row) => row.verdict === verdict).length));
  return button('', rows.length) + each.join('');
}

function section(name: string, rows: readonly Row[]): string {
  return `<section><h2>${text(name)}</h2>${rows.map(check).join('')}</section>`;
}

function check(row: Row): string {
  const { id, level, title, verdict, duration, strength } = row;
  const summary = `<span class="mark">${verdict}</span><code>${id}</code><span class="level ${strength}">${text(level)}</span><span class="title">${text(title)}</span><time>${duration} ms</time>`;
  return `<details class="${classOf(verdict)}"><summary>${summary}</summary>${evidence(row)}</details>`;
}

function evidence({ requirement, reason, expected, came, exchanges, strength, verdict }: Row): string {
  const ours = strength === 'ours' ? ' <em>A rule of the kit’s project; not held against other servers.</em>' : '';
  const parts = [`<p class="rule">${text(requirement)}${ours}</p>`];
  if (expected !== '') parts.push(`<p><b>Expected</b> ${text(expected)}</p>`);
  else if (verdict !== 'pass') parts.push(`<p>${text(reason)}</p>`);
  if (came !== '') parts.push(`<p><b>Came</b></p><pre>${text(came)}</pre>`);
  const lines = exchanges.map(
    ({ at, way, session, text: said, bytes }) =>
      `<tr class="${way}"><td>${at} ms</td><td>${text(session)}</td><td>${way}</td><td>${way === 'judged' ? '' : `${bytes} B`}</td><td><pre>${text(said)}</pre></td></tr>`,
  );
  if (lines.length > 0) parts.push(`<div class="scroll"><table>${lines.join('')}</table></div>`);
  return parts.join('');
}

function classOf(verdict: string): string {
  return verdict.replace(' ', '-');
}

function text(value: string): string {
  return escapeText(value);
}
