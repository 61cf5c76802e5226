import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Router from 'koa-router';
import { escapeHtml, page, sendPage } from '../page.ts';
import { StaticFiles } from '../static-files.ts';

export interface ChatFacts {
  /** The domain that need not be written; undefined when there are only guests. */
  readonly domain: string | undefined;
  readonly guestDomain: string | undefined;
  /** Where rooms are; undefined when there are none. */
  readonly roomsDomain: string | undefined;
  /** Whether somebody can make an account, if only with an invitation. */
  readonly hasRegistration: boolean;
  readonly boshPath: string;
  readonly webSocketPath: string | undefined;
}

/** Converse.js and what it loads; none of its sources, and not the web site that it comes with. */
const SERVED =
  /^(?:converse\.min\.(?:css|js)|emoji\.json|libomemo\.esm\.min\.js|curve25519_compiled\.wasm|(?:chunkjs|images|sounds|webfonts)\/.+)$/;

/**
 * Everything comes from here. Converse.js writes styles into the page, compiles the WebAssembly of its
 * encryption, and makes pictures of what it has got through the stream.
 */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self' 'wasm-unsafe-eval'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data: blob:`,
  `media-src 'self' blob:`,
  `font-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** Converse.js as it is installed. */
interface Converse {
  readonly folder: string;
  readonly version: string;
}

/** The chat page: Converse.js with the settings for this server. */
export function chat(router: Router, facts: ChatFacts, converse: Converse | undefined): void {
  if (!converse) {
    router.get('/chat', (ctx) => {
      ctx.status = 404;
      sendPage(ctx, MISSING);
    });
    return;
  }
  const { folder, version } = converse;
  const assets = `/chat/converse-${version}/`;
  const html = chatPage(assets, version, facts);
  const files = new StaticFiles(folder, (path) => SERVED.test(path), { isVersioned: true });
  const scripts = new StaticFiles(fileURLToPath(new URL('./browser', import.meta.url)), (path) =>
    path.endsWith('.mjs'),
  );
  router.get('/chat', (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    sendPage(ctx, html, POLICY);
  });
  router.get(`${assets}chat-page.mjs`, (ctx) => scripts.send(ctx, 'chat-page.mjs'));
  router.get(`${assets}*file`, (ctx) => files.send(ctx, ctx.path.slice(assets.length)));
}

/** Undefined when it is not installed: it is an optional dependency. */
export function findConverse(): Converse | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('converse.js/dist/converse.min.js'));
    const manifest: unknown = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8'));
    const version = manifest instanceof Object && 'version' in manifest ? String(manifest.version) : '';
    return { folder, version };
  } catch {
    return undefined;
  }
}

function chatPage(assets: string, version: string, facts: ChatFacts): string {
  const domain = facts.domain ?? facts.guestDomain ?? '';
  // Within a script element only this character could end it.
  const settings = JSON.stringify({ ...facts, assets }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Chat · Holdfast</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${escapeHtml(assets)}converse.min.css">
<script type="application/json" id="settings">${settings}</script>
<script type="module" src="${escapeHtml(assets)}converse.min.js"></script>
<script type="module" src="${escapeHtml(assets)}chat-page.mjs"></script>
</head>
<body>
<noscript>The chat needs JavaScript.</noscript>
<template id="menu"></template>
<template id="brand">
<div class="text-center py-4"><h1>Chat</h1><p class="fs-5"><a href="/">${escapeHtml(domain)}</a></p></div>
</template>
<template id="footer">
<p class="text-center small py-3">Made with <a href="https://conversejs.org/" rel="noopener" target="_blank">Converse.js ${escapeHtml(version)}</a></p>
</template>
</body>
</html>
`;
}

const MISSING = page(
  'Chat',
  `<h1>Chat</h1>
<p>The chat page needs Converse.js, which is not installed: run <code>npm install --include=optional</code> in Holdfast’s folder,
and start it again.</p>
<p><a href="/">About this server</a></p>`,
);
