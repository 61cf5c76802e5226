/** A small page for people, with nothing in it that loads anything. */
export function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Holdfast</title>
<style>
:root { color-scheme: light dark; }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; line-height: 1.2; }
code { font-size: .95em; padding: .1em .35em; border-radius: .3em; background: rgb(127 127 127 / .16); }
dt { font-weight: 600; margin-top: .8rem; } dd { margin: 0; }
</style>
</head>
<body>
<h1>${title}</h1>
${main}
</body>
</html>
`;
}

/** Text as it may stand in a page. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
