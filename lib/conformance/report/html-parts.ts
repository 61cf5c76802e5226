/** What the page looks like. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: light-dark(#f7f7f5, #16181b); --card: light-dark(#fff, #1e2125); --line: light-dark(#e2e2de, #30343a);
  --ink: light-dark(#1d1f21, #e4e6e8); --soft: light-dark(#5f656b, #9aa1a9);
  --pass: light-dark(#1f7a45, #58c486); --fail: light-dark(#c02f2a, #ff7b72); --idle: light-dark(#b9bec4, #59616a);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.25rem; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .75rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 0; font-size: .95rem; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
small { font-size: .85em; font-weight: 400; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 1rem 0 1.5rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.verdict { margin: 0; font-size: 1.1rem; font-weight: 600; }
.verdict.pass { color: var(--pass); } .verdict.fail, span.fail { color: var(--fail); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; }
.tile { padding: .9rem 1rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); }
.tile h2 { color: var(--soft); font-weight: 500; }
.tile b { display: inline-block; margin-right: .6rem; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
.bar { display: flex; gap: 2px; height: 6px; margin-top: .5rem; overflow: hidden; border-radius: 3px; }
.bar i { background: var(--idle); } .bar .pass { background: var(--pass); } .bar .fail { background: var(--fail); }
nav { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .4rem; margin: 1.5rem 0 .5rem; padding: .6rem 0; background: var(--back); }
button, input { padding: .35rem .75rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--card); color: inherit; font: inherit; }
button { cursor: pointer; } button[aria-pressed=true] { border-color: var(--ink); }
input { flex: 1; min-width: 10rem; }
section { margin: 1.4rem 0; } section > h2 { margin-bottom: .4rem; }
details { border: 1px solid var(--line); border-bottom-width: 0; background: var(--card); color: inherit; }
section details:first-of-type { border-radius: .5rem .5rem 0 0; } section details:last-of-type { border-bottom-width: 1px; border-radius: 0 0 .5rem .5rem; }
summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .8rem; padding: .4rem .8rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: color-mix(in srgb, var(--ink) 4%, transparent); }
.mark { width: 6.6rem; font-weight: 600; color: var(--soft); } .pass .mark { color: var(--pass); } .fail .mark { color: var(--fail); }
summary code { width: 5.6rem; } .level { width: 8rem; font-size: .8rem; color: var(--soft); }
.title { flex: 1; min-width: 14rem; } time { color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }
details > p, details > pre, .scroll { margin: .4rem 1rem; } .rule { color: var(--soft); }
details[open] { padding-bottom: .5rem; }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; }
td { padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line); vertical-align: top; white-space: nowrap; font-size: .8rem; color: var(--soft); }
td:last-child { width: 100%; white-space: normal; color: var(--ink); }
.judged pre { color: var(--soft); font-style: italic; }
[hidden] { display: none !important; }
footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { .level, time { display: none; } .mark { width: auto; } }
`;

/** What the page does: shows the checks with one verdict, or with a word in them. */
export const SCRIPT = `
const buttons = [...document.querySelectorAll('button')];
const search = document.getElementById('search');
let filter = '';
function show() {
  const word = search.value.trim().toLowerCase();
  for (const section of document.querySelectorAll('section')) {
    const name = section.firstElementChild.textContent.toLowerCase();
    let count = 0;
    for (const check of section.querySelectorAll('details')) {
      const isWanted = (filter === '' || check.className === filter) &&
        (name + ' ' + check.firstElementChild.textContent.toLowerCase()).includes(word);
      check.hidden = !isWanted;
      if (isWanted) count += 1;
    }
    section.hidden = count === 0;
  }
}
for (const button of buttons) {
  button.addEventListener('click', () => {
    filter = button.dataset.filter;
    for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
    show();
  });
}
search.addEventListener('input', show);
`;
