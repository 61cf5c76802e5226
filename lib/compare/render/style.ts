/** Of curves, in light and in dark: they can be told apart by people who see colours differently, too. */
const LIGHT = [
  '#000000',
  '#0072b2',
  '#56b4e9',
  '#009e73',
  '#cc79a7',
  '#d55e00',
  '#e69f00',
  '#8c564b',
  '#7f7f7f',
  '#9467bd',
];
const DARK = [
  '#ffffff',
  '#4da3ff',
  '#8fd3ff',
  '#3ddc97',
  '#f0a6cc',
  '#ff8a4c',
  '#ffc44d',
  '#c69c8f',
  '#b0b0b0',
  '#c3a6ff',
];

function curves(colours: readonly string[]): string {
  return colours.map((colour, index) => `.c${index}{stroke:${colour}}`).join('');
}

export const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#6a737d;--rule:#dfe3e8;--good:#1a7f37;--bad:#b42318}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:72rem;padding:1rem}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2.5rem 0 .25rem;border-top:1px solid var(--rule);padding-top:1rem}
p{margin:.25rem 0}.small,footer,small{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.75rem 0;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--rule)}th[scope=row],thead th:first-child{text-align:left}
svg{display:block;width:100%;max-width:60rem;height:auto;margin:1rem 0}svg text{font:11px system-ui,sans-serif;fill:var(--ink)}
svg .grid{stroke:var(--rule)}polyline{fill:none;stroke-width:1.8}line{stroke-width:1.8}line.grid{stroke-width:1}
${curves(LIGHT)}.b0{fill:#0072b2}.b1{fill:#9ccbe6}.b2{fill:#d55e00}.b3{fill:#f2bd93}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#14171a;--soft:#9aa4ae;--rule:#30363d;--good:#4ac26b;--bad:#ff7b72}
${curves(DARK)}}
`;
