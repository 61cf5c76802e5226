import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from 'koa';
import type Router from 'koa-router';
import type { ClientAddress } from '../client-address.ts';
import { page, sendPage } from '../page.ts';
import { StaticFiles } from '../static-files.ts';

export interface LabFacts {
  readonly version: string;
  /** Where accounts are; undefined when there are only guests. */
  readonly domain: string | undefined;
  readonly guestDomain: string | undefined;
  readonly boshPath: string;
  readonly webSocketPath: string | undefined;
  readonly sessionsPath: string | undefined;
  /** Whether pages of other origins may use the endpoints. */
  readonly takesOtherOrigins: boolean;
  readonly clients: ClientAddress;
}

/** This machine, by either of the names that mean the same listener. */
const LOOPBACK = /^(localhost|127\.0\.0\.1)(:\d+)?$/;
const FILES: ReadonlySet<string> = new Set(['lab.js', 'lab.css']);

/** The transports side by side in a browser. Its script is in the program as it is built, not beside its source. */
export function lab(router: Router, facts: LabFacts): void {
  const folder = fileURLToPath(new URL('./lab', import.meta.url));
  if (!existsSync(folder)) {
    router.get('/lab', (ctx) => {
      ctx.status = 404;
      sendPage(ctx, MISSING);
    });
    return;
  }
  const files = new StaticFiles(folder, (path) => FILES.has(path));
  router.get('/lab', (ctx) => {
    const sibling = facts.takesOtherOrigins ? siblingOf(ctx, facts.clients) : undefined;
    ctx.set('Cache-Control', 'no-cache');
    sendPage(ctx, labPage(facts, sibling), policy(sibling));
  });
  for (const file of FILES) router.get(`/lab/${file}`, (ctx) => files.send(ctx, file));
}

/** On this machine: the same server under its other name, to which a browser opens connections of their own. */
function siblingOf(ctx: Context, clients: ClientAddress): string | undefined {
  const [, name, port = ''] = LOOPBACK.exec(ctx.host) ?? [];
  if (name === undefined || clients.originOf(ctx.req).secure) return undefined;
  return `http://${name === 'localhost' ? '127.0.0.1' : 'localhost'}${port}`;
}

function policy(sibling: string | undefined): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src data:`,
    `connect-src 'self'${sibling === undefined ? '' : ` ${sibling}`}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

function labPage(facts: LabFacts, sibling: string | undefined): string {
  const { version, domain, guestDomain, boshPath, webSocketPath, sessionsPath } = facts;
  // Within a script element only this character could end it.
  const settings = JSON.stringify({
    version,
    domain,
    guestDomain,
    boshPath,
    webSocketPath,
    sessionsPath,
    sibling,
  }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lab · Holdfast</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/lab/lab.css">
<script type="application/json" id="settings">${settings}</script>
<script type="module" src="/lab/lab.js"></script>
</head>
<body>
<noscript>The lab needs JavaScript.</noscript>
</body>
</html>
`;
}

const MISSING = page(
  'Lab',
  `<h1>Lab</h1>
<p>The lab is part of Holdfast as it is built, and this server runs from its sources: <code>npm start</code> builds it and starts it.</p>
<p><a href="/">About this server</a></p>`,
);
