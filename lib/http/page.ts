import { createHash } from 'node:crypto';
import type { Context } from 'koa';

const STYLE = `
:root {
  color-scheme: light dark;
  --back: #f6f5f2; --card: #fff; --text: #23211d; --quiet: #66625a; --line: #e2dfd8; --accent: #0d6b62; --on-accent: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #171614; --card: #211f1c; --text: #ece9e2; --quiet: #a8a399; --line: #37342f; --accent: #5cc8ba;
    --on-accent: #10211f;
  }
}
* { box-sizing: border-box; }
body {
  font: 1.05rem/1.6 system-ui, sans-serif; color: var(--text); background: var(--back);
  max-width: 44rem; margin: clamp(1.5rem, 10vh, 7rem) auto; padding: 0 1.25rem; overflow-wrap: anywhere;
}
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
code { font-size: .92em; padding: .1em .35em; border-radius: .3em; background: rgb(127 127 127 / .14); }
.lead { font-size: 1.2rem; color: var(--quiet); }
.version { font-size: .95rem; font-weight: 400; color: var(--quiet); white-space: nowrap; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
.button {
  padding: .55rem 1.3rem; border: 1px solid var(--accent); border-radius: .6rem; text-decoration: none; font-weight: 600;
}
.button.main { background: var(--accent); color: var(--on-accent); }
.card { padding: 1.25rem; margin: 1.5rem 0; background: var(--card); border: 1px solid var(--line); border-radius: .8rem; }
.card p { color: var(--quiet); }
dl { margin: 1rem 0 0; } dt { font-weight: 600; font-size: .9rem; } dd { margin: .15rem 0 .9rem; }
dd:last-child { margin-bottom: 0; }
.copy { display: block; padding: .5rem .7rem; user-select: all; -webkit-user-select: all; }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; color: var(--quiet); }
`;

/** Lets a page have the style above, and nothing else: no script, no picture, no form, no frame around it. */
const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The same for a page with scripts of this server. */
export const SCRIPTED_POLICY = `script-src 'self'; ${PAGE_POLICY}`;

/** A small page for people, with nothing in it that loads anything but, where it has one, its script. */
export function page(title: string, main: string, script?: string): string {
  const fullTitle = title === 'Holdfast' ? title : `${title} · Holdfast`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${fullTitle}</title>
<style>${STYLE}</style>${script === undefined ? '' : `\n<script type="module" src="${escapeHtml(script)}"></script>`}
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

/** Answers with a page that may do what `policy` says. */
export function sendPage(ctx: Context, html: string, policy = PAGE_POLICY): void {
  ctx.set('Content-Security-Policy', policy);
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.type = 'html';
  ctx.body = html;
}

/** Text as it may stand in a page. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
